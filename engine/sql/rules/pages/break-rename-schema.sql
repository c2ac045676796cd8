-- Code that still uses the old name fails
--
-- No table is locked, so nothing warns: every qualified name and every search_path with the old
-- name misses from this moment.
-- setup
CREATE SCHEMA billing;
-- bad
ALTER SCHEMA billing RENAME TO accounting;
-- good
CREATE SCHEMA accounting;
