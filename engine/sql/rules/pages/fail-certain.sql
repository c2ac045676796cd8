-- PostgreSQL will refuse this
--
-- From the catalog, or from the statements before it, it is certain that the statement ends with
-- an error: a relation that does not exist, a name that is taken, a column that is not there.
--! catalog
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
-- bad
ALTER TABLE customers ADD COLUMN a int;
-- good
ALTER TABLE users ADD COLUMN a int;
