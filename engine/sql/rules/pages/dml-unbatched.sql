-- All rows are changed in one transaction
--
-- Every row stays locked until the end, the table grows by a second version of each, replicas
-- fall behind, and vacuum can clean up nothing that was deleted meanwhile. Cancelled half-way,
-- all of it was for nothing.
--
-- A backfill of zdm goes through the table in batches of some milliseconds and resumes where it
-- stopped.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, plan text);
-- bad
UPDATE users SET plan = 'free';
-- good
UPDATE users SET plan = 'free' WHERE id = 1;
