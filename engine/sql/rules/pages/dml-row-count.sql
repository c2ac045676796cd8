-- How many rows this changes is not known
--
-- Each row that matches stays locked until the transaction ends. By a key it is one; by any
-- other condition it may be all of them. Above some thousand rows a backfill in batches is
-- better.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, plan text);
-- bad
UPDATE users SET plan = 'free' WHERE plan IS NULL;
