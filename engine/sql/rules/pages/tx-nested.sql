-- There is a transaction already
--
-- A second BEGIN only warns, and the first COMMIT ends everything: what follows runs by itself,
-- without the protection that the text promises. The same happens when a file says BEGIN and
-- COMMIT and its tool wraps it once more.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
-- bad
BEGIN;
ALTER TABLE users ADD COLUMN a int;
BEGIN;
ALTER TABLE users ADD COLUMN b int;
COMMIT;
-- good
BEGIN;
ALTER TABLE users ADD COLUMN a int;
ALTER TABLE users ADD COLUMN b int;
COMMIT;
