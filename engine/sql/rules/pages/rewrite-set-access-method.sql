-- SET ACCESS METHOD rewrites the table
--
-- Every row is written anew in the form of the other storage, under ACCESS EXCLUSIVE. With the
-- method that the table has already, nothing is done. PostgreSQL 15 and later.
--! not-run: takes a second access method
--! versions: 15-
-- setup
CREATE TABLE orders (id bigint PRIMARY KEY);
-- bad
ALTER TABLE orders SET ACCESS METHOD columnar;
