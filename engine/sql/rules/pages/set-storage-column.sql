-- Only new values are stored in the new way
--
-- SET STORAGE and SET COMPRESSION take ACCESS EXCLUSIVE for a moment and change nothing that is
-- stored already.
-- setup
CREATE TABLE orders (id bigint PRIMARY KEY, note text);
-- bad
ALTER TABLE orders ALTER COLUMN note SET STORAGE EXTERNAL;
