-- Sequential scans of this session that are not yet in the statistics: older ones would be counted twice.
SELECT s.oid, s.scans
  FROM (SELECT c.oid, pg_catalog.pg_stat_get_xact_numscans(c.oid) AS scans
          FROM pg_catalog.pg_class c
         WHERE c.relkind OPERATOR(pg_catalog.=) ANY ('{r,m}') AND c.oid OPERATOR(pg_catalog.>=) 16384) s
 WHERE s.scans OPERATOR(pg_catalog.>) 0
