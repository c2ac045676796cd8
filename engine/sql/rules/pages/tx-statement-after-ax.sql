-- Slow work while a strong lock is held
--
-- Locks are kept until the transaction ends: a change that takes a moment becomes one that lasts
-- as long as everything behind it.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- bad
BEGIN;
ALTER TABLE users ADD COLUMN a int;
SELECT sum(total) FROM orders;
COMMIT;
-- good
ALTER TABLE users ADD COLUMN a int;
SELECT sum(total) FROM orders;
