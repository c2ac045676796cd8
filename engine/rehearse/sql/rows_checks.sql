-- The CHECK constraints of the tables $1, and the columns that each is about.
SELECT c.conrelid,
       c.conname,
       pg_catalog.pg_get_expr(c.conbin, c.conrelid),
       pg_catalog.array_to_string(c.conkey, ',')
  FROM pg_catalog.pg_constraint c
 WHERE c.conrelid = ANY ($1::pg_catalog.oid[])
   AND c.contype = 'c'
 ORDER BY c.conrelid, c.conname COLLATE "C"
