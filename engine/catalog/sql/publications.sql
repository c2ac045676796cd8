-- Publications that send UPDATE or DELETE; relation NULL: all tables.
SELECT p.pubname, NULL::oid
  FROM pg_catalog.pg_publication p
 WHERE p.puballtables AND (p.pubupdate OR p.pubdelete)
UNION ALL
SELECT p.pubname, r.prrelid
  FROM pg_catalog.pg_publication_rel r
  JOIN pg_catalog.pg_publication p ON p.oid = r.prpubid
 WHERE p.pubupdate OR p.pubdelete
\if :since15
UNION ALL
SELECT p.pubname, c.oid
  FROM pg_catalog.pg_publication_namespace s
  JOIN pg_catalog.pg_publication p ON p.oid = s.pnpubid
  JOIN pg_catalog.pg_class c ON c.relnamespace = s.pnnspid AND c.relkind IN ('r', 'p')
 WHERE p.pubupdate OR p.pubdelete
\endif
