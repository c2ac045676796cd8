-- The tables that the plans in this folder change.
CREATE TABLE regions (id bigint PRIMARY KEY, name text);
CREATE TABLE users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email varchar(255) COLLATE "C" NOT NULL DEFAULT 'nobody' CHECK (email <> ''),
    name text,
    phone text NOT NULL DEFAULT '',
    region bigint,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (email, id)
);
ALTER TABLE users ALTER COLUMN email SET STATISTICS 500;
COMMENT ON COLUMN users.email IS 'where to write to';
CREATE INDEX users_email_lower ON users (lower(email)) WHERE email <> 'nobody';
CREATE INDEX users_created ON users (created_at);
CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, user_id bigint, total numeric);
CREATE TABLE people (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, nick text DEFAULT 'x' NOT NULL);
CREATE TABLE events (id bigint, at date NOT NULL, what text) PARTITION BY RANGE (at);
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')
    PARTITION BY RANGE (at);
CREATE TABLE events_2026_h1 PARTITION OF events_2026 FOR VALUES FROM ('2026-01-01') TO ('2026-07-01');
CREATE TABLE events_2026_h2 PARTITION OF events_2026 FOR VALUES FROM ('2026-07-01') TO ('2027-01-01');

INSERT INTO regions SELECT g, 'region ' || g FROM generate_series(1, 9) AS g;
INSERT INTO users (email, name, region)
SELECT 'user' || g || '@example.org', CASE WHEN g % 5 > 0 THEN 'name ' || g END, g % 9 + 1
FROM generate_series(1, 3000) AS g;
INSERT INTO orders (user_id, total) SELECT g % 3000 + 1, g FROM generate_series(1, 3000) AS g;
INSERT INTO people (nick) SELECT 'nick ' || g FROM generate_series(1, 100) AS g;
INSERT INTO events SELECT g, date '2025-01-01' + g % 700, 'what ' || g FROM generate_series(1, 2000) AS g;
ANALYZE;
