-- The statement that gives a table, or a column of it, the comment that it has now.
SELECT CASE WHEN :'column' = '' THEN
                pg_catalog.format('COMMENT ON TABLE %s IS %L;', :'relation', pg_catalog.obj_description(c.oid, 'pg_class'))
            ELSE (SELECT pg_catalog.format('COMMENT ON COLUMN %s.%I IS %L;', :'relation', a.attname,
                             pg_catalog.col_description(c.oid, a.attnum))
                    FROM pg_catalog.pg_attribute AS a
                   WHERE a.attrelid = c.oid AND a.attname = :'column') END
  FROM pg_catalog.pg_class AS c
 WHERE c.oid = pg_catalog.to_regclass(:'relation')
