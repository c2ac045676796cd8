#include "pg_journal_test.h"

#include "pg/locks.h"

/* Somebody else's operators, functions and types stand first in the search path. */
static void
hostile_search_path(void **state)
{
    struct zdm_conn *dba = connect_to(scratch.settings, "t");

    (void)state;
    must_exec(dba, "CREATE SCHEMA evil; CREATE TYPE evil.text AS ENUM ('evil');"
                   "CREATE TYPE evil.jsonb AS ENUM ('evil'); CREATE TYPE evil.oid AS ENUM ('evil');"
                   "CREATE TYPE evil.regclass AS ENUM ('evil')");
    /* A twin that complains for every operator and function that zdm's SQL could mean. */
    must_exec(dba,
        "DO $$ DECLARE o record; n int := 0; BEGIN"
        "  FOR o IN SELECT oprname, oprleft::regtype::text AS l, oprright::regtype::text AS r,"
        "      oprresult::regtype::text AS res FROM pg_operator WHERE oprleft <> 0 AND"
        "      oprname IN ('=','<>','<','<=','>','>=','||','+','-','*','~') AND oprleft::regtype IN"
        "      ('text','name','oid','bigint','integer','char','numeric','boolean','timestamptz',"
        "       'interval','xid')"
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
    char *sql = zdm_strf("ALTER DATABASE %s SET search_path = evil, pg_catalog", scratch.name);
    must_exec(dba, sql);
    free(sql);

    struct zdm_conn *conn = connect_to(scratch.settings, "zdm/p");
    /* The trap works. */
    BAD(zdm_conn_exec(conn, "SELECT 1 = 1", NULL, &err), ZDM_ERR_FAILED, "hijacked operator");
    BAD(zdm_conn_exec(conn, "SELECT now()", NULL, &err), ZDM_ERR_FAILED, "hijacked now");

    struct zdm_conn *other = connect_to(scratch.settings, "zdm/p");
    struct zdm_journal_entry e = entry("s", "done", 1);
    struct zdm_journal_rows rows;
    struct zdm_journal_plan *plans;
    struct zdm_blockers blockers;
    const char *relation = "zdm.plan";
    char id[33], *holder = NULL;
    int64_t epoch;
    bool answer;
    size_t n;

    GOOD(zdm_journal_install(conn, &err));
    GOOD(zdm_journal_install(conn, &err));
    GOOD(zdm_journal_exists(conn, &answer, &err));
    GOOD(zdm_journal_target(conn, id, &err));
    GOOD(zdm_journal_own(conn, "p", &answer, NULL, &err));
    GOOD(zdm_journal_own(other, "p", &answer, &holder, &err));
    assert_false(answer);
    free(holder);
    GOOD(zdm_journal_take_over(conn, "p", "f", "ann", 1000, &epoch, &err));
    GOOD(zdm_journal_take_over(conn, "p", "f", "ann", 1000, &epoch, &err));
    GOOD(zdm_journal_write(conn, &e, &err));
    GOOD(zdm_journal_write(conn, &e, &err));
    GOOD(zdm_journal_settle(conn, "p", epoch, 1000, &err));
    GOOD(zdm_journal_read(conn, "p", &rows, &err));
    assert_int_equal(rows.count, 1);
    zdm_journal_rows_release(&rows);
    GOOD(zdm_journal_plans(conn, &plans, &n, &err));
    zdm_journal_plans_free(plans, n);
    must_exec(conn, "BEGIN");
    GOOD(zdm_journal_fence(conn, "p", epoch, &err));
    BAD(zdm_journal_take_over(other, "p", "f", "bob", 20, &epoch, &err), ZDM_ERR_OWNED, "zdm/p");
    GOOD(zdm_blockers_find(other, 1, &relation, NULL, &blockers, &err));
    assert_int_equal(blockers.count, 1);
    zdm_blockers_release(&blockers);
    zdm_conn_rollback(conn);
    GOOD(zdm_conn_profile(conn, &err));
    zdm_conn_close(conn);
    zdm_conn_close(other);
    zdm_conn_close(dba);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(hostile_search_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
