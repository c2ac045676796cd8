-- A rule rewrites the queries of running code
--
-- Queries are changed before they are planned: row counts, RETURNING and COPY behave otherwise
-- than code expects, and volatile expressions run more than once. ACCESS EXCLUSIVE is held for a
-- moment. A trigger does nearly all of it with fewer surprises.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
-- bad
CREATE RULE users_keep AS ON DELETE TO users DO INSTEAD NOTHING;
