-- Is there one of this name? $1 'database', 'tablespace' or 'subscription', $2 name, unquoted.
SELECT CASE $1::text
       WHEN 'database' THEN EXISTS (SELECT FROM pg_catalog.pg_database d
                                     WHERE d.datname OPERATOR(pg_catalog.=) $2::text)
       WHEN 'tablespace' THEN EXISTS (SELECT FROM pg_catalog.pg_tablespace t
                                       WHERE t.spcname OPERATOR(pg_catalog.=) $2::text)
       ELSE EXISTS (SELECT FROM pg_catalog.pg_subscription s
                     WHERE s.subname OPERATOR(pg_catalog.=) $2::text
                       AND s.subdbid OPERATOR(pg_catalog.=)
                           (SELECT d.oid FROM pg_catalog.pg_database d
                             WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()))
       END
