-- The statements that attach a partition again with the bounds that it has now. A CHECK of it that was NOT VALID when it left has
-- to be as valid as the parent's by then. The CHECK that DETACH CONCURRENTLY leaves on it spares the scan, and goes then.
SELECT pg_catalog.format($zdm$SELECT pg_catalog.set_config('zdm.undo', COALESCE((
    SELECT pg_catalog.string_agg(pg_catalog.format('ALTER TABLE %%s VALIDATE CONSTRAINT %%I;',
                                     k.conrelid::pg_catalog.regclass, k.conname), E'\n')
      FROM pg_catalog.pg_constraint AS k
      JOIN pg_catalog.pg_constraint AS p ON p.conrelid = pg_catalog.to_regclass(%1$L) AND p.conname = k.conname
     WHERE k.conrelid = pg_catalog.to_regclass(%2$L) AND k.contype = 'c' AND NOT k.convalidated AND p.convalidated), ''),
    true);
DO 'BEGIN EXECUTE pg_catalog.current_setting(''zdm.undo''); END';
ALTER TABLE %1$s ATTACH PARTITION %2$s %3$s;
SELECT pg_catalog.set_config('zdm.undo', COALESCE((
    SELECT pg_catalog.string_agg(pg_catalog.format('ALTER TABLE %%s DROP CONSTRAINT %%I;', k.conrelid::pg_catalog.regclass,
                                     k.conname), E'\n')
      FROM pg_catalog.pg_constraint AS k
     WHERE k.conrelid = pg_catalog.to_regclass(%2$L) AND k.contype = 'c' AND k.conname <> ALL (%4$L::pg_catalog.text[])
       AND pg_catalog.pg_get_constraintdef(k.oid) = %5$L), ''), true);
DO 'BEGIN EXECUTE pg_catalog.current_setting(''zdm.undo''); END';$zdm$,
           :'relation', :'column', pg_catalog.pg_get_expr(c.relpartbound, c.oid),
           ARRAY(SELECT k.conname::pg_catalog.text FROM pg_catalog.pg_constraint AS k WHERE k.conrelid = c.oid),
           pg_catalog.format('CHECK (%s)', pg_catalog.pg_get_partition_constraintdef(c.oid)))
  FROM pg_catalog.pg_class AS c
 WHERE c.oid = pg_catalog.to_regclass(:'column') AND c.relispartition
