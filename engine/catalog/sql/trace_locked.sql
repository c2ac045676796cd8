-- What this session's transaction has locked: the strongest mode of each relation, its name, file and
-- sequential scans as the transaction sees them. A relation that is gone has no name. Rank is the
-- order of enum zdm_lock_mode.
SELECT l.relation, l.rank, c.relname, c.relkind, c.relfilenode,
       pg_catalog.pg_stat_get_xact_numscans(l.relation),
       n.nspname OPERATOR(pg_catalog.!~) '^(pg_(catalog|toast|temp|toast_temp)|information_schema)',
       pg_catalog.quote_ident(n.nspname) OPERATOR(pg_catalog.||) '.'
           OPERATOR(pg_catalog.||) pg_catalog.quote_ident(c.relname), i.indrelid
  FROM (SELECT k.relation,
               pg_catalog.max(pg_catalog.array_position(
                   '{AccessShareLock,RowShareLock,RowExclusiveLock,ShareUpdateExclusiveLock,ShareLock,ShareRowExclusiveLock,ExclusiveLock,AccessExclusiveLock}'::pg_catalog.text[],
                   k.mode)) AS rank
          FROM pg_catalog.pg_locks k
         WHERE k.locktype OPERATOR(pg_catalog.=) 'relation' AND k.granted
             AND k.pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid()
           AND k.relation OPERATOR(pg_catalog.>=) 16384
           AND k.database OPERATOR(pg_catalog.=) (SELECT d.oid FROM pg_catalog.pg_database d
                              WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database())
         GROUP BY k.relation) l
  LEFT JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) l.relation
  LEFT JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
  LEFT JOIN pg_catalog.pg_index i ON i.indexrelid OPERATOR(pg_catalog.=) c.oid
 ORDER BY n.nspname, c.relname, l.relation
