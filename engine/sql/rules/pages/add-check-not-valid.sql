-- Only new rows are checked
--
-- NOT VALID takes a moment under ACCESS EXCLUSIVE and reads no row. Rows that are written from
-- then on must fulfil it, so running code that writes others gets 23514. VALIDATE CONSTRAINT
-- looks at the old rows later, without blocking.
-- setup
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric NOT NULL);
-- bad
ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total >= 0) NOT VALID;
