-- Strong locks on several tables in one transaction
--
-- The first table stays locked while the transaction waits for the second. When running code
-- takes them the other way round, one of the two is cancelled (40P01).
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY);
-- bad
BEGIN;
ALTER TABLE users ADD COLUMN a int;
ALTER TABLE orders ADD COLUMN a int;
COMMIT;
-- good
ALTER TABLE users ADD COLUMN a int;
ALTER TABLE orders ADD COLUMN a int;
