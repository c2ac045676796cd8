-- The planner does not know the new values yet
--
-- After a large change of data the statistics are those of before until autovacuum comes by.
-- ANALYZE takes seconds and blocks nobody.
-- setup
CREATE TABLE leads (id bigint PRIMARY KEY, plan text);
CREATE TABLE users (id bigint PRIMARY KEY, plan text);
-- bad
INSERT INTO users SELECT id, plan FROM leads;
-- good
INSERT INTO users SELECT id, plan FROM leads;
ANALYZE users;
