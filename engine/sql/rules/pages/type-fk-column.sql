-- The table at the other end of a foreign key is locked too
--
-- A column that refers to another table, or is referred to, takes ACCESS EXCLUSIVE there as well
-- when its type changes, since the foreign key is made anew. When the operator that compares
-- them changes, all rows are checked again.
-- setup
CREATE TABLE users (id int PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, user_id int REFERENCES users);
-- bad
ALTER TABLE orders ALTER COLUMN user_id TYPE bigint;
-- good
ALTER TABLE orders ADD COLUMN user_id_big bigint;
