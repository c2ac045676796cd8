-- Triggers that somebody made, and their clones on partitions, which were internal before 15. Those of
-- foreign keys, four for each, are passed over by the index on tgconstraint.
SELECT t.tgrelid,
       t.tgname,
       t.tgtype,
       t.tgenabled <> 'D',
       t.tgconstraint <> 0,
       t.tgdeferrable,
       t.tginitdeferred,
       n.nspname || '.' || p.proname,
       t.tgattr,
       (SELECT pg_catalog.array_agg(DISTINCT v.number[1])
          FROM pg_catalog.regexp_matches(t.tgqual::text, ':varattno ([0-9]+)', 'g') AS v (number)),
       t.oid
  FROM pg_catalog.pg_trigger t
  JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid
  JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
 WHERE t.tgconstraint IN (SELECT 0::oid
                          UNION ALL
                          SELECT c.oid FROM pg_catalog.pg_constraint c WHERE c.contype = 't')
   AND (NOT t.tgisinternal OR t.tgparentid <> 0)
 ORDER BY t.tgrelid, t.tgname
