-- The same index is there under another name
--
-- Each write keeps up both, each takes its room and its part of the cache, and a query uses one of them.
-- Where the new one replaces the old one, because that is bloated, REINDEX CONCURRENTLY does that in one
-- statement.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text);
CREATE INDEX users_email_old ON users (email);
-- bad
CREATE INDEX CONCURRENTLY users_email ON users (email);
-- good
REINDEX INDEX CONCURRENTLY users_email_old;
