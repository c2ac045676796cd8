-- Two brief changes could be one
--
-- Each ALTER TABLE waits for the lock once. Sub-commands that take a moment can share it; one
-- that scans, validates or builds must not.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
-- bad
ALTER TABLE users ADD COLUMN a int;
ALTER TABLE users ADD COLUMN b int;
-- good
ALTER TABLE users ADD COLUMN a int, ADD COLUMN b int;
