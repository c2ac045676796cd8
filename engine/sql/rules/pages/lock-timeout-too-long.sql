-- The limit is longer than users wait
--
-- As long as the statement waits for its lock, everybody who comes behind waits too. Some
-- seconds and trying again reach the same end without an outage.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
-- bad
SET lock_timeout = '10min';
ALTER TABLE users ADD COLUMN a int;
-- good
SET lock_timeout = '2s';
ALTER TABLE users ADD COLUMN a int;
