-- The index gets a name that the server makes up
--
-- A name in the text is the same in every database, and later statements can use it.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- bad
CREATE INDEX CONCURRENTLY ON users (email);
-- good
CREATE INDEX CONCURRENTLY users_email ON users (email);
