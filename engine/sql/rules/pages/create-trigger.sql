-- Every writer runs the trigger from then on
--
-- SHARE ROW EXCLUSIVE is held for a moment, on all partitions too: with a short lock_timeout
-- nobody notices. What the function does, and how long it takes, is part of every write
-- afterwards.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, name text);
CREATE FUNCTION note_user() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
-- bad
CREATE TRIGGER users_note AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION note_user();
