-- An index over many columns
--
-- Every column makes it larger and every write slower; beyond the third it rarely finds rows
-- faster. INCLUDE holds columns that are only to be read from it.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, a int, b int, c int, d int, e int);
-- bad
CREATE INDEX CONCURRENTLY users_wide ON users (a, b, c, d, e);
-- good
CREATE INDEX CONCURRENTLY users_narrow ON users (a, b);
