-- The index becomes the constraint's and takes its name
--
-- A moment under ACCESS EXCLUSIVE; no row is read. Give the index the name that the constraint
-- shall have, and nothing is renamed.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text);
CREATE UNIQUE INDEX users_email_idx ON users (email);
-- bad
ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE USING INDEX users_email_idx;
-- good
ALTER INDEX users_email_idx RENAME TO users_email_key;
