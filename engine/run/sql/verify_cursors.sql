-- Backfills that the journal has as done, with slices that are not: plan, step, how many.
SELECT j.plan, j.step, pg_catalog.count(*)
  FROM zdm.journal AS j
  JOIN zdm.cursor AS c ON c.plan OPERATOR(pg_catalog.=) j.plan AND c.step OPERATOR(pg_catalog.=) j.step
 WHERE j.kind OPERATOR(pg_catalog.=) 'backfill' AND j.state OPERATOR(pg_catalog.=) 'done'
   AND j.item OPERATOR(pg_catalog.=) '' AND c.state OPERATOR(pg_catalog.=) 'open'
 GROUP BY j.plan, j.step
 ORDER BY j.plan, j.step
