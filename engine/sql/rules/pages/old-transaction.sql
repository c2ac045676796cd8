-- It has to wait for a transaction that is open now
--
-- Somebody holds a lock in its way, and everybody who comes behind the statement waits with it. Named
-- are sessions whose transaction has been open for ten seconds or more, prepared transactions, which
-- stay until somebody ends them, and an autovacuum that prevents wraparound; other autovacuums give
-- way.
--
-- CREATE INDEX CONCURRENTLY blocks nobody, but it ends only when all transactions have ended that
-- were writing to the table when it began, and all that read anything with an older snapshot: a
-- dump, a report. REINDEX, DROP INDEX and DETACH PARTITION CONCURRENTLY wait for those who use the
-- table at all.
--
-- It is how things stand when zdm reads the catalog, with --db only. A role without pg_monitor sees
-- its own sessions and prepared transactions.
--! unseen: it takes another session with an open transaction
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- bad
-- another session: BEGIN; SELECT * FROM users;
ALTER TABLE users ADD COLUMN token text;
-- good
-- when no other transaction has it open
SET lock_timeout = '2s';
ALTER TABLE users ADD COLUMN token text;
