-- INVALID indexes of the kind that an interrupted REINDEX CONCURRENTLY leaves behind, in what it works on.
--
-- $1  what is rebuilt: 'index', 'table', 'schema' or 'database'
-- $2  schema of the index or table, or NULL: wherever the search_path finds it
-- $3  name, unquoted; NULL for the database
-- $4  the note of the step when it was announced, or NULL: what it said of oids in `invalid` was there
--     before
--
-- One row each. An index counts only beside a valid one of the same table from whose name its own is
-- made: the server appends _ccnew or _ccold, and a number where that is taken, behind as much of the name
-- as fits. `busy`: a live session works on it.
WITH named AS (
    SELECT pg_catalog.to_regclass(CASE WHEN $2::text IS NULL THEN pg_catalog.quote_ident($3::text)
                                       ELSE pg_catalog.format('%I.%I', $2::text, $3::text) END) AS oid
     WHERE $1::text OPERATOR(pg_catalog.=) ANY ('{index,table}')
), parts AS (
    SELECT oid FROM named WHERE oid IS NOT NULL
    UNION
    SELECT t.relid FROM named n, LATERAL pg_catalog.pg_partition_tree(n.oid) t
), heaps AS (
    SELECT oid FROM parts WHERE $1::text OPERATOR(pg_catalog.=) 'table'
    UNION
    SELECT i.indrelid FROM parts JOIN pg_catalog.pg_index i ON i.indexrelid OPERATOR(pg_catalog.=) parts.oid
    UNION
    SELECT c.oid
      FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
     WHERE ($1::text OPERATOR(pg_catalog.=) 'schema' AND n.nspname OPERATOR(pg_catalog.=) $3::text)
        OR $1::text OPERATOR(pg_catalog.=) 'database'
), tables AS (
    SELECT oid FROM heaps
    UNION
    SELECT c.reltoastrelid FROM heaps JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) heaps.oid
)
SELECT c.oid::bigint AS oid, pg_catalog.format('%I.%I', n.nspname, c.relname) AS name,
       coalesce(($4::pg_catalog.jsonb OPERATOR(pg_catalog.->) 'invalid')
           OPERATOR(pg_catalog.@>) pg_catalog.to_jsonb(c.oid::bigint), true) AS before,
       EXISTS (SELECT FROM pg_catalog.pg_locks l
                WHERE l.relation OPERATOR(pg_catalog.=) c.oid AND l.granted
                  AND l.database OPERATOR(pg_catalog.=)
                      (SELECT d.oid FROM pg_catalog.pg_database d
                        WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database())
                  AND l.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid()) AS busy
  FROM tables t
  JOIN pg_catalog.pg_index i ON i.indrelid OPERATOR(pg_catalog.=) t.oid
  JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) i.indexrelid
  JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
 WHERE NOT i.indisvalid AND c.relkind OPERATOR(pg_catalog.=) 'i'
   AND c.relname OPERATOR(pg_catalog.~) '_cc(new|old)[0-9]*$'
   AND EXISTS (SELECT FROM pg_catalog.pg_index o
                 JOIN pg_catalog.pg_class oc ON oc.oid OPERATOR(pg_catalog.=) o.indexrelid
                WHERE o.indrelid OPERATOR(pg_catalog.=) t.oid AND o.indisvalid
                  AND pg_catalog.starts_with(oc.relname::text,
                          pg_catalog.regexp_replace(c.relname::text, '_cc(new|old)[0-9]*$', ''))
                  AND ($1::text OPERATOR(pg_catalog.<>) 'index'
                       OR o.indexrelid OPERATOR(pg_catalog.=) ANY (SELECT p.oid FROM parts p)))
 ORDER BY name
