-- Every relation that is not the system's. Objects of the system have OIDs below 16384. A cell is
-- NULL where the fact is the usual one: that is cheaper to send and to read. A bound has no
-- columns in it, and without a relation the server takes no lock to spell it. Of TOAST tables only the
-- pages are of interest.
SELECT c.oid,
       c.relnamespace,
       c.relname,
       c.relkind,
       NULLIF(c.relpersistence, 'p'),
       c.relnatts,
       NULLIF(c.reltuples, -1)::bigint,
       c.relpages,
       NULLIF(c.reltoastrelid, 0),
       c.relowner,
       NULLIF(c.relam, 0),
       NULLIF(c.reltablespace, 0),
       NULLIF(c.relispopulated, true),
       NULLIF(c.relreplident, 'd'),
       NULLIF(c.relrowsecurity, false),
       NULLIF(c.relforcerowsecurity, false),
       NULLIF(c.relispartition, false),
       NULLIF(c.reloftype, 0),
       pg_catalog.pg_get_expr(c.relpartbound, 0),
       CASE WHEN c.relkind = 'v' AND c.reloptions IS NOT NULL
            THEN (SELECT NULLIF(o.option_value::boolean, false)
                    FROM pg_catalog.pg_options_to_table(c.reloptions) o
                   WHERE o.option_name = 'security_invoker') END
  FROM pg_catalog.pg_class c
 WHERE c.oid >= 16384
   AND CASE c.relkind WHEN 't' THEN c.relpages > 0 ELSE c.relnamespace <> 99 END -- 99: pg_toast
   AND (c.relpersistence <> 't' OR c.relkind = 't'
        OR c.relnamespace = pg_catalog.pg_my_temp_schema())
