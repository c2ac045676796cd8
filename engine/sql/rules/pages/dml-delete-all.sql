-- DELETE without a condition empties the table
--
-- Every row is gone, and stays locked and on disk until the transaction ends and vacuum has
-- passed.
-- setup
CREATE TABLE sessions (id bigint PRIMARY KEY);
-- bad
DELETE FROM sessions;
-- good
DELETE FROM sessions WHERE id = 1;
