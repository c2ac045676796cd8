/*
 * pg_hostile.h - a schema `evil` with types, operators and functions of the names that zdm's SQL uses.
 *
 * Whoever comes upon one of them by its search path fails with "hijacked NAME".
 */
#ifndef ZDM_TEST_PG_HOSTILE_H
#define ZDM_TEST_PG_HOSTILE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "pg/conn.h"

#define HOSTILE_PATH "evil, pg_catalog"

static inline void
hostile_exec(struct zdm_conn *conn, const char *sql)
{
    struct zdm_err wrong = ZDM_ERR_INIT;

    if (zdm_conn_exec(conn, sql, NULL, &wrong) < 0)
        fail_msg("%s", wrong.message);
}

/* In the database of the connection, whose search path stays as it is. */
static inline void
hostile_schema(struct zdm_conn *conn)
{
    hostile_exec(conn, "CREATE SCHEMA evil; CREATE TYPE evil.text AS ENUM ('evil');"
                       "CREATE TYPE evil.jsonb AS ENUM ('evil');"
                       "CREATE TYPE evil.oid AS ENUM ('evil');"
                       "CREATE TYPE evil.regclass AS ENUM ('evil')");
    /* A twin that complains for every operator and function that zdm's SQL could mean. */
    hostile_exec(conn,
        "DO $$ DECLARE o record; n int := 0; BEGIN"
        "  FOR o IN SELECT oprname, oprleft::regtype::text AS l, oprright::regtype::text AS r,"
        "      oprresult::regtype::text AS res FROM pg_operator WHERE oprleft <> 0 AND"
        "      oprname IN ('=','<>','<','<=','>','>=','||','+','-','*','/','&','~','!~','~~','!~~')"
        "      AND oprleft::regtype IN"
        "      ('text','name','oid','bigint','integer','smallint','char','\"char\"','numeric',"
        "       'boolean','timestamptz','interval','xid')"
        "  LOOP"
        "    BEGIN n := n + 1;"
        "    EXECUTE format('CREATE FUNCTION evil.o%s(%s, %s) RETURNS %s LANGUAGE plpgsql AS"
        "      ''BEGIN RAISE ''''hijacked operator %s''''; END''', n, o.l, o.r, o.res, o.oprname);"
        "    EXECUTE format('CREATE OPERATOR evil.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION ="
        "      evil.o%s)', o.oprname, o.l, o.r, n);"
        "    EXCEPTION WHEN invalid_function_definition THEN NULL; END;" /* pseudo-types */
        "  END LOOP;"
        "  FOR o IN SELECT proname, pg_get_function_identity_arguments(p.oid) AS args,"
        "      pg_get_function_result(p.oid) AS res FROM pg_proc p WHERE pronamespace ="
        "      'pg_catalog'::regnamespace AND prokind = 'f' AND NOT proretset AND proname IN"
        "      ('clock_timestamp','now','to_regclass','to_regnamespace','pg_backend_pid','length',"
        "       'host','to_char','starts_with','pg_try_advisory_lock','set_config','md5','random',"
        "       'current_database','quote_ident','has_schema_privilege','pg_get_userbyid',"
        "       'current_setting','pg_is_in_recovery','has_table_privilege','date_part','extract',"
        "       'has_database_privilege','pg_advisory_xact_lock')"
        "  LOOP"
        "    EXECUTE format('CREATE FUNCTION evil.%I(%s) RETURNS %s LANGUAGE plpgsql AS"
        "      ''BEGIN RAISE ''''hijacked %s''''; END''', o.proname, o.args, o.res, o.proname);"
        "  END LOOP; END $$");
}

#endif
