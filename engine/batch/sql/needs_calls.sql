-- A function or operator that may give another value for the same row: no row when there is none.
-- The author's own must be IMMUTABLE. Of the server's, STABLE ones depend on settings alone; those that
-- depend on the clock are told by their names (engine/sql).
-- $1 JSON array of functions, as SQL writes their names  $2 JSON array of operators, without a schema
WITH called AS (
    SELECT f.name, pg_catalog.parse_ident(f.name) AS parts
    FROM pg_catalog.json_array_elements_text($1::pg_catalog.json) AS f (name)
), found AS (
    SELECT c.name OPERATOR(pg_catalog.||) '()' AS what, p.provolatile, n.nspname
    FROM called AS c
    JOIN pg_catalog.pg_proc AS p
      ON p.proname OPERATOR(pg_catalog.=) c.parts[pg_catalog.cardinality(c.parts)]::pg_catalog.name
    JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) p.pronamespace
    WHERE CASE WHEN pg_catalog.cardinality(c.parts) OPERATOR(pg_catalog.=) 1
          THEN n.nspname OPERATOR(pg_catalog.=) ANY (pg_catalog.current_schemas(true))
          ELSE n.nspname OPERATOR(pg_catalog.=) c.parts[pg_catalog.cardinality(c.parts)
              OPERATOR(pg_catalog.-) 1]::pg_catalog.name END
    UNION ALL
    SELECT 'operator ' OPERATOR(pg_catalog.||) o.oprname, p.provolatile, n.nspname
    FROM pg_catalog.json_array_elements_text($2::pg_catalog.json) AS e (name)
    JOIN pg_catalog.pg_operator AS o ON o.oprname OPERATOR(pg_catalog.=) e.name::pg_catalog.name
    JOIN pg_catalog.pg_proc AS p ON p.oid OPERATOR(pg_catalog.=) o.oprcode
    JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) p.pronamespace
)
SELECT f.what, CASE WHEN f.provolatile OPERATOR(pg_catalog.=) 'v' THEN 'VOLATILE' ELSE 'STABLE' END AS volatility
FROM found AS f
WHERE f.provolatile OPERATOR(pg_catalog.=) 'v' OR f.provolatile OPERATOR(pg_catalog.=) 's'
    AND f.nspname OPERATOR(pg_catalog.<>) 'pg_catalog'
ORDER BY f.what
LIMIT 1
