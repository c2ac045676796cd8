-- Who was granted what: 'r' on relations (their OIDs), 'c' on columns (OID and number, pairs). Most
-- relations of a database have one of a few ACLs: each of them is one row. grants: role (0: PUBLIC),
-- rights and grant options, three numbers each. 'd': default privileges give something to what will
-- be made.
WITH acls AS (
    SELECT 'r' AS what, c.relacl AS acl,
           pg_catalog.string_agg(c.oid::pg_catalog.text, ' ') AS members
      FROM pg_catalog.pg_class c
     WHERE c.oid >= 16384 AND c.relacl IS NOT NULL
     GROUP BY c.relacl
    UNION ALL
    SELECT 'c', a.attacl,
           pg_catalog.string_agg(a.attrelid::pg_catalog.text || ' ' || a.attnum::pg_catalog.text, ' ')
      FROM pg_catalog.pg_attribute a
     WHERE a.attrelid >= 16384 AND a.attacl IS NOT NULL AND NOT a.attisdropped
     GROUP BY a.attacl
)
SELECT s.what, s.members,
       (SELECT pg_catalog.string_agg(g.item, ' ' ORDER BY g.place)
          FROM (SELECT pg_catalog.concat_ws(' ', e.grantee, pg_catalog.bit_or(b.bit),
                           pg_catalog.bit_or(CASE WHEN e.is_grantable THEN b.bit ELSE 0 END)) AS item,
                       pg_catalog.min(e.ordinality) AS place
                  FROM pg_catalog.aclexplode(s.acl) WITH ORDINALITY e
                  JOIN (VALUES ('INSERT', 1), ('SELECT', 2), ('UPDATE', 4), ('DELETE', 8),
                               ('TRUNCATE', 16), ('REFERENCES', 32), ('TRIGGER', 64), ('USAGE', 256),
                               ('MAINTAIN', 16384)) b (word, bit) ON b.word = e.privilege_type
                 GROUP BY e.grantee) g),
       (SELECT pg_catalog.count(DISTINCT e.grantor) > 1 FROM pg_catalog.aclexplode(s.acl) e)
  FROM acls s
UNION ALL
SELECT 'd', NULL, NULL, NULL
 WHERE EXISTS (SELECT FROM pg_catalog.pg_default_acl d WHERE d.defaclobjtype IN ('r', 'S'))
