-- SET TABLESPACE copies the table while nobody can use it
--
-- ACCESS EXCLUSIVE is held until all files are copied. Indexes stay where they are unless they
-- are moved too, each with a lock of its own. To the tablespace where it is already, nothing is
-- copied.
--! not-run: a tablespace takes a folder on the server's machine
-- setup
CREATE TABLE orders (id bigint PRIMARY KEY);
-- bad
ALTER TABLE orders SET TABLESPACE fast;
