-- A column that is set and that decides in which partition a row is: no row when there is none.
-- $1 oid of the partitioned table  $2 JSON array: the columns that are set, quoted
WITH RECURSIVE tree AS (
    SELECT $1::pg_catalog.oid AS oid
    UNION ALL
    SELECT i.inhrelid FROM tree JOIN pg_catalog.pg_inherits AS i ON i.inhparent OPERATOR(pg_catalog.=) tree.oid)
SELECT pg_catalog.quote_ident(a.attname) AS column_name,
       pg_catalog.format('%I.%I', n.nspname, c.relname) AS relation
FROM tree
JOIN pg_catalog.pg_partitioned_table AS p ON p.partrelid OPERATOR(pg_catalog.=) tree.oid
JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) tree.oid
JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
JOIN pg_catalog.pg_attribute AS a ON a.attrelid OPERATOR(pg_catalog.=) tree.oid
    AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped
WHERE pg_catalog.quote_ident(a.attname) OPERATOR(pg_catalog.=) ANY
      (SELECT pg_catalog.jsonb_array_elements_text($2::pg_catalog.jsonb))
  -- A column of the partition key, or of an expression in it, depends on its own table.
  AND EXISTS (SELECT FROM pg_catalog.pg_depend AS d
              WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
                  AND d.objid OPERATOR(pg_catalog.=) tree.oid
                AND d.objsubid OPERATOR(pg_catalog.=) a.attnum
                AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
                AND d.refobjid OPERATOR(pg_catalog.=) tree.oid AND d.refobjsubid OPERATOR(pg_catalog.=) 0
                    AND d.deptype OPERATOR(pg_catalog.=) 'i')
ORDER BY tree.oid, a.attnum
LIMIT 1
