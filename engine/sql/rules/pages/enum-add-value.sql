-- A new value can be used after the commit
--
-- No table is locked, and since PostgreSQL 12 it may stand in a transaction. But the value
-- cannot be used before that transaction is committed (55P04), and running code may not know
-- what to do with it when it reads one.
-- setup
CREATE TYPE mood AS ENUM ('good', 'bad');
-- bad
ALTER TYPE mood ADD VALUE 'so so' BEFORE 'bad';
