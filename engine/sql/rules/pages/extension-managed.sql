-- The table is in the hands of an extension
--
-- A hypertable of TimescaleDB, a distributed table of Citus, a parent that pg_partman keeps
-- partitions of, or a table that an extension made for itself. Extensions hook into DDL: one
-- statement may become one a chunk or one a worker node, or be refused, and the next version of the
-- extension may expect the table as it made it. What zdm says of locks and rewrites is what plain
-- PostgreSQL does.
--
-- Which tables these are is read from the extension's own tables. When the role may not read those,
-- any table may be one, and zdm says so.
--! unseen: it takes such an extension
-- setup
CREATE TABLE conditions (at timestamptz NOT NULL, value float8);
-- bad
ALTER TABLE conditions ADD COLUMN place text;
-- good
CREATE TABLE places (id bigint PRIMARY KEY, name text);
