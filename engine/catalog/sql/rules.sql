-- Rules beside that of a view.
SELECT r.ev_class, r.rulename FROM pg_catalog.pg_rewrite r WHERE r.oid >= 16384 AND r.rulename <> '_RETURN'
