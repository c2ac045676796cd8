-- A key that does not say so
--
-- UNIQUE NOT NULL does what a primary key does, but is not found as the replica identity, nor by
-- REFERENCES without a column, nor by tools.
-- bad
CREATE TABLE users (id bigint NOT NULL UNIQUE);
-- good
CREATE TABLE users (id bigint PRIMARY KEY);
