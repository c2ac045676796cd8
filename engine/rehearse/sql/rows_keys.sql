-- The unique keys and exclusion constraints of the tables $1, the primary key first. Columns are those of
-- expressions and predicates too.
SELECT i.indrelid,
       i.indisexclusion,
       (SELECT pg_catalog.string_agg(k.attnum::text, ',' ORDER BY k.attnum)
          FROM (SELECT pg_catalog.unnest(i.indkey::pg_catalog.int2[]) AS attnum
                UNION
                SELECT d.refobjsubid
                  FROM pg_catalog.pg_depend d
                 WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                   AND d.objid = i.indexrelid
                   AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
                   AND d.refobjid = i.indrelid) AS k
         WHERE k.attnum > 0)
  FROM pg_catalog.pg_index i
 WHERE i.indrelid = ANY ($1::pg_catalog.oid[])
   AND (i.indisunique OR i.indisexclusion)
 ORDER BY i.indrelid, i.indisprimary DESC, i.indexrelid
