-- A foreign key goes with the column
--
-- The referenced table is locked with ACCESS EXCLUSIVE too, and what the foreign key promised,
-- or did on delete, is not done any more. Drop the foreign key by itself before, with a short
-- lock_timeout.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint CONSTRAINT orders_user_id_fkey REFERENCES users);
-- bad
ALTER TABLE orders DROP COLUMN user_id;
-- good
ALTER TABLE orders DROP CONSTRAINT orders_user_id_fkey;
