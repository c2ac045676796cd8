-- ALTER TABLE on an index locks it against everything
--
-- ALTER INDEX ... RENAME takes SHARE UPDATE EXCLUSIVE since PostgreSQL 12: queries go on. ALTER
-- TABLE does the same thing to an index, but takes ACCESS EXCLUSIVE, and every query that may
-- use the table waits.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text);
CREATE INDEX users_email ON users (email);
-- bad
ALTER TABLE users_email RENAME TO users_email_idx;
-- good
ALTER INDEX users_email RENAME TO users_email_idx;
