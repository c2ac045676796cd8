-- Constraints of tables and domains, without constraint triggers.
SELECT c.oid,
       c.conname,
       c.contype,
       NULLIF(c.conrelid, 0),
       NULLIF(c.contypid, 0),
       c.conkey,
       NULLIF(c.confrelid, 0),
       c.confkey,
       NULLIF(c.confdeltype, ' '),
       NULLIF(c.confupdtype, ' '),
       NULLIF(c.conindid, 0),
       NULLIF(c.convalidated, true),
       NULLIF(c.connoinherit, false),
       NULLIF(c.condeferrable, false),
       NULLIF(c.condeferred, false),
       NULLIF(c.conparentid <> 0 OR c.coninhcount > 0, false),
\if :since18
       NULLIF(c.conenforced, true),
\else
       NULL,
\endif
       pg_catalog.pg_get_expr(c.conbin, c.conrelid),
       NULLIF(c.confmatchtype, ' ')
  FROM pg_catalog.pg_constraint c
 WHERE c.contype <> 't'
   AND c.oid >= 16384
 ORDER BY c.oid
