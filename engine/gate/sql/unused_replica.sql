-- On a replica, $1 the id of the target -> why it is none of the target, or NULL; asked before its counts are
SELECT CASE WHEN NOT pg_catalog.pg_is_in_recovery() THEN 'it is no replica, or has become a server of its own'
            WHEN (SELECT m.target FROM zdm.meta AS m) IS DISTINCT FROM $1::pg_catalog.text
            THEN 'it is the replica of another database' END
