-- A new column with REFERENCES locks the other table too
--
-- Beside the table itself, the referenced one is locked against writes (SHARE ROW EXCLUSIVE),
-- because it gets triggers. With NULL in every row nothing is scanned, so it is a matter of a
-- moment, if both locks can be had: a long transaction on either table makes everybody wait
-- behind it.
--
-- With a default every row is checked against the other table, while both are locked. A column
-- of its own and a foreign key that is added NOT VALID take the locks one after the other.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY);
-- bad
ALTER TABLE orders ADD COLUMN user_id bigint REFERENCES users;
-- good
ALTER TABLE orders ADD COLUMN user_id bigint;
ALTER TABLE orders ADD CONSTRAINT orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES users NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT orders_user_id_fkey;
