-- A silent client keeps its locks
--
-- When the client hangs or its machine sleeps between two statements, the transaction stays open
-- with all its locks. idle_in_transaction_session_timeout ends it.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY);
-- bad
BEGIN;
ALTER TABLE users ADD COLUMN a int;
COMMIT;
-- good
SET idle_in_transaction_session_timeout = '10s';
BEGIN;
ALTER TABLE users ADD COLUMN a int;
COMMIT;
