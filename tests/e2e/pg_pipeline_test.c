#include "pg_test.h"

#include <signal.h>

#include "base/buf.h"
#include "base/signals.h"

static struct scratch scratch;
static struct zdm_err err;

static int
open_scratch(void **state)
{
    (void)state;
    scratch_open(&scratch);
    return 0;
}

static int
close_scratch(void **state)
{
    (void)state;
    scratch_close(&scratch);
    return 0;
}

/* "0:3x2 ": the index of a statement, its rows and columns. */
static void
note(void *self, size_t index, const struct zdm_result *result)
{
    zdm_buf_addf(self, "%zu:%dx%d ", index, zdm_result_rows(result), zdm_result_columns(result));
}

static int
pipeline(struct zdm_conn *conn, struct zdm_buf *notes, size_t n, const char *const *sql)
{
    const struct zdm_taker taker = {notes, note};

    zdm_buf_clear(notes);
    return zdm_conn_pipeline(conn, sql, n, &taker, &err);
}
#define PIPELINE(conn, notes, ...)                                                                 \
    pipeline((conn), (notes), sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *),              \
        (const char *[]){__VA_ARGS__})

static void
in_order(void **state)
{
    struct zdm_conn *conn = connect_to(scratch.settings, "t");
    struct zdm_buf notes = ZDM_BUF_INIT;

    (void)state;
    /* Rows that are dropped leave nothing behind that the pipeline would take for its own. */
    must_exec(conn, "SELECT generate_series(1, 1000)");
    assert_int_equal(PIPELINE(conn, &notes, "BEGIN", "SELECT generate_series(1, 3), 2",
                         "CREATE TABLE piped (a int)", "SELECT FROM piped", "COMMIT"),
        0);
    assert_string_equal(notes.s, "0:0x0 1:3x2 2:0x0 3:0x0 4:0x0 ");
    assert_false(zdm_conn_in_transaction(conn));
    /* More than fits into the buffers of the socket in either direction. */
    char *wide = zdm_strf("SELECT length('%0200000d') FROM generate_series(1, 200000)", 0);
    assert_int_equal(PIPELINE(conn, &notes, wide, wide, wide), 0);
    assert_string_equal(notes.s, "0:200000x1 1:200000x1 2:200000x1 ");
    free(wide);
    expect_cell(conn, "SELECT count(*) FROM piped", "0");
    zdm_buf_release(&notes);
    zdm_conn_close(conn);
}

/* What the second session sends is taken in while the first one keeps everybody waiting. */
static void
two_at_once(void **state)
{
    struct zdm_conn *conn = connect_to(scratch.settings, "t"), *beside;
    struct zdm_buf notes = ZDM_BUF_INIT;
    const struct zdm_taker taker = {&notes, note};
    const char *const much[] = {
        "SELECT repeat('x', 100) FROM generate_series(1, 100000)", "SELECT pg_advisory_lock(1)"};
    /* Ends when the other session has got rid of all that comes before its lock. */
    const char *const waits[] = {"DO $$ BEGIN WHILE NOT EXISTS (SELECT FROM pg_locks WHERE"
                                 " locktype = 'advisory') LOOP PERFORM pg_sleep(0.01);"
                                 " END LOOP; END $$"};

    (void)state;
    assert_int_equal(zdm_conn_open_beside(conn, &beside, &err), 0);
    assert_string_equal(zdm_conn_where(beside), zdm_conn_where(conn));
    assert_int_equal(zdm_conn_send_pipeline(conn, waits, 1, &err), 0);
    assert_int_equal(zdm_conn_send_pipeline(beside, much, 2, &err), 0);
    assert_int_equal(zdm_conn_take_pipeline(conn, &taker, beside, &err), 0);
    assert_int_equal(zdm_conn_take_pipeline(beside, &taker, NULL, &err), 0);
    assert_string_equal(notes.s, "0:0x0 0:100000x1 1:1x1 ");
    zdm_buf_release(&notes);
    zdm_conn_close(beside);
    zdm_conn_close(conn);
}

