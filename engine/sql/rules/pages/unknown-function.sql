-- The function may do anything
--
-- A function that zdm does not know may change tables and take locks. With --db zdm sees whether
-- it is marked STABLE or IMMUTABLE, which forbid that.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, score int);
CREATE FUNCTION next_score(bigint) RETURNS int LANGUAGE sql AS 'SELECT 1';
-- bad
UPDATE users SET score = next_score(id) WHERE id = 1;
