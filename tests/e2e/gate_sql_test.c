/* Gates that ask the server: one boolean, never a change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gate/gate.h"

static struct zdm_conn *conn;

/* Looks at a gate with one check; *err says what went wrong. */
static int
look(const char *sql, struct zdm_gate_result *out, struct zdm_err *err)
{
    struct zdm_check check = {
        .kind = ZDM_CHECK_SQL,
        .id = "nothing left",
        .sql = {.text = sql, .at = {"plans/x.lua", 7, 20}, .exact = true},
        .at = {"plans/x.lua", 6, 3},
    };
    struct zdm_step step = {
        .id = "old", .kind = ZDM_STEP_GATE, .u.gate = {.checks = &check, .n_checks = 1}};
    struct zdm_plan plan = {.name = "p", .file = "plans/x.lua", .steps = &step, .n_steps = 1};
    struct zdm_journal_rows rows = {.count = 0};

    zdm_err_clear(err);
    return zdm_gate_look(
        &(struct zdm_gate_question){
            .conn = conn, .plan = &plan, .rows = &rows, .how = ZDM_GATE_ASK},
        out, err);
}

static void
expect(const char *sql, bool open, const char *seen)
{
    struct zdm_gate_result r;
    struct zdm_err err = ZDM_ERR_INIT;

    if (look(sql, &r, &err) < 0)
        fail_msg("%s: %s", sql, err.message);
    assert_int_equal(r.open, open);
    assert_string_equal(r.checks[0].seen, seen);
    assert_int_equal(r.checks[0].todo == NULL, open);
    assert_int_equal(r.checks[0].ready_in_ms, -1);
    assert_false(zdm_conn_in_transaction(conn));
    zdm_gate_result_release(&r);
}

static void
expect_error(const char *sql, const char *message, int line, int column)
{
    struct zdm_gate_result r;
    struct zdm_err err = ZDM_ERR_INIT;

    assert_int_equal(look(sql, &r, &err), -1);
    assert_int_equal(err.code, ZDM_ERR_FAILED);
    if (!strstr(err.message, message))
        fail_msg("\"%s\" does not say \"%s\"", err.message, message);
    assert_non_null(strstr(err.message, "check \"nothing left\" of gate \"old\""));
    assert_string_equal(err.file, "plans/x.lua");
    assert_int_equal(err.line, line);
    assert_int_equal(err.column, column);
    assert_false(zdm_conn_in_transaction(conn));
    zdm_err_release(&err);
}

static void
test_answers(void **state)
{
    (void)state;
    expect("SELECT true", true, "true");
    expect("SELECT false;", false, "false");
    expect("SELECT NULL::boolean", false, "null");
    expect("SELECT count(*) = 0, 12 AS rows_left, NULL AS \"last one\" FROM pg_class -- why", false,
        "false, rows_left = 12, last one = null");
    expect("VALUES (true)", true, "true");
}

static void
test_long_cells_are_cut_between_characters(void **state)
{
    struct zdm_gate_result r;
    struct zdm_err err = ZDM_ERR_INIT;

    (void)state;
    assert_int_equal(look("SELECT true, 'x' || repeat('é', 300) AS t", &r, &err), 0);
    assert_int_equal(strlen(r.checks[0].seen), strlen("true, t = x") + 2 * 99 + strlen("..."));
    zdm_gate_result_release(&r);
}

static void
test_errors_have_a_place(void **state)
{
    (void)state;
    expect_error("SELECT 1", "first column of its query must be boolean", 7, 20);
    expect_error("SELECT true WHERE false", "must give one row, not 0", 7, 20);
    expect_error("VALUES (true), (true)", "must give one row, not 2", 7, 20);
    expect_error(
        "SELECT FROM pg_class LIMIT 1", "first column of its query must be boolean", 7, 20);
    expect_error("SELECT 'é' = '',\n  nope", "column \"nope\" does not exist", 8, 3);
    expect_error("SELECT true; COMMIT", "cannot insert multiple commands", 7, 20);
    expect_error("SELECT 1 / 0 = 1", "division by zero", 7, 20);
}

/* A gate looks. Whatever it is given, nothing is changed, and the session stays as it was. */
static void
test_changes_nothing(void **state)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_result *r = NULL;

    (void)state;
    assert_int_equal(zdm_conn_exec(conn, "CREATE TABLE gate_sql_t (n int)", NULL, &err), 0);
    expect_error("WITH i AS (INSERT INTO gate_sql_t VALUES (1) RETURNING true) TABLE i",
        "read-only transaction", 7, 20);
    expect_error("COMMIT", "must be boolean", 7, 20);
    expect_error("DROP TABLE gate_sql_t", "read-only transaction", 7, 20);
    assert_int_equal(zdm_conn_exec(conn, "INSERT INTO gate_sql_t VALUES (1)", NULL, &err), 0);
    assert_int_equal(zdm_conn_exec(conn, "SELECT count(*) FROM gate_sql_t", &r, &err), 0);
    assert_string_equal(zdm_result_get(r, 0, 0), "1");
    zdm_result_free(r);
    assert_int_equal(zdm_conn_exec(conn, "SHOW statement_timeout", &r, &err), 0);
    assert_string_equal(zdm_result_get(r, 0, 0), "0");
    zdm_result_free(r);
    assert_int_equal(zdm_conn_exec(conn, "DROP TABLE gate_sql_t", NULL, &err), 0);
}

static void
test_lost_connection(void **state)
{
    struct zdm_gate_result r;
    struct zdm_err err = ZDM_ERR_INIT;

    (void)state;
    assert_int_equal(look("SELECT pg_terminate_backend(pg_backend_pid())", &r, &err), -1);
    assert_true(zdm_conn_lost(conn));
    zdm_err_release(&err);
    assert_int_equal(zdm_conn_reconnect(conn, &err), 0);
    expect("SELECT true", true, "true");
}

static int
setup(void **state)
{
    struct zdm_err err = ZDM_ERR_INIT;
    const char *url = getenv("ZDM_DATABASE_URL");

    (void)state;
    if (!url)
        fail_msg("ZDM_DATABASE_URL is not set");
    if (zdm_conn_open(url, "zdm/test", &conn, &err) < 0)
        fail_msg("%s", err.message);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    zdm_conn_close(conn);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_long_cells_are_cut_between_characters),
        cmocka_unit_test(test_errors_have_a_place),
        cmocka_unit_test(test_changes_nothing),
        cmocka_unit_test(test_lost_connection),
    };

    return cmocka_run_group_tests_name("gate_sql", tests, setup, teardown);
}
