-- ALTER SYSTEM changes the whole server
--
-- It writes postgresql.auto.conf, which every database of the server reads, at the next reload
-- or restart, and cannot run in a transaction. A migration of one database is the wrong place
-- for it.
--! not-run: it would change the server that the tests run on
-- bad
ALTER SYSTEM SET work_mem = '64MB';
-- good
ALTER ROLE CURRENT_USER SET work_mem = '64MB';
