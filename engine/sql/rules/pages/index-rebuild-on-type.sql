-- The table stays, but its indexes are built anew
--
-- The new type needs no rewrite of the table. An index whose expression or condition uses the
-- column, or whose order depends on its collation, cannot be kept: it is built anew under ACCESS
-- EXCLUSIVE, which reads the whole table.
--
-- Build the replacement CONCURRENTLY afterwards: drop the index first, change the type, build
-- again.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, name varchar(20));
CREATE INDEX users_lower_name ON users (lower(name));
-- bad
ALTER TABLE users ALTER COLUMN name TYPE text;
-- good
DROP INDEX CONCURRENTLY users_lower_name;
ALTER TABLE users ALTER COLUMN name TYPE text;
CREATE INDEX CONCURRENTLY users_lower_name ON users (lower(name));
