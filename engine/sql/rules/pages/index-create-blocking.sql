-- CREATE INDEX blocks all writes
--
-- SHARE is held on the table while the index is built: everybody can read, nobody can write.
--
-- CONCURRENTLY builds it in two passes while everybody writes. It cannot run in a transaction,
-- takes longer, waits for older transactions, and leaves an invalid index behind when it fails.
-- A partitioned table does not know it: there each partition gets its index first.
-- setup
CREATE TABLE users (id bigint PRIMARY KEY, email text);
-- bad
CREATE INDEX users_email ON users (email);
-- good
CREATE INDEX CONCURRENTLY users_email ON users (email);
