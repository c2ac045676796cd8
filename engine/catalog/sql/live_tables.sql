-- What the statistics count of tables and of their indexes, which scans are counted by: only where
-- there is something. In the order of the columns: scans, rows changed, rows alive (of tables).
SELECT u.oid, u.scans, u.changes, u.alive
  FROM (SELECT c.oid,
               pg_catalog.pg_stat_get_numscans(c.oid) AS scans,
               CASE WHEN c.relkind <> 'i' THEN pg_catalog.pg_stat_get_tuples_inserted(c.oid)
                   + pg_catalog.pg_stat_get_tuples_updated(c.oid)
                   + pg_catalog.pg_stat_get_tuples_deleted(c.oid) END AS changes,
               CASE WHEN c.relkind <> 'i' THEN pg_catalog.pg_stat_get_live_tuples(c.oid) END AS alive
          FROM pg_catalog.pg_class c
         WHERE c.oid >= 16384
           AND c.relkind IN ('r', 'm', 'i')
           AND c.relpersistence <> 't'
           AND c.relnamespace <> 99 -- indexes of TOAST tables
        OFFSET 0) AS u -- each is looked up once
 WHERE u.scans > 0 OR u.changes > 0 OR u.alive > 0
