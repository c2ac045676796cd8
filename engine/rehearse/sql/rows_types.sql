-- The types of the columns of the tables $1, and what those are made of; a type after what it is made of is
-- not sure, so they are linked when all are read.
WITH RECURSIVE used AS (
    SELECT a.atttypid AS oid
      FROM pg_catalog.pg_attribute a
     WHERE a.attrelid = ANY ($1::pg_catalog.oid[]) AND a.attnum > 0 AND NOT a.attisdropped
    UNION
    SELECT inner_type.oid
      FROM used
      JOIN pg_catalog.pg_type t ON t.oid = used.oid
      LEFT JOIN pg_catalog.pg_range r ON r.rngtypid = t.oid
     CROSS JOIN LATERAL (
            SELECT t.typelem WHERE t.typcategory = 'A'
            UNION ALL SELECT t.typbasetype WHERE t.typtype = 'd'
            UNION ALL SELECT r.rngsubtype WHERE t.typtype = 'r'
            UNION ALL SELECT m.rngtypid FROM pg_catalog.pg_range m
                       WHERE t.typtype = 'm' AND m.rngmultitypid = t.oid
            UNION ALL SELECT a.atttypid FROM pg_catalog.pg_attribute a
                       WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0
                         AND NOT a.attisdropped) AS inner_type (oid)
)
SELECT t.oid,
       pg_catalog.format_type(t.oid, -1),
       t.typname,
       n.nspname = 'pg_catalog',
       t.typtype,
       CASE WHEN t.oid IN ('int2vector'::pg_catalog.regtype, 'oidvector'::pg_catalog.regtype) THEN 'U'
            ELSE t.typcategory END,
       CASE WHEN t.typcategory = 'A' THEN t.typelem
            WHEN t.typtype = 'd' THEN t.typbasetype
            WHEN t.typtype = 'r' THEN r.rngsubtype
            WHEN t.typtype = 'm' THEN m.rngtypid
            ELSE 0 END,
       t.typtypmod,
       t.typnotnull,
       (SELECT pg_catalog.count(*) FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid),
       CASE WHEN t.typtype = 'c'
            THEN (SELECT pg_catalog.string_agg(a.atttypid || ':' || a.atttypmod, ',' ORDER BY a.attnum)
                    FROM pg_catalog.pg_attribute a
                   WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped) END
  FROM used
  JOIN pg_catalog.pg_type t ON t.oid = used.oid
  JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
  LEFT JOIN pg_catalog.pg_range r ON r.rngtypid = t.oid
  LEFT JOIN pg_catalog.pg_range m ON t.typtype = 'm' AND m.rngmultitypid = t.oid
 ORDER BY t.oid
