-- Every type, of the system too. An array is what subscripts as one: point does not.
SELECT t.oid,
       t.typnamespace,
       t.typname,
       t.typtype,
       CASE WHEN t.typsubscript = 'pg_catalog.array_subscript_handler'::pg_catalog.regproc
            THEN t.typelem END,
       NULLIF(t.typarray, 0),
       NULLIF(t.typbasetype, 0),
       NULLIF(t.typtypmod, -1),
       NULLIF(t.typnotnull, false),
       CASE WHEN t.typtype = 'd' THEN t.typdefault END,
       NULLIF(t.typrelid, 0),
       NULLIF(t.typcollation, 0),
       CASE WHEN t.typtype IN ('r', 'm')
            THEN (SELECT r.rngsubtype FROM pg_catalog.pg_range r
                   WHERE t.oid IN (r.rngtypid, r.rngmultitypid)) END,
       NULLIF(NOT t.typisdefined, false)
  FROM pg_catalog.pg_type t
