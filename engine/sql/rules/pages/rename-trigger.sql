-- A rename takes ACCESS EXCLUSIVE for a moment
--
-- Nothing breaks, except that triggers fire in the order of their names.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, name text);
CREATE FUNCTION note_user() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER users_note AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION note_user();
-- bad
ALTER TRIGGER users_note ON users RENAME TO users_remember;
