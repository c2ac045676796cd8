-- SET lasts for the whole session
--
-- Through a pooler the session may be somebody else's next. SET LOCAL ends with the transaction.
-- bad
BEGIN;
SET work_mem = '64MB';
COMMIT;
-- good
BEGIN;
SET LOCAL work_mem = '64MB';
COMMIT;
