-- What the catalog says about one index, for settling CREATE INDEX CONCURRENTLY.
--
-- $1  schema of the index, or NULL: wherever the search_path finds the table
-- $2  name of the index, unquoted
-- $3  schema of the table, or NULL
-- $4  name of the table, unquoted
--
-- One row, or none when the table is not there, or is partitioned: no build is
-- concurrent then. state: 'absent', 'valid', 'invalid', 'building' (invalid, and
-- a live session, pid, holds the lock that only a concurrent build or
-- maintenance takes), 'foreign' (the name belongs to something else). An index
-- lives in its table's schema.
WITH heap AS (
    SELECT c.oid, c.relnamespace
      FROM pg_catalog.pg_class c
     WHERE c.relname OPERATOR(pg_catalog.=) $4
       AND CASE WHEN $3::text IS NULL
                THEN pg_catalog.pg_table_is_visible(c.oid)
                ELSE c.relnamespace OPERATOR(pg_catalog.=)
                     (SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname OPERATOR(pg_catalog.=) $3)
           END
       AND c.relkind OPERATOR(pg_catalog.=) ANY ('{r,m}')
), busy AS (
    SELECT l.relation, pg_catalog.min(l.pid) AS pid
      FROM pg_catalog.pg_locks l JOIN heap ON l.relation OPERATOR(pg_catalog.=) heap.oid
     WHERE l.granted
       AND l.mode OPERATOR(pg_catalog.=) 'ShareUpdateExclusiveLock'
       AND l.database OPERATOR(pg_catalog.=)
           (SELECT d.oid FROM pg_catalog.pg_database d
             WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database())
       AND l.pid OPERATOR(pg_catalog.<>) pg_catalog.pg_backend_pid()
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity a
                        WHERE a.pid OPERATOR(pg_catalog.=) l.pid
                          AND a.backend_type OPERATOR(pg_catalog.=) 'autovacuum worker')
     GROUP BY l.relation
)
SELECT CASE
           WHEN named.oid IS NULL THEN 'absent'
           WHEN i.indexrelid IS NULL OR i.indrelid OPERATOR(pg_catalog.<>) heap.oid THEN 'foreign'
           WHEN i.indisvalid THEN 'valid'
           WHEN busy.relation IS NOT NULL THEN 'building'
           ELSE 'invalid'
       END AS state,
       pg_catalog.pg_get_indexdef(i.indexrelid) AS definition,
       pg_catalog.format('%I.%I', n.nspname, $2::text) AS name,
       busy.pid
  FROM heap
  JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) heap.relnamespace
  LEFT JOIN busy ON true
  LEFT JOIN pg_catalog.pg_class named
         ON named.relname OPERATOR(pg_catalog.=) $2
        AND named.relnamespace OPERATOR(pg_catalog.=) heap.relnamespace
  LEFT JOIN pg_catalog.pg_index i ON i.indexrelid OPERATOR(pg_catalog.=) named.oid
 WHERE $1::text IS NULL OR $1 OPERATOR(pg_catalog.=) n.nspname
