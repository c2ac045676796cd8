-- Validating reads the table and blocks nobody
--
-- SHARE UPDATE EXCLUSIVE is held while every row is read: reads and writes go on, other changes
-- of the schema, VACUUM and CREATE INDEX CONCURRENTLY wait. It takes its time, so no
-- statement_timeout should end it, and no transaction should hold a stronger lock meanwhile.
-- setup
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric NOT NULL);
ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total >= 0) NOT VALID;
-- bad
ALTER TABLE orders VALIDATE CONSTRAINT orders_total_check;
