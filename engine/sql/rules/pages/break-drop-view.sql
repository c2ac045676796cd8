-- Code that still uses the view fails
--
-- The view is locked with ACCESS EXCLUSIVE and gone at once; queries that name it fail with
-- 42P01. A materialized view takes its data along, which must be computed again to come back.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE VIEW active_users AS SELECT id FROM users;
-- bad
DROP VIEW active_users;
