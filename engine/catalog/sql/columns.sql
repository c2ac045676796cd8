-- Columns of all relations that have some of their own; one that was dropped has no type. Each row of
-- the largest catalog is looked at: what can be judged of its relation is left to the join, and each cell
-- less counts. made: identity ('a', 'd') or generated ('s', 'v'), which exclude each other. inherited:
-- NULL for one that is only its own, 'b' for both, 'i' for one that is not its own. acl: who was granted
-- what, as in grants.sql.
SELECT a.attrelid,
       a.attnum,
       a.attname,
       a.atttypid,
       NULLIF(a.atttypmod, -1),
       NULLIF(NULLIF(a.attcollation, 0), 100),
       NULLIF(a.attnotnull, false),
       NULLIF(CASE a.attidentity WHEN '' THEN a.attgenerated ELSE a.attidentity END, '') AS made,
       a.attstorage,
       CASE WHEN a.attinhcount > 0
            THEN CASE WHEN a.attislocal THEN 'b'::"char" ELSE 'i' END END AS inherited,
       CASE WHEN a.attacl IS NOT NULL
            THEN (SELECT pg_catalog.string_agg(pg_catalog.concat_ws(' ', e.grantee, e.grantor,
                             e.privilege_type, e.is_grantable), ' ' ORDER BY e.ordinality)
                    FROM pg_catalog.aclexplode(a.attacl) WITH ORDINALITY e) END AS acl
  FROM pg_catalog.pg_attribute a
  JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
 WHERE a.attnum > 0
   AND c.oid >= 16384
   AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
