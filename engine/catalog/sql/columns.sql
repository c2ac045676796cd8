-- Columns of all relations that have some of their own.
SELECT a.attrelid,
       a.attnum,
       a.attname,
       a.atttypid,
       NULLIF(a.atttypmod, -1),
       NULLIF(NULLIF(a.attcollation, 0), 100),
       NULLIF(a.attnotnull, false),
       NULLIF(a.attidentity, ''),
       NULLIF(a.attgenerated, ''),
       a.attstorage,
       NULLIF(a.attinhcount > 0, false),
       NULLIF(a.attislocal, true)
  FROM pg_catalog.pg_attribute a
  JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
 WHERE a.attrelid >= 16384
   AND a.attnum > 0
   AND NOT a.attisdropped
   AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
