-- A volatile default rewrites the table
--
-- PostgreSQL stores a default that is the same for every row once, in the catalog: adding the
-- column takes a moment. A default that must be computed for each row, such as random(),
-- clock_timestamp() or gen_random_uuid(), is computed at once for all rows: the table and its
-- indexes are written anew while nobody can read or write it.
--
-- now() and the like are the same for the whole statement, so they do not rewrite. What counts
-- is the volatility of the function that the call resolves to, which zdm looks up with --db.
-- setup
CREATE TABLE orders (id bigint PRIMARY KEY, total numeric NOT NULL);
-- bad
ALTER TABLE orders ADD COLUMN token uuid DEFAULT gen_random_uuid();
-- good
ALTER TABLE orders ADD COLUMN token uuid;
ALTER TABLE orders ALTER COLUMN token SET DEFAULT gen_random_uuid();
