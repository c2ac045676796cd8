-- Code that still uses what is in the schema fails
--
-- An empty schema goes in a moment. With CASCADE everything in it is locked with ACCESS
-- EXCLUSIVE and dropped in one transaction, which holds as many locks as there are objects and
-- may exceed max_locks_per_transaction.
-- setup
CREATE SCHEMA archive;
-- bad
DROP SCHEMA archive;
