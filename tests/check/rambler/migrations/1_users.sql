-- of users
DROP TABLE nobody;
-- rambler up
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE others (id bigint PRIMARY KEY);

-- rambler down
DROP TABLE others;
DROP TABLE users;

-- rambler up
CREATE INDEX CONCURRENTLY users_id ON users (id);
