-- roles: 0 stands for PUBLIC.
SELECT p.oid, p.polrelid, p.polname, NULLIF(p.polpermissive, true), p.polcmd, p.polroles
  FROM pg_catalog.pg_policy p
 ORDER BY p.polrelid, p.polname
