-- No index serves the foreign key
--
-- Each DELETE of a referenced row, and each UPDATE of its key, looks for rows that refer to it:
-- without an index on the referring columns that reads the whole table, row for row.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);
-- bad
ALTER TABLE orders ADD CONSTRAINT orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES users NOT VALID;
-- good
CREATE INDEX CONCURRENTLY orders_user_id ON orders (user_id);
ALTER TABLE orders ADD CONSTRAINT orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES users NOT VALID;
