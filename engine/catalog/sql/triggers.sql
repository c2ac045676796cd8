-- Triggers that somebody made, and their clones on partitions, which were internal before 15.
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
 WHERE NOT t.tgisinternal
    OR (t.tgparentid <> 0
        AND (t.tgconstraint = 0
             OR EXISTS (SELECT FROM pg_catalog.pg_constraint c
                         WHERE c.oid = t.tgconstraint AND c.contype = 't')))
 ORDER BY t.tgrelid, t.tgname
