-- $1 a table as SQL writes it -> its size with its index, no row when it is not there (any more)
SELECT pg_catalog.pg_total_relation_size(c.oid)
FROM pg_catalog.pg_class AS c
WHERE c.oid OPERATOR(pg_catalog.=) pg_catalog.to_regclass($1)::pg_catalog.oid
