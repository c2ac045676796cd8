-- $1 a table as the author wrote it: its full name, and the columns of its primary key (NULL: none)
SELECT pg_catalog.format('%I.%I', n.nspname, c.relname),
       (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(a.attname), ', ' ORDER BY k.n)
        FROM pg_catalog.pg_index AS i,
             pg_catalog.unnest(i.indkey::pg_catalog._int2) WITH ORDINALITY AS k (attnum, n)
        JOIN pg_catalog.pg_attribute AS a ON a.attnum OPERATOR(pg_catalog.=) k.attnum
        WHERE i.indrelid OPERATOR(pg_catalog.=) c.oid AND a.attrelid OPERATOR(pg_catalog.=) c.oid
          AND i.indisprimary AND k.n OPERATOR(pg_catalog.<=) i.indnkeyatts)
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE c.oid OPERATOR(pg_catalog.=) pg_catalog.to_regclass($1::pg_catalog.text)
