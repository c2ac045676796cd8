-- Code that still looks in the old schema fails
--
-- The move takes a moment under ACCESS EXCLUSIVE, with the table's indexes and sequences. A view
-- with the old name serves the old code.
-- setup
CREATE SCHEMA archive;
CREATE TABLE orders (id bigint PRIMARY KEY);
-- bad
ALTER TABLE orders SET SCHEMA archive;
-- good
CREATE VIEW archive.orders AS SELECT * FROM orders;
