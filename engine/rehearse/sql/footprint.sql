-- The relations that this transaction touched, and whether it may have written to them: what it took is a
-- lock of this session. Tables and views that are made by people only.
SELECT l.relation::pg_catalog.text,
       pg_catalog.bool_or(l.mode NOT IN ('AccessShareLock', 'RowShareLock'))
  FROM pg_catalog.pg_locks l
 WHERE l.pid = pg_catalog.pg_backend_pid()
   AND l.locktype = 'relation'
   AND l.relation >= 16384
 GROUP BY l.relation
