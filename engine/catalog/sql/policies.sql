SELECT p.oid, p.polrelid, p.polname FROM pg_catalog.pg_policy p ORDER BY p.polrelid, p.polname
