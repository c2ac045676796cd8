-- Readers may not expect a NULL
--
-- The change takes a moment and no row is touched, but from then on NULL may be written, and
-- code that was built on the promise that there is none fails when it reads one. Deploy readers
-- that can take it first.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL);
-- bad
ALTER TABLE users ALTER COLUMN email DROP NOT NULL;
-- good
ALTER TABLE users ALTER COLUMN email SET DEFAULT '';
