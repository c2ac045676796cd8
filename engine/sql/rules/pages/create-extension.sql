-- An extension runs a script of its own
--
-- zdm cannot see what the script does: most only make functions and types, an update may change
-- tables. --trace runs it on a copy of the schema.
-- setup
DROP EXTENSION plpgsql;
-- bad
CREATE EXTENSION plpgsql;
