-- Code that still calls the function fails
--
-- Calls fail with 42883 from this moment. PostgreSQL knows that a trigger, a default, a view or
-- an index uses a function, but not that another function's body calls it.
-- setup
CREATE FUNCTION next_invoice() RETURNS int LANGUAGE sql AS 'SELECT 1';
-- bad
DROP FUNCTION next_invoice();
