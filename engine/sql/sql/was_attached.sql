-- The statements that detach a partition, and drop what attaching it will have given to it: the indexes and constraints of the
-- parent's that it does not have now.
SELECT pg_catalog.format($zdm$SELECT pg_catalog.set_config('zdm.undo', COALESCE((
    SELECT pg_catalog.string_agg(x.gone, E'\n' ORDER BY x.gone)
      FROM (SELECT pg_catalog.format('ALTER TABLE %%s DROP CONSTRAINT %%I;', k.conrelid::pg_catalog.regclass, k.conname)
              FROM pg_catalog.pg_constraint AS k
              JOIN pg_catalog.pg_constraint AS p ON p.oid = k.conparentid AND p.conrelid = pg_catalog.to_regclass(%1$L)
             WHERE k.conrelid = c.oid AND k.conname <> ALL (%3$L::pg_catalog.text[])
            UNION ALL
            SELECT pg_catalog.format('DROP INDEX %%s;', i.indexrelid::pg_catalog.regclass)
              FROM pg_catalog.pg_index AS i
              JOIN pg_catalog.pg_inherits AS h ON h.inhrelid = i.indexrelid
              JOIN pg_catalog.pg_class AS n ON n.oid = i.indexrelid
             WHERE i.indrelid = c.oid AND n.relname <> ALL (%4$L::pg_catalog.text[])
               AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS k
                                WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))) AS x(gone)), ''), true)
  FROM pg_catalog.pg_class AS c
 WHERE c.oid = pg_catalog.to_regclass(%2$L);
ALTER TABLE %1$s DETACH PARTITION %2$s;
DO 'BEGIN EXECUTE pg_catalog.current_setting(''zdm.undo''); END';$zdm$,
           :'relation', :'column',
           ARRAY(SELECT k.conname::pg_catalog.text FROM pg_catalog.pg_constraint AS k
                  WHERE k.conrelid = pg_catalog.to_regclass(:'column')),
           ARRAY(SELECT n.relname::pg_catalog.text FROM pg_catalog.pg_index AS i
                   JOIN pg_catalog.pg_class AS n ON n.oid = i.indexrelid
                  WHERE i.indrelid = pg_catalog.to_regclass(:'column')))
