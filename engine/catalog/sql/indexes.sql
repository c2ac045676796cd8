-- Indexes of user tables. indkey ends with the INCLUDE columns.
SELECT i.indexrelid,
       i.indrelid,
       i.indnkeyatts,
       i.indkey,
       i.indclass,
       i.indcollation,
       i.indoption,
       NULLIF(i.indisunique, false),
       NULLIF(i.indisprimary, false),
       NULLIF(i.indimmediate, true),
       NULLIF(i.indisvalid, true),
       NULLIF(i.indisready, true),
       NULLIF(i.indisreplident, false),
       NULLIF(i.indisclustered, false),
\if :since15
       NULLIF(i.indnullsnotdistinct, false),
\else
       NULL,
\endif
       pg_catalog.pg_get_expr(i.indexprs, i.indrelid),
       pg_catalog.pg_get_expr(i.indpred, i.indrelid),
       CASE WHEN i.indexprs IS NOT NULL OR i.indpred IS NOT NULL
            THEN (SELECT pg_catalog.array_agg(d.refobjsubid)
                    FROM pg_catalog.pg_depend d
                   WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
                     AND d.objid = i.indexrelid
                     AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
                     AND d.refobjid = i.indrelid
                     AND d.refobjsubid > 0) END
  FROM pg_catalog.pg_index i
 WHERE i.indexrelid >= 16384
   AND i.indrelid >= 16384
 ORDER BY i.indexrelid
