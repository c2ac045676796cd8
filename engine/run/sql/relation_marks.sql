-- $1 relations (text[]), schema-qualified or not -> for each a mark of its rows in the catalogs, which changes
-- with its definition, its constraints on either side, its partitions and children, its views; NULL: there is none.
-- By index only. A name with a schema is looked up without the right to use that schema.
SELECT w.name, pg_catalog.concat_ws(' ', c.oid, c.xmin,
    (SELECT pg_catalog.sum(x.xmin::pg_catalog.text::pg_catalog.int8) FROM pg_catalog.pg_attribute x
      WHERE x.attrelid OPERATOR(pg_catalog.=) c.oid),
    (SELECT pg_catalog.sum(x.xmin::pg_catalog.text::pg_catalog.int8) FROM pg_catalog.pg_constraint x
      WHERE x.conrelid OPERATOR(pg_catalog.=) c.oid),
    (SELECT pg_catalog.sum(x.xmin::pg_catalog.text::pg_catalog.int8) FROM pg_catalog.pg_index x
      WHERE x.indrelid OPERATOR(pg_catalog.=) c.oid),
    -- a foreign key has its triggers on the table that it points to
    (SELECT pg_catalog.sum(x.xmin::pg_catalog.text::pg_catalog.int8) FROM pg_catalog.pg_trigger x
      WHERE x.tgrelid OPERATOR(pg_catalog.=) c.oid),
    (SELECT pg_catalog.sum(x.xmin::pg_catalog.text::pg_catalog.int8) FROM pg_catalog.pg_inherits x
      WHERE x.inhparent OPERATOR(pg_catalog.=) c.oid),
    (SELECT pg_catalog.sum(x.xmin::pg_catalog.text::pg_catalog.int8) FROM pg_catalog.pg_inherits x
      WHERE x.inhrelid OPERATOR(pg_catalog.=) c.oid),
    (SELECT pg_catalog.sum(x.objid::pg_catalog.int8) FROM pg_catalog.pg_depend x
      WHERE x.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
        AND x.refobjid OPERATOR(pg_catalog.=) c.oid))
FROM (SELECT u.name, pg_catalog.parse_ident(u.name) AS part
        FROM pg_catalog.unnest($1::pg_catalog.text[]) AS u (name)) AS w
JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=)
    CASE WHEN pg_catalog.cardinality(w.part) OPERATOR(pg_catalog.=) 2
         THEN (SELECT k.oid FROM pg_catalog.pg_class k
                 JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) k.relnamespace
                WHERE n.nspname OPERATOR(pg_catalog.=) w.part[1]::pg_catalog.name
                  AND k.relname OPERATOR(pg_catalog.=) w.part[2]::pg_catalog.name)
         ELSE pg_catalog.to_regclass(w.name) END
