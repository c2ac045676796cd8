-- Names of the input arguments of functions that users made, in their order.
SELECT p.oid, NULLIF(a.name, '')
  FROM pg_catalog.pg_proc p
 CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(p.proargnames), pg_catalog.unnest(p.proargmodes))
            WITH ORDINALITY AS a (name, mode, place)
 WHERE p.oid >= 16384
   AND p.proargnames IS NOT NULL
   AND (a.mode IS NULL OR a.mode IN ('i', 'b', 'v'))
 ORDER BY p.oid, a.place
