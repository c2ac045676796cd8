-- A new table locks the tables that it refers to
--
-- Nobody uses the new table, but each referenced one is locked against writes (SHARE ROW
-- EXCLUSIVE) until the transaction ends. NOT VALID would not help: there is no row to check.
--
-- Make the table first and add the foreign keys one by one, each in a short transaction.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
-- bad
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint REFERENCES users);
-- good
CREATE TABLE orders (id bigint PRIMARY KEY, user_id bigint);
