-- The transaction is never committed
--
-- When the connection closes, the server rolls everything back; the tool may have noted the
-- migration as done.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
-- bad
BEGIN;
ALTER TABLE users ADD COLUMN a int;
-- good
BEGIN;
ALTER TABLE users ADD COLUMN a int;
COMMIT;
