-- Pages of TOAST tables.
SELECT t.oid, t.relpages FROM pg_catalog.pg_class t WHERE t.relkind = 't' AND t.relpages > 0
