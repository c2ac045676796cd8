-- Both tables are locked against writes for a moment
--
-- NOT VALID reads no row. It still takes SHARE ROW EXCLUSIVE on both tables: with a short
-- lock_timeout and retries that is a moment, without one a long transaction on either table
-- makes all writers wait.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);
-- bad
ALTER TABLE orders ADD CONSTRAINT orders_user_id_fkey FOREIGN KEY (user_id) REFERENCES users NOT VALID;
