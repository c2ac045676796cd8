-- The session does not say who it is
--
-- Whoever looks for what holds a lock in pg_stat_activity cannot tell the migration from the
-- application.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
-- bad
ALTER TABLE users ADD COLUMN a int;
-- good
SET application_name = 'migration 42';
ALTER TABLE users ADD COLUMN a int;