static void
failure_in_the_middle(void **state)
{
    struct zdm_conn *conn = connect_to(scratch.settings, "t");
    struct zdm_buf notes = ZDM_BUF_INIT;

    (void)state;
    /* Outside a transaction it is one by itself. */
    assert_int_equal(PIPELINE(conn, &notes, "CREATE TABLE undone (a int)", "SELECT 1 / 0",
                         "SELECT nonsense FROM nowhere", "SELECT 1"),
        -1);
    assert_string_equal(notes.s, "0:0x0 ");
    assert_string_equal(err.sqlstate, "22012");
    assert_false(zdm_conn_lost(conn));
    assert_false(zdm_conn_in_transaction(conn));
    expect_cell(conn, "SELECT to_regclass('undone') IS NULL", "t");
    zdm_err_clear(&err);

    assert_int_equal(PIPELINE(conn, &notes, "BEGIN", "SELECT 1 / 0", "COMMIT"), -1);
    assert_true(zdm_conn_in_transaction(conn));
    zdm_conn_rollback(conn);
    zdm_err_clear(&err);
    assert_int_equal(PIPELINE(conn, &notes, "SELECT 1"), 0);
    assert_string_equal(notes.s, "0:1x1 ");
    zdm_buf_release(&notes);
    zdm_conn_close(conn);
}

static void
session_lost_in_the_middle(void **state)
{
    struct zdm_conn *conn = connect_to(scratch.settings, "t");
    struct zdm_buf notes = ZDM_BUF_INIT;

    (void)state;
    assert_int_equal(PIPELINE(conn, &notes, "SELECT 1",
                         "SELECT pg_terminate_backend(pg_backend_pid())", "SELECT 2"),
        -1);
    assert_true(zdm_conn_lost(conn));
    assert_string_equal(err.sqlstate, "57P01");
    zdm_err_clear(&err);
    assert_int_equal(PIPELINE(conn, &notes, "SELECT 1"), -1);
    assert_non_null(strstr(err.message, "lost the connection to "));
    zdm_err_clear(&err);
    assert_int_equal(zdm_conn_reconnect(conn, &err), 0);
    assert_int_equal(PIPELINE(conn, &notes, "SELECT 1"), 0);
    assert_string_equal(notes.s, "0:1x1 ");
    zdm_buf_release(&notes);
    zdm_conn_close(conn);
}

static int
stopped(void *arg)
{
    struct zdm_buf notes = ZDM_BUF_INIT;

    (void)arg;
    zdm_signals_install();
    struct zdm_conn *conn = connect_to(scratch.settings, "zdm-test-pipeline");
    int rc = PIPELINE(conn, &notes, "BEGIN", "SELECT pg_sleep(600)", "SELECT pg_sleep(600)");
    bool good = rc == -1 && err.code == ZDM_ERR_INTERRUPTED && !zdm_conn_lost(conn) &&
                strcmp(notes.s, "0:0x0 ") == 0 && zdm_conn_in_transaction(conn);
    zdm_conn_rollback(conn);
    good = good && !zdm_conn_in_transaction(conn);
    zdm_conn_close(conn);
    zdm_buf_release(&notes);
    zdm_err_release(&err);
    return good ? 0 : 1;
}

static void
stop_in_the_middle(void **state)
{
    (void)state;
    pid_t child = in_child(stopped, NULL);
    wait_until(scratch.admin, "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name ="
                              " 'zdm-test-pipeline' AND wait_event = 'PgSleep')");
    kill(child, SIGINT);
    assert_int_equal(exit_of(child), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_order),
        cmocka_unit_test(two_at_once),
        cmocka_unit_test(failure_in_the_middle),
        cmocka_unit_test(session_lost_in_the_middle),
        cmocka_unit_test(stop_in_the_middle),
    };
    return cmocka_run_group_tests(tests, open_scratch, close_scratch);
}
