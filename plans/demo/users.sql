-- The table of the example: 200,000 users, as an application of some years has it.
CREATE TABLE users (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email      varchar(255) NOT NULL,
    name       text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO users (email, name, created_at)
SELECT format('user%s@example.com', n), format('User %s', n), now() - n * interval '1 minute'
  FROM generate_series(1, 200000) AS n;
CREATE INDEX users_created_at ON users (created_at);
ANALYZE users;
