-- All data of the database is gone
--
-- It cannot be undone and cannot run in a transaction. Nobody may be connected, unless WITH
-- (FORCE) throws them out.
--! not-run: it would remove the database
-- bad
DROP DATABASE shop;
