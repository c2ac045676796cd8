-- Statements that move the sequences of columns behind the greatest value there.
SELECT pg_catalog.format(
           'SELECT pg_catalog.setval(%L, LEAST(pg_catalog.max(%I)::pg_catalog.numeric, %s)::bigint) FROM %s HAVING '
           'pg_catalog.max(%2$I) > (SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM %5$s)',
           s.oid::pg_catalog.regclass, a.attname, q.seqmax, a.attrelid::pg_catalog.regclass,
           s.oid::pg_catalog.regclass)
  FROM pg_catalog.pg_class s
  JOIN pg_catalog.pg_sequence q ON q.seqrelid = s.oid AND q.seqincrement > 0
  JOIN (SELECT d.objid AS sequence, d.refobjid AS relation, d.refobjsubid AS attnum
          FROM pg_catalog.pg_depend d
         WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
           AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
           AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
        UNION
        SELECT d.refobjid, v.adrelid, v.adnum
          FROM pg_catalog.pg_depend d
          JOIN pg_catalog.pg_attrdef v ON v.oid = d.objid
         WHERE d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass
           AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass) AS fed ON fed.sequence = s.oid
  JOIN pg_catalog.pg_class r ON r.oid = fed.relation AND r.relkind IN ('r', 'p')
  JOIN pg_catalog.pg_attribute a ON a.attrelid = fed.relation AND a.attnum = fed.attnum
       AND NOT a.attisdropped
       AND a.atttypid IN ('pg_catalog.int2'::pg_catalog.regtype, 'pg_catalog.int4'::pg_catalog.regtype,
                          'pg_catalog.int8'::pg_catalog.regtype, 'pg_catalog.numeric'::pg_catalog.regtype)
 WHERE s.relkind = 'S'
 ORDER BY s.oid, fed.relation, fed.attnum
