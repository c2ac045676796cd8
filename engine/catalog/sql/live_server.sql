-- One row about the server. The statistics of a database begin when somebody resets them; since 15
-- that is NULL until then, and they begin with the cluster or its last crash, as those of the
-- background writer and of the archiver do: each can be reset alone, so the earlier one.
WITH start AS (
    SELECT coalesce(d.stats_reset, LEAST(w.stats_reset, a.stats_reset)) AS since
      FROM pg_catalog.pg_stat_database d,
           pg_catalog.pg_stat_bgwriter w,
           pg_catalog.pg_stat_archiver a
     WHERE d.datname = pg_catalog.current_database()
)
SELECT pg_catalog.to_char(s.since AT TIME ZONE 'UTC', 'YYYY-MM-DD'),
       EXTRACT(epoch FROM pg_catalog.clock_timestamp() - s.since)::bigint,
       -- Of others' sessions a role without rights sees database and user, not what kind they are.
       (SELECT count(*) FROM pg_catalog.pg_stat_activity a
         WHERE a.datid IS NOT NULL AND a.usesysid IS NOT NULL
           AND coalesce(a.backend_type, 'client backend') = 'client backend'),
       pg_catalog.current_setting('max_connections')::int
           - pg_catalog.current_setting('superuser_reserved_connections')::int
           - coalesce(pg_catalog.current_setting('reserved_connections', true), '0')::int,
       (SELECT t.spcname FROM pg_catalog.pg_database d
          JOIN pg_catalog.pg_tablespace t ON t.oid = d.dattablespace
         WHERE d.datname = pg_catalog.current_database()),
       pg_catalog.pg_size_bytes(NULLIF(pg_catalog.current_setting('temp_file_limit'), '-1')),
       pg_catalog.pg_size_bytes(pg_catalog.current_setting('maintenance_work_mem')),
       pg_catalog.pg_has_role(current_user, 'pg_read_all_stats', 'USAGE')
  FROM start s
