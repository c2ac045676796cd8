-- $1: a JSON list of names of relations, each once -> a JSON object of their tables, schema.name: of an index its table,
-- of a partition the root; what is not there yet as it will be named; nothing of the system's and of zdm's own.
SELECT coalesce(pg_catalog.json_object_agg(named.written, named.name), '{}')
FROM (
    SELECT a.name AS written,
           CASE WHEN c.oid IS NOT NULL THEN pg_catalog.format('%I.%I', n.nspname, c.relname)
                WHEN pg_catalog.strpos(a.name, '.') OPERATOR(pg_catalog.=) 0
                THEN pg_catalog.concat(pg_catalog.quote_ident(current_schema()), '.', a.name)
                ELSE a.name END AS name,
           n.nspname
    -- A name with a schema is looked up without the right to use that schema: who reviews a plan may have none.
    FROM (SELECT j.name, CASE pg_catalog.cardinality(p.part)
              WHEN 2 THEN (SELECT r.oid FROM pg_catalog.pg_class AS r
                           JOIN pg_catalog.pg_namespace AS s ON s.oid OPERATOR(pg_catalog.=) r.relnamespace
                           WHERE s.nspname OPERATOR(pg_catalog.=) p.part[1]::pg_catalog.name
                             AND r.relname OPERATOR(pg_catalog.=) p.part[2]::pg_catalog.name)
              ELSE pg_catalog.to_regclass(j.name)::pg_catalog.oid END AS oid
          FROM pg_catalog.json_array_elements_text($1::pg_catalog.json) AS j (name),
               pg_catalog.parse_ident(j.name) AS p (part)) AS a
    LEFT JOIN pg_catalog.pg_index AS x ON x.indexrelid OPERATOR(pg_catalog.=) a.oid
    LEFT JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=)
        coalesce(pg_catalog.pg_partition_root(coalesce(x.indrelid, a.oid))::pg_catalog.oid, x.indrelid, a.oid)
    LEFT JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
) AS named
WHERE named.nspname IS NULL
   OR named.nspname OPERATOR(pg_catalog.<>) ALL (ARRAY['pg_catalog', 'information_schema', 'zdm'])
