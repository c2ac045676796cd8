-- Run on a copy of the schema, it failed
--
-- --trace ran the statement on a copy of the schema, where PostgreSQL refused it. The copy has
-- no rows: what depends on rows may fail nevertheless, or not.
--! traced
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
-- bad
DO $$ BEGIN EXECUTE 'ALTER TABLE customers ADD COLUMN a int'; END $$;
-- good
ALTER TABLE users ADD COLUMN a int;
