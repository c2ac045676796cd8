-- The index cannot back a constraint
--
-- It must be a valid unique btree over plain columns, in their default order, with no condition,
-- and of a table that is not partitioned: otherwise the statement ends with 42809 or 0A000.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text);
CREATE UNIQUE INDEX users_email_key ON users (email) WHERE email <> '';
-- bad
ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE USING INDEX users_email_key;
-- good
CREATE UNIQUE INDEX CONCURRENTLY users_email_all ON users (email);
