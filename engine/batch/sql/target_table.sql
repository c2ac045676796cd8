-- What a backfill must know about its table.
-- $1 the table as its author wrote it  $2 the event of triggers in question (tgtype), 0: none
SELECT c.oid,
       c.relkind,
       pg_catalog.quote_ident(n.nspname) OPERATOR(pg_catalog.||) '.'
           OPERATOR(pg_catalog.||) pg_catalog.quote_ident(c.relname) AS relation,
       CASE WHEN c.relkind OPERATOR(pg_catalog.=) 'p' THEN
           (SELECT CASE WHEN pg_catalog.bool_or(leaf.reltuples OPERATOR(pg_catalog.<) 0) THEN -1
                        ELSE COALESCE(pg_catalog.sum(leaf.reltuples), 0) END
            FROM pg_catalog.pg_partition_tree(c.oid) AS tree
            JOIN pg_catalog.pg_class AS leaf ON leaf.oid OPERATOR(pg_catalog.=) tree.relid
            WHERE tree.isleaf AND leaf.relkind OPERATOR(pg_catalog.<>) 'p')
       ELSE c.reltuples END::pg_catalog.int8 AS estimated_rows,
       -- Children of plain inheritance hold rows that the parent's index does not cover.
       (SELECT child.inhrelid::pg_catalog.regclass::pg_catalog.text
        FROM pg_catalog.pg_inherits AS child
        WHERE child.inhparent OPERATOR(pg_catalog.=) c.oid AND c.relkind OPERATOR(pg_catalog.<>) 'p'
        ORDER BY 1 LIMIT 1) AS inheritance_child,
       CASE WHEN c.relkind OPERATOR(pg_catalog.=) 'p' THEN
           (SELECT leaf.oid::pg_catalog.regclass::pg_catalog.text
            FROM pg_catalog.pg_partition_tree(c.oid) AS tree
            JOIN pg_catalog.pg_class AS leaf ON leaf.oid OPERATOR(pg_catalog.=) tree.relid
            WHERE tree.isleaf AND leaf.relkind OPERATOR(pg_catalog.=) 'f'
            ORDER BY 1 LIMIT 1) END AS foreign_partition,
       pg_catalog.row_security_active(c.oid) AS row_security,
       c.relpersistence OPERATOR(pg_catalog.=) 't' AS temporary,
       current_user AS role,
       pg_catalog.format('%s/%s', (SELECT d.oid FROM pg_catalog.pg_database AS d
            WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()), c.oid) AS identity,
       CASE WHEN c.relkind OPERATOR(pg_catalog.=) 'r' THEN pg_catalog.pg_relation_size(c.oid)
            OPERATOR(pg_catalog./) pg_catalog.current_setting('block_size')::pg_catalog.int8 ELSE 0 END AS pages,
       pg_catalog.quote_ident(c.relname) AS name,
       -- What happens for statements that name the partitioned table, and for no others.
       CASE WHEN c.relkind OPERATOR(pg_catalog.=) 'p' THEN
           (SELECT 'trigger ' OPERATOR(pg_catalog.||) pg_catalog.quote_ident(t.tgname) FROM pg_catalog.pg_trigger AS t
            WHERE t.tgrelid OPERATOR(pg_catalog.=) c.oid AND NOT t.tgisinternal
                AND t.tgenabled OPERATOR(pg_catalog.=) ANY ('{O,A}')
              AND t.tgtype OPERATOR(pg_catalog.&) 1 OPERATOR(pg_catalog.=) 0
                  AND t.tgtype OPERATOR(pg_catalog.&) $2::pg_catalog.int4 OPERATOR(pg_catalog.<>) 0
            UNION ALL
            SELECT 'rule ' OPERATOR(pg_catalog.||) pg_catalog.quote_ident(r.rulename) FROM pg_catalog.pg_rewrite AS r
            WHERE r.ev_class OPERATOR(pg_catalog.=) c.oid
            ORDER BY 1 LIMIT 1) END AS only_named,
       -- The server does not rewrite what stands in WITH.
       (SELECT pg_catalog.quote_ident(r.rulename) FROM pg_catalog.pg_rewrite AS r
        WHERE r.ev_class OPERATOR(pg_catalog.=) c.oid AND r.ev_enabled OPERATOR(pg_catalog.=) ANY ('{O,A}')
          AND r.ev_type OPERATOR(pg_catalog.=) CASE WHEN $2::pg_catalog.int4 OPERATOR(pg_catalog.=) 16
              THEN '2' WHEN $2::pg_catalog.int4 OPERATOR(pg_catalog.=) 8 THEN '4' END::pg_catalog."char"
        ORDER BY r.rulename LIMIT 1) AS rule,
       n.nspname OPERATOR(pg_catalog.=) ANY ('{pg_catalog,information_schema}') AS servers_own
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE c.oid OPERATOR(pg_catalog.=) pg_catalog.to_regclass($1)
