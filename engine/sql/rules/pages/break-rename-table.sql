-- Code that still uses the old name fails
--
-- The rename takes a moment, but there is no moment at which old and new code both find their
-- name.
--
-- A view with the old name, made in the same transaction, serves the old code: simple views can
-- be written to as well. Drop it when nobody uses it.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
-- bad
ALTER TABLE users RENAME TO people;
-- good
CREATE VIEW people AS SELECT * FROM users;
