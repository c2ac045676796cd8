-- A new owner changes who may do what
--
-- The old owner loses what only an owner may do, the new one passes by the policies of row level
-- security, and functions with SECURITY DEFINER run with other rights. ACCESS EXCLUSIVE is held
-- for a moment.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
-- bad
ALTER TABLE users OWNER TO pg_database_owner;
