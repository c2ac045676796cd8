-- $1 table as SQL writes it, $2 trigger -> is it there, and does it fire for everybody?
SELECT EXISTS (
    SELECT FROM pg_catalog.pg_trigger AS g
    WHERE g.tgrelid OPERATOR(pg_catalog.=) pg_catalog.to_regclass($1)::pg_catalog.oid
      AND g.tgname OPERATOR(pg_catalog.=) $2::pg_catalog.name
      AND g.tgenabled OPERATOR(pg_catalog.=) ANY (ARRAY['O', 'A']::"char"[]))
