-- The primary key goes with the column
--
-- A primary key that contains the column is dropped without a word, and with it the promise that
-- no row comes twice. Replication and tools that need a key stop working.
-- setup
CREATE TABLE lines (order_id bigint, nr int, CONSTRAINT lines_pkey PRIMARY KEY (order_id, nr));
-- bad
ALTER TABLE lines DROP COLUMN nr;
-- good
ALTER TABLE lines ADD COLUMN id bigint;
