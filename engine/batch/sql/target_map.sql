-- The columns that a map reads and writes, in order: name NULL when the table does not have it.
-- The type is what domains are made of: a cast to one of varchar(3) would cut a longer text off, where the
-- assignment refuses it.
-- $1 oid of the table  $2 JSON array of columns as their author wrote them
SELECT e.value AS written,
       pg_catalog.quote_ident(a.attname) AS name,
       pg_catalog.concat(pg_catalog.quote_ident(n.nspname), '.', pg_catalog.quote_ident(t.typname)) AS type,
       a.attlen OPERATOR(pg_catalog.<) 0 AS wide,
       pg_catalog.has_column_privilege(a.attrelid, a.attnum, 'SELECT') AS may_read
FROM pg_catalog.json_array_elements_text($2::pg_catalog.json) WITH ORDINALITY AS e (value, place)
LEFT JOIN pg_catalog.pg_attribute AS a
  ON a.attrelid OPERATOR(pg_catalog.=) $1::pg_catalog.oid AND a.attnum OPERATOR(pg_catalog.>) 0 AND NOT a.attisdropped
 AND pg_catalog.cardinality(pg_catalog.parse_ident(e.value)) OPERATOR(pg_catalog.=) 1
 AND a.attname OPERATOR(pg_catalog.=) (pg_catalog.parse_ident(e.value))[1]::pg_catalog.name
LEFT JOIN LATERAL (
    WITH RECURSIVE made_of AS (
        SELECT d.typname, d.typnamespace, d.typtype, d.typbasetype FROM pg_catalog.pg_type AS d
        WHERE d.oid OPERATOR(pg_catalog.=) a.atttypid
        UNION ALL
        SELECT d.typname, d.typnamespace, d.typtype, d.typbasetype
        FROM made_of AS m JOIN pg_catalog.pg_type AS d ON d.oid OPERATOR(pg_catalog.=) m.typbasetype
        WHERE m.typtype OPERATOR(pg_catalog.=) 'd')
    SELECT m.typname, m.typnamespace FROM made_of AS m
    WHERE m.typtype OPERATOR(pg_catalog.<>) 'd') AS t ON true
LEFT JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) t.typnamespace
ORDER BY e.place
