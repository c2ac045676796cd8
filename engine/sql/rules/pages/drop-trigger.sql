-- What the trigger did is not done any more
--
-- ACCESS EXCLUSIVE is held for a moment. Code that relies on it, such as the old half of a
-- rename that keeps two columns in step, goes wrong in silence.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, name text);
CREATE FUNCTION note_user() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER users_note AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION note_user();
-- bad
DROP TRIGGER users_note ON users;
