-- A plan should not set the timeouts that zdm guards it with
--
-- zdm run gives statements that take a strong lock a short lock_timeout and tries again, and
-- gives those that work long none. A SET in the text overrides that: others wait longer, or a
-- build is cancelled half-way.
--! plan
-- bad
SET lock_timeout = '1h';
