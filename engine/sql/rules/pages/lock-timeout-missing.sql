-- The statement waits for its lock without a limit
--
-- While it waits behind one long transaction, everybody else waits behind it, readers too. A
-- short lock_timeout, and trying again, keeps the queue short. zdm run does both by itself.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
-- bad
ALTER TABLE users ADD COLUMN a int;
-- good
SET lock_timeout = '2s';
ALTER TABLE users ADD COLUMN a int;
