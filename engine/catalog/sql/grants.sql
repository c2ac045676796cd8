-- Who was granted what on relations: their OIDs, and grantee (0: PUBLIC), grantor, right and whether it
-- can be granted on, four words for each. Most relations of a database have one of a few ACLs: each of
-- them is one row. NULL: default privileges give something to what will be made.
SELECT pg_catalog.string_agg(c.oid::pg_catalog.text, ' '),
       (SELECT pg_catalog.string_agg(pg_catalog.concat_ws(' ', e.grantee, e.grantor, e.privilege_type,
                   e.is_grantable), ' ' ORDER BY e.ordinality)
          FROM pg_catalog.aclexplode(c.relacl) WITH ORDINALITY e)
  FROM pg_catalog.pg_class c
 WHERE c.oid >= 16384 AND c.relacl IS NOT NULL
 GROUP BY c.relacl
UNION ALL
SELECT NULL, NULL
 WHERE EXISTS (SELECT FROM pg_catalog.pg_default_acl d WHERE d.defaclobjtype IN ('r', 'S'))
