-- A view can be replaced only by one that has its columns
--
-- The view is locked with ACCESS EXCLUSIVE for a moment. A column may be added behind the
-- others; one that vanishes or changes its name or type makes the statement fail with 42P16.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text);
CREATE VIEW active_users AS SELECT id FROM users;
-- bad
CREATE OR REPLACE VIEW active_users AS SELECT id, email FROM users;
-- good
CREATE VIEW active_users_2 AS SELECT id, email FROM users;
