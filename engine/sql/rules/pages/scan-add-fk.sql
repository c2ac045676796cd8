-- ADD FOREIGN KEY checks every row while both tables are locked
--
-- Both tables take SHARE ROW EXCLUSIVE: nobody can write to either while each row of the one is
-- looked up in the other. Reads go on.
--
-- NOT VALID takes the same locks for a moment only; VALIDATE CONSTRAINT, in a transaction of its
-- own, then lets everybody write.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);
-- bad
ALTER TABLE orders ADD CONSTRAINT orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES users;
-- good
ALTER TABLE orders ADD CONSTRAINT orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES users NOT VALID;
ALTER TABLE orders VALIDATE CONSTRAINT orders_user_id_fkey;
