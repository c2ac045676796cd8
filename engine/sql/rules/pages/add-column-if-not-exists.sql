-- IF NOT EXISTS keeps a column that is there, whatever it is
--
-- When the column exists nothing is changed, even if its type, default or NOT NULL is another
-- one: the migration counts as done, and the databases differ from each other. The lock is taken
-- all the same.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email varchar(20));
-- bad
ALTER TABLE users ADD COLUMN IF NOT EXISTS email text;
-- good
ALTER TABLE users ALTER COLUMN email TYPE text;
