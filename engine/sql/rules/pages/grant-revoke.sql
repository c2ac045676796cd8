-- Code that still needs the right fails
--
-- No table is locked. From the next statement on, code of that role fails with 42501.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
-- bad
REVOKE SELECT ON users FROM PUBLIC;
-- good
GRANT SELECT ON users TO PUBLIC;
