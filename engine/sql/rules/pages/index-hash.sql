-- A hash index can only find equal values
--
-- It neither orders nor finds ranges, holds one column and cannot be unique. A btree of the same
-- column does all that at much the same speed.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- bad
CREATE INDEX CONCURRENTLY users_email ON users USING hash (email);
-- good
CREATE INDEX CONCURRENTLY users_email ON users (email);
