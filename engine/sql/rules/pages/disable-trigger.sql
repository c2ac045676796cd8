-- The trigger does not run for anybody
--
-- Not only for this session: what it checks or keeps in step is not, for all writers, until it
-- is switched on again. ALL includes the triggers of foreign keys. SHARE ROW EXCLUSIVE is held
-- for a moment.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, name text);
CREATE FUNCTION note_user() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER users_note AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION note_user();
-- bad
ALTER TABLE users DISABLE TRIGGER users_note;
-- good
CREATE OR REPLACE TRIGGER users_note AFTER UPDATE ON users FOR EACH ROW
    WHEN (current_setting('app.quiet', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION note_user();
