-- Sessions that are open keep the old setting
--
-- ALTER ROLE ... SET and ALTER DATABASE ... SET are read when a session begins. Behind a pooler
-- the old ones may live for days.
--! not-run: it would stay on the server that the tests run on
-- bad
ALTER ROLE CURRENT_USER SET statement_timeout = '30s';
-- good
BEGIN;
SET LOCAL statement_timeout = '30s';
COMMIT;
