-- Errors come at another time
--
-- ACCESS EXCLUSIVE for a moment. With a deferred constraint a violation is told at COMMIT, where
-- code may not expect it, and ON CONFLICT cannot use it.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint CONSTRAINT orders_user_id_fkey REFERENCES users);
-- bad
ALTER TABLE orders ALTER CONSTRAINT orders_user_id_fkey DEFERRABLE INITIALLY DEFERRED;
