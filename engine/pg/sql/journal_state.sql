-- What stands in the way of a zdm schema here, without touching it. $1 the table that is to be written;
-- NULL: all of them.
SELECT
    pg_catalog.pg_is_in_recovery()                                            AS standby,
    pg_catalog.current_setting('transaction_read_only')                       AS read_only,
    n.oid IS NOT NULL                                                         AS schema_exists,
    m.oid IS NOT NULL                                                         AS meta_exists,
    (EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.relnamespace OPERATOR(pg_catalog.=) n.oid)
        OR EXISTS (SELECT FROM pg_catalog.pg_proc p
                   WHERE p.pronamespace OPERATOR(pg_catalog.=) n.oid))
        -- A script of zdm plan --format sql was run here: what is there is zdm's.
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_class b
                        JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) b.oid
                         AND a.attname OPERATOR(pg_catalog.=) 'done_to'
                        WHERE b.relnamespace OPERATOR(pg_catalog.=) n.oid
                          AND b.relname OPERATOR(pg_catalog.=) 'by_hand')     AS schema_used,
    coalesce(pg_catalog.has_schema_privilege(n.oid, 'USAGE'), false)          AS may_use,
    coalesce(pg_catalog.has_schema_privilege(n.oid, 'CREATE'), false)         AS may_create_in,
    pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE') AS may_create,
    (SELECT pg_catalog.count(*) FILTER (WHERE c.relname OPERATOR(pg_catalog.=)
                ANY (ARRAY['meta', 'plan', 'journal', 'cursor']))
            OPERATOR(pg_catalog.=) 4
        AND pg_catalog.bool_and(pg_catalog.has_table_privilege(c.oid, 'SELECT')
            AND (c.oid OPERATOR(pg_catalog.=) m.oid
                OR COALESCE(c.relname OPERATOR(pg_catalog.<>) $1::pg_catalog.text, false)
                OR pg_catalog.has_table_privilege(c.oid, 'INSERT')
                AND pg_catalog.has_table_privilege(c.oid, 'UPDATE')))
     FROM pg_catalog.pg_class c
     WHERE c.relnamespace OPERATOR(pg_catalog.=) n.oid
       AND c.relname OPERATOR(pg_catalog.=) ANY (ARRAY['meta', 'plan', 'journal', 'cursor', 'control',
                                                       'quarantine', 'gate'])
       AND c.relkind OPERATOR(pg_catalog.=) 'r')                              AS may_write,
    (SELECT pg_catalog.bool_and(pg_catalog.has_table_privilege(c.oid, 'SELECT'))
     FROM pg_catalog.pg_class c
     WHERE c.relnamespace OPERATOR(pg_catalog.=) n.oid
       AND c.relname OPERATOR(pg_catalog.=) ANY (ARRAY['meta', 'plan', 'journal', 'cursor', 'control',
                                                       'quarantine', 'gate'])
       AND c.relkind OPERATOR(pg_catalog.=) 'r')                              AS may_read,
    pg_catalog.quote_ident(current_user)                                      AS role,
    pg_catalog.quote_ident(pg_catalog.current_database())                     AS database,
    pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(n.nspowner))            AS owner,
    -- A table is in these from the moment it is made.
    (SELECT pg_catalog.string_agg(pg_catalog.quote_ident(p.pubname), ', ' ORDER BY p.pubname)
     FROM pg_catalog.pg_publication p WHERE p.puballtables)                   AS publications
FROM (SELECT) AS always
LEFT JOIN pg_catalog.pg_namespace n ON n.nspname OPERATOR(pg_catalog.=) 'zdm'
LEFT JOIN pg_catalog.pg_class m ON m.relnamespace OPERATOR(pg_catalog.=) n.oid
    AND m.relname OPERATOR(pg_catalog.=) 'meta' AND m.relkind OPERATOR(pg_catalog.=) 'r'
