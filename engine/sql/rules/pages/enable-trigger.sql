-- Every writer runs the trigger from then on
--
-- SHARE ROW EXCLUSIVE is held for a moment. What was written while it was off is not made up
-- for.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, name text);
CREATE FUNCTION note_user() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER users_note AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION note_user();
ALTER TABLE users DISABLE TRIGGER users_note;
-- bad
ALTER TABLE users ENABLE TRIGGER users_note;
