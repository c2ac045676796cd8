-- The two ends of the foreign key have different types
--
-- Every check compares through a cast, or through an operator between the two types, and a value
-- that fits one end may not fit the other: an int that refers to a bigint runs out first.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, user_id int);
-- bad
ALTER TABLE orders ADD CONSTRAINT orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES users NOT VALID;
-- good
ALTER TABLE orders ADD COLUMN user_id_big bigint;
ALTER TABLE orders ADD CONSTRAINT orders_user_id_big_fkey FOREIGN KEY (user_id_big) REFERENCES users NOT VALID;
