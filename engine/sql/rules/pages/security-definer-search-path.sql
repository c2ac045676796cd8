-- SECURITY DEFINER without a search_path of its own
--
-- The function runs with its owner's rights, but finds tables and functions by the caller's
-- search_path: who may create a schema or a temporary table can make it work on other objects
-- than it was written for.
-- bad
CREATE FUNCTION count_users() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
-- good
CREATE FUNCTION count_users() RETURNS int LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS 'SELECT 1';
