-- What the constraint promised is not kept any more
--
-- A moment under ACCESS EXCLUSIVE; of a foreign key on the referenced table too. Without a
-- UNIQUE constraint or primary key the index is gone as well, and the queries that lived by it.
-- setup
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric CONSTRAINT orders_total_check CHECK (total >= 0));
-- bad
ALTER TABLE orders DROP CONSTRAINT orders_total_check;
