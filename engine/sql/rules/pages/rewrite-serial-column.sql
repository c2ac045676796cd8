-- A serial column rewrites the table
--
-- serial and bigserial are a default of nextval(): every row there is must get its own number,
-- so PostgreSQL writes the whole table and its indexes anew, while nobody can read or write it.
--
-- A plain column costs a moment. New rows get their number from a sequence that the column owns;
-- the old ones are numbered in small batches.
-- setup
CREATE TABLE orders (id uuid PRIMARY KEY, total numeric NOT NULL);
-- bad
ALTER TABLE orders ADD COLUMN number bigserial;
-- good
ALTER TABLE orders ADD COLUMN number bigint;
CREATE SEQUENCE orders_number_seq OWNED BY orders.number;
ALTER TABLE orders ALTER COLUMN number SET DEFAULT nextval('orders_number_seq');
