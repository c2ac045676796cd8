-- Can pg_stat_statements tell what ran here? -> its schema and version (NULL: it is not here), is it loaded,
-- and who is not counted. The settings of roles and databases are only those that are stored.
SELECT (SELECT pg_catalog.quote_ident(n.nspname)
        FROM pg_catalog.pg_extension AS e
        JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) e.extnamespace
        WHERE e.extname OPERATOR(pg_catalog.=) 'pg_stat_statements') AS schema,
       (SELECT EXISTS (SELECT FROM pg_catalog.pg_attribute AS a
                       JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) a.attrelid
                       WHERE c.relnamespace OPERATOR(pg_catalog.=) e.extnamespace
                         AND c.relname OPERATOR(pg_catalog.=) 'pg_stat_statements_info'
                         AND a.attname OPERATOR(pg_catalog.=) 'dealloc')
        FROM pg_catalog.pg_extension AS e
        WHERE e.extname OPERATOR(pg_catalog.=) 'pg_stat_statements') AS counts_evictions,
       CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_db_role_setting AS s
                         WHERE 'pg_stat_statements.track=top' OPERATOR(pg_catalog.=) ANY (s.setconfig))
             AND pg_catalog.current_setting('pg_stat_statements.track', true) OPERATOR(pg_catalog.=) 'all' THEN 'top'
            ELSE pg_catalog.current_setting('pg_stat_statements.track', true) END AS track,
       pg_catalog.current_setting('compute_query_id', true) AS query_id,
       (SELECT pg_catalog.string_agg(pg_catalog.concat(
                 CASE WHEN s.setrole OPERATOR(pg_catalog.=) 0 THEN 'every role' ELSE pg_catalog.pg_get_userbyid(s.setrole) END,
                 ': ', c), ', ' ORDER BY s.setrole, c)
        FROM pg_catalog.pg_db_role_setting AS s, pg_catalog.unnest(s.setconfig) AS c
        WHERE s.setdatabase OPERATOR(pg_catalog.=) ANY (ARRAY[0, (
                SELECT d.oid FROM pg_catalog.pg_database AS d
                WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database())]::pg_catalog.oid[])
          AND c OPERATOR(pg_catalog.=) ANY (ARRAY['pg_stat_statements.track=none', 'compute_query_id=off'])) AS excepted,
       pg_catalog.quote_ident(CURRENT_USER) AS role,
       (SELECT pg_catalog.string_agg(COALESCE(NULLIF(r.application_name, ''), pg_catalog.host(r.client_addr)), ', ')
        FROM pg_catalog.pg_stat_replication AS r
        WHERE r.state IS DISTINCT FROM 'backup') AS replicas,
       (EXTRACT(epoch FROM pg_catalog.clock_timestamp()) OPERATOR(pg_catalog.*) 1000)::pg_catalog.int8 AS now,
       -- A crash takes all counts away without a word in pg_stat_database: only shared ones begin anew.
       (SELECT pg_catalog.concat_ws(', ', d.stats_reset, b.stats_reset)
        FROM pg_catalog.pg_stat_database AS d, pg_catalog.pg_stat_bgwriter AS b
        WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()) AS counts_reset,
       pg_catalog.current_setting('pg_stat_statements.track_utility', true) AS track_utility,
       pg_catalog.current_setting('track_counts') AS track_counts,
       (SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_replication AS r
        WHERE r.state IS DISTINCT FROM 'backup') AS n_replicas
