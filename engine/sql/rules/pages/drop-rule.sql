-- Queries are not rewritten any more
--
-- Running code meets the table as it is from this moment. ACCESS EXCLUSIVE is held for a moment.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE RULE users_keep AS ON DELETE TO users DO INSTEAD NOTHING;
-- bad
DROP RULE users_keep ON users;
