-- LOCK TABLE holds its lock until the transaction ends
--
-- Without a mode it is ACCESS EXCLUSIVE, on all children too. Whatever stands behind it in the
-- transaction makes everybody wait longer.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
-- bad
BEGIN;
LOCK TABLE users;
COMMIT;
