-- How long building the index takes
--
-- Built CONCURRENTLY it blocks nobody, and so takes its time: the table is read twice. The range is that
-- of 30 to 300 MB of table a second, as measured for b-trees (see large-table); said when it may be a
-- second or longer. Waiting for older transactions comes on top, see old-transaction.
--
-- The live catalog tells, with --db only.
--! unseen: it takes a large table
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- bad
CREATE INDEX CONCURRENTLY users_email ON users (email);
-- good
-- without a limit that would leave an invalid index behind
SET statement_timeout = 0;
CREATE INDEX CONCURRENTLY users_email ON users (email);
