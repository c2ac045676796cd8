-- The tables of those plans in this folder that say so.
CREATE TABLE rooms (id int PRIMARY KEY, name text);
CREATE TABLE members (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email text NOT NULL,
    fax text NOT NULL,
    badge int UNIQUE,
    desk int UNIQUE DEFERRABLE,
    room int CONSTRAINT members_room_fkey REFERENCES rooms,
    joined timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT members_badge_positive CHECK (badge > 0)
);
COMMENT ON CONSTRAINT members_badge_positive ON members IS 'as printed';
CREATE INDEX members_email ON members (email) WITH (fillfactor = 80);
COMMENT ON INDEX members_email IS 'for the login';
COMMENT ON INDEX members_badge_key IS 'at the door';
CREATE INDEX members_joined ON members (joined);
ALTER TABLE members CLUSTER ON members_joined;
CREATE INDEX members_fax ON members (fax);
CREATE TABLE bookings (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, rooms int4range, during tstzrange);
CREATE TABLE invoices (id bigserial PRIMARY KEY, member bigint REFERENCES members ON DELETE CASCADE, total numeric);
CREATE INDEX ON invoices (member);

INSERT INTO rooms SELECT g, 'room ' || g FROM generate_series(1, 20) AS g;
INSERT INTO members (email, fax, badge, desk, room)
SELECT 'm' || g || '@example.org', 'fax ' || g, g, g, g % 20 + 1 FROM generate_series(1, 2000) AS g;
INSERT INTO bookings (rooms, during)
SELECT int4range(g % 20, g % 20 + 2), tstzrange(timestamptz '2025-01-01' + g * interval '1 h', timestamptz '2025-01-01' + (g + 1) * interval '1 h')
FROM generate_series(1, 1000) AS g;
INSERT INTO invoices (member, total) SELECT g % 2000 + 1, g FROM generate_series(1, 1000) AS g;
ANALYZE;
