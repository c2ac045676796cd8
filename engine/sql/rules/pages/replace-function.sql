-- Running code calls the new function at once
--
-- CREATE OR REPLACE changes the function under its callers, old and new. Another return type or
-- other parameter names make it fail with 42P13; another list of parameters makes a second
-- function beside the first, and calls may become ambiguous.
-- setup
CREATE FUNCTION net(total numeric) RETURNS numeric LANGUAGE sql AS 'SELECT total / 1.19';
-- bad
CREATE OR REPLACE FUNCTION net(total numeric) RETURNS numeric LANGUAGE sql AS 'SELECT total / 1.2';
-- good
CREATE FUNCTION net_2(total numeric) RETURNS numeric LANGUAGE sql AS 'SELECT total / 1.2';
