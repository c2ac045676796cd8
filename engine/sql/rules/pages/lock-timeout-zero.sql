-- lock_timeout = 0 means no limit
--
-- While the statement waits behind one long transaction, everybody else waits behind it. Zero is
-- right for CONCURRENTLY and VALIDATE, which keep nobody waiting.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
-- bad
SET lock_timeout = 0;
ALTER TABLE users ADD COLUMN a int;
-- good
SET lock_timeout = '2s';
ALTER TABLE users ADD COLUMN a int;
