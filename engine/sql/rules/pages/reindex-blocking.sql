-- REINDEX keeps writers out, and most readers
--
-- The table is locked with SHARE and each of its indexes with ACCESS EXCLUSIVE: a query that
-- only plans to use the table waits for the index. CONCURRENTLY (12 and later) builds a new
-- index beside the old one; it cannot run in a transaction.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- bad
REINDEX TABLE users;
-- good
REINDEX TABLE CONCURRENTLY users;
