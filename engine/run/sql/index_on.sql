-- $1 index, $2 table, as SQL writes them -> is what the name of the index means another relation than one on the
-- table?
SELECT pg_catalog.to_regclass($1) IS NOT NULL AND NOT EXISTS (
    SELECT FROM pg_catalog.pg_index AS i
    WHERE i.indexrelid OPERATOR(pg_catalog.=) pg_catalog.to_regclass($1)::pg_catalog.oid
      AND i.indrelid OPERATOR(pg_catalog.=) pg_catalog.to_regclass($2)::pg_catalog.oid)
