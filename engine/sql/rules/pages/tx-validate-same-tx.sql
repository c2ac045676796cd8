-- Added NOT VALID and validated in one transaction
--
-- The lock that ADD CONSTRAINT took is held to the end of the transaction, so the validation
-- reads the whole table under it. It is no better than adding the constraint at once.
-- setup
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric);
-- bad
BEGIN;
ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total >= 0) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT orders_total_check;
COMMIT;
-- good
ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total >= 0) NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT orders_total_check;
