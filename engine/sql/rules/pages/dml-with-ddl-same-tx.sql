-- Rows are changed while the table is locked against everything
--
-- The lock of the schema change is held until the transaction ends, and the change of rows takes
-- its time. Committed in between, each takes only what it needs.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
-- bad
BEGIN;
ALTER TABLE users ADD COLUMN plan text;
UPDATE users SET plan = 'free' WHERE id < 1000;
COMMIT;
-- good
ALTER TABLE users ADD COLUMN plan text;
UPDATE users SET plan = 'free' WHERE id < 1000;
