-- The validation runs under the other sub-command's lock
--
-- An ALTER TABLE takes the strongest lock that any of its parts needs, for all of them: the scan
-- that VALIDATE would do while everybody works is done under ACCESS EXCLUSIVE.
--
-- VALIDATE CONSTRAINT stands alone.
-- setup
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total >= 0) NOT VALID;
-- bad
ALTER TABLE orders VALIDATE CONSTRAINT orders_total_check, ADD COLUMN note text;
-- good
ALTER TABLE orders VALIDATE CONSTRAINT orders_total_check;
ALTER TABLE orders ADD COLUMN note text;
