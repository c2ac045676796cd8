-- Can an update of these columns be HOT, and can its rows be shared out by key?
-- $1 oid of the table  $2 JSON array: the columns that change  $3 the same: the key's columns
SELECT (SELECT i.indexrelid::pg_catalog.regclass::pg_catalog.text
        FROM (SELECT $1::pg_catalog.oid AS relid
              UNION SELECT p.relid FROM pg_catalog.pg_partition_tree(
                  $1::pg_catalog.oid::pg_catalog.regclass) AS p) AS tree
        JOIN pg_catalog.pg_index AS i ON i.indrelid OPERATOR(pg_catalog.=) tree.relid
        JOIN pg_catalog.pg_class AS ic ON ic.oid OPERATOR(pg_catalog.=) i.indexrelid
        JOIN pg_catalog.pg_am AS am ON am.oid OPERATOR(pg_catalog.=) ic.relam
        JOIN pg_catalog.pg_attribute AS a ON a.attrelid OPERATOR(pg_catalog.=) i.indrelid
            AND a.attnum OPERATOR(pg_catalog.>) 0
        WHERE pg_catalog.quote_ident(a.attname) OPERATOR(pg_catalog.=) ANY
              (SELECT pg_catalog.jsonb_array_elements_text($2::pg_catalog.jsonb))
          -- In the key, or anywhere in an expression or the predicate.
          AND (a.attnum OPERATOR(pg_catalog.=) ANY (i.indkey)
               OR EXISTS (SELECT FROM pg_catalog.pg_depend AS d
                          WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
                            AND d.objid OPERATOR(pg_catalog.=) i.indexrelid
                            AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
                            AND d.refobjid OPERATOR(pg_catalog.=) i.indrelid
                                AND d.refobjsubid OPERATOR(pg_catalog.=) a.attnum))
          -- Since PostgreSQL 16 indexes that only summarise do not stand in the way.
          AND NOT (am.amname OPERATOR(pg_catalog.=) 'brin'
                   AND pg_catalog.current_setting('server_version_num')::pg_catalog.int4
                       OPERATOR(pg_catalog.>=) 160000)
        ORDER BY tree.relid, ic.relname LIMIT 1) AS not_hot,
       pg_catalog.bool_and(t.oid OPERATOR(pg_catalog.=) ANY (ARRAY['pg_catalog.int2', 'pg_catalog.int4',
           'pg_catalog.int8']::pg_catalog.regtype[])) AS integers,
       -- Of the type, or of the one that it is read as: text for varchar.
       pg_catalog.bool_and(t.typtype OPERATOR(pg_catalog.=) 'e' OR EXISTS (
           SELECT FROM pg_catalog.pg_opclass AS oc
           JOIN pg_catalog.pg_am AS am ON am.oid OPERATOR(pg_catalog.=) oc.opcmethod
           WHERE am.amname OPERATOR(pg_catalog.=) 'hash' AND oc.opcdefault
             AND oc.opcintype OPERATOR(pg_catalog.=) CASE WHEN t.oid
                 OPERATOR(pg_catalog.=) 'pg_catalog.varchar'::pg_catalog.regtype
                                     THEN 'pg_catalog.text'::pg_catalog.regtype
                                     ELSE t.oid END)) AS hashes,
       -- Do the rows lie in an order that has nothing to do with the key, on more pages than a few?
       pg_catalog.count(*) OPERATOR(pg_catalog.=) 1 AND EXISTS (
           SELECT FROM pg_catalog.pg_stats AS s
           JOIN pg_catalog.pg_namespace AS n ON n.nspname OPERATOR(pg_catalog.=) s.schemaname
           JOIN pg_catalog.pg_class AS c ON c.relnamespace OPERATOR(pg_catalog.=) n.oid
               AND c.relname OPERATOR(pg_catalog.=) s.tablename
           WHERE c.oid OPERATOR(pg_catalog.=) $1::pg_catalog.oid AND c.relkind OPERATOR(pg_catalog.=) 'r'
             AND c.relpages OPERATOR(pg_catalog.>=) 1000
             AND pg_catalog.quote_ident(s.attname) OPERATOR(pg_catalog.=)
                 ($3::pg_catalog.jsonb OPERATOR(pg_catalog.->>) 0)
             AND NOT s.inherited
             AND pg_catalog.abs(s.correlation) OPERATOR(pg_catalog.<) 0.2) AS scattered
FROM pg_catalog.pg_attribute AS a
JOIN pg_catalog.pg_type AS own ON own.oid OPERATOR(pg_catalog.=) a.atttypid
JOIN pg_catalog.pg_type AS t
  ON t.oid OPERATOR(pg_catalog.=) CASE WHEN own.typtype OPERATOR(pg_catalog.=) 'd'
      THEN own.typbasetype ELSE own.oid END
WHERE a.attrelid OPERATOR(pg_catalog.=) $1::pg_catalog.oid AND a.attnum OPERATOR(pg_catalog.>) 0
  AND pg_catalog.quote_ident(a.attname) OPERATOR(pg_catalog.=) ANY
      (SELECT pg_catalog.jsonb_array_elements_text($3::pg_catalog.jsonb))
