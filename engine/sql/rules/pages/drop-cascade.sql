-- CASCADE drops what nobody named
--
-- Everything that depends on the object goes too: views, and views on those, foreign keys of
-- other tables, columns of a dropped type. Each table concerned is locked with ACCESS EXCLUSIVE
-- in the same transaction. The text does not show what that is; the server tells it only
-- afterwards.
--
-- Drop each object in a statement of its own, so that a review sees it.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
CREATE VIEW active_users AS SELECT id FROM users;
CREATE VIEW recent_users AS SELECT id FROM active_users;
-- bad
DROP VIEW active_users CASCADE;
