-- The referenced table is locked too
--
-- Dropping a foreign key takes its triggers off both tables: ACCESS EXCLUSIVE on both, until the
-- transaction ends. A long transaction on either makes everybody wait. Do it in a transaction of
-- its own, with a short lock_timeout.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint CONSTRAINT orders_user_id_fkey REFERENCES users);
-- bad
ALTER TABLE orders DROP CONSTRAINT orders_user_id_fkey;
