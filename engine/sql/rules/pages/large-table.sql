-- The table is so large that the lock lasts
--
-- What another finding says of the statement, in seconds: it reads or writes a whole table under a lock
-- that readers or writers wait for. Said when it may take a second or longer.
--
-- The time is a range from the sizes on the server. A scan is taken to read 200 to 2,000 MB/s, a rewrite
-- and the building of an index to get through 30 to 300 MB of table a second: the upper ones were
-- measured on a table in memory on two cores, the lower ones are a tenth, for tables on disk and servers
-- with other work. Sizes are those of the last VACUUM or ANALYZE and grow with the rows counted since.
--
-- The live catalog tells, with --db only.
--! unseen: it takes a large table
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- bad
ALTER TABLE users ALTER COLUMN email SET NOT NULL;
-- good
ALTER TABLE users ADD CONSTRAINT users_email CHECK (email IS NOT NULL) NOT VALID;
ALTER TABLE users VALIDATE CONSTRAINT users_email;
ALTER TABLE users ALTER COLUMN email SET NOT NULL;
ALTER TABLE users DROP CONSTRAINT users_email;
