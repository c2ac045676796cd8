-- A brief change may turn out not to be brief
--
-- A statement_timeout ends what was thought to take a moment. It must not be set for
-- CONCURRENTLY, VALIDATE and changes of data, which take their time and block nobody.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
-- bad
ALTER TABLE users ADD COLUMN a int;
-- good
SET statement_timeout = '5s';
ALTER TABLE users ADD COLUMN a int;
