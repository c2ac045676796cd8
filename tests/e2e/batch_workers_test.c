/* A table cut into slices and several workers at it: every row once, whatever happens to them. */
#include "batch_child.h"

#include "base/failpoint.h"

#define ROWS "12000"

/* Gaps and negative keys; slices of 2560 rows and more. */
static struct fixture *
counters(const char *name)
{
    struct fixture *f = fixture_new(name, NULL);

    sql(f->app, "CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0);"
                "INSERT INTO t SELECT g * 3 - 500 FROM generate_series(1, " ROWS ") AS g;"
                "ANALYZE t");
    f->spec.table = f->table = zdm_strf("%s.t", name);
    f->spec.batch_max = 20;
    f->spec.workers = 3;
    return f;
}

static void
assert_all_once(struct fixture *f)
{
    assert_value(f->app, "SELECT count(*) || ' ' || min(n) || ' ' || max(n) FROM t", ROWS " 1 1");
    char *cursors = value(f->app,
        "SELECT sum(rows) || ' ' || count(*) || ' ' || string_agg(DISTINCT state, ',')"
        " FROM zdm.cursor WHERE plan = '%s'",
        f->plan);
    assert_string_equal(cursors, ROWS " 4 done");
    free(cursors);
    assert_int_equal(f->last.rows, 12000);
    assert_false(f->overdone);
}

static void
test_slices_and_workers(void **state)
{
    struct fixture *f = counters("bw_all");

    (void)state;
    fixture_run_ok(f);
    assert_all_once(f);
    assert_int_equal(f->last.walked, f->last.total);
    assert_int_equal(f->finished, 1);
    /* Each slice begins where the one before ends, and none holds the better part of all. */
    assert_value(f->app,
        "SELECT bool_and(c.rows BETWEEN 1 AND 4000) FROM zdm.cursor AS c WHERE plan = 'bw_all'",
        "t");
    fixture_free(f);
}

/* All of the workers are at work at the same time, each under the name of its slice. */
static void
test_at_the_same_time(void **state)
{
    struct fixture *f = counters("bw_same");

    (void)state;
    /* A batch waits until two others run: with fewer than three workers nothing would end. */
    sql(f->app, "CREATE FUNCTION meet() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                " WHILE (SELECT count(DISTINCT application_name) FROM pg_stat_activity"
                "        WHERE application_name LIKE 'zdm/bw\\_same/fill/%%') < 3 LOOP"
                "   IF clock_timestamp() > statement_timestamp() + interval '30 s' THEN"
                "    RAISE EXCEPTION 'nobody else came'; END IF;"
                "   PERFORM pg_stat_clear_snapshot(); PERFORM pg_sleep(0.001);"
                " END LOOP; RETURN NULL; END $$;"
                "CREATE TRIGGER meet AFTER UPDATE ON t EXECUTE FUNCTION meet()");
    f->spec.patience_ms = 30000;
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) FROM t WHERE n <> 1", "0");
    fixture_free(f);
}

struct helper {
    struct fixture *f;
    const char *when, *then;
    pthread_t thread;
};

/* Once `when` is true, does `then`. */
static void *
help(void *arg)
{
    struct helper *h = arg;
    struct zdm_conn *conn = connect_to(h->f->conninfo, "world");

    await(conn, h->when);
    sql(conn, "%s", h->then);
    zdm_conn_close(conn);
    return NULL;
}

static void
start_helper(struct helper *h)
{
    assert_int_equal(pthread_create(&h->thread, NULL, help, h), 0);
}

static void
test_one_of_three_is_terminated(void **state)
{
    struct fixture *f = counters("bw_term");
    struct helper h = {f,
        "SELECT count(*) >= 3 FROM zdm.cursor WHERE plan = 'bw_term' AND batches > 0",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name LIKE 'zdm/bw\\_term/fill/%' LIMIT 1"};

    (void)state;
    f->spec.pause_ms = 5;
    start_helper(&h);
    fixture_run_ok(f);
    pthread_join(h.thread, NULL);
    assert_all_once(f);
    assert_has(f->notes.s, "reconnect: connected again");
    assert_int_equal(f->recovered, 0);
    fixture_free(f);
}

/* The first worker's failure stops the others between two batches, and is what comes back. */
static void
test_bad_row(void **state)
{
    struct fixture *f = counters("bw_bad");

    (void)state;
    sql(f->app, "ALTER TABLE t ADD CONSTRAINT small CHECK (n < 1000000) NOT VALID;"
                "UPDATE t SET n = 999999 WHERE id = 5002 - 2");
    sql(f->app, "UPDATE t SET n = 999999 WHERE id = (SELECT id FROM t WHERE id > 20000 LIMIT 1)");
    assert_int_equal(fixture_run(f), -1);
    assert_string_equal(f->err.sqlstate, "23514");
    assert_has(f->err.message, "row of bw_bad.t with id = ");
    assert_has(f->err.hint, "correct the row");
    assert_int_equal(f->finished, 0);
    assert_value(f->app,
        "SELECT (SELECT sum(rows) FROM zdm.cursor WHERE plan = 'bw_bad')"
        " = (SELECT count(*) FROM t WHERE n = 1)",
        "t");
    sql(f->app, "UPDATE t SET n = 0 WHERE n = 999999");
    fixture_own(f);
    fixture_run_ok(f);
    assert_all_once(f);
    fixture_free(f);
}

static void
test_taken_over(void **state)
{
    struct fixture *f = counters("bw_own");
    struct helper h = {f, "SELECT sum(rows) >= 1000 FROM zdm.cursor WHERE plan = 'bw_own'",
        "UPDATE zdm.plan SET epoch = epoch + 1 WHERE name = 'bw_own';"
        "UPDATE zdm.cursor SET epoch = epoch + 1 WHERE plan = 'bw_own'"};

    (void)state;
    f->spec.pause_ms = 5;
    start_helper(&h);
    assert_int_equal(fixture_run(f), -1);
    pthread_join(h.thread, NULL);
    assert_int_equal(f->err.code, ZDM_ERR_OWNED);
    assert_value(f->app,
        "SELECT (SELECT sum(rows) FROM zdm.cursor WHERE plan = 'bw_own') = (SELECT sum(n) FROM t)",
        "t");
    f->spec.pause_ms = 0;
    fixture_own(f);
    fixture_run_ok(f);
    assert_all_once(f);
    fixture_free(f);
}

/* Slices of an earlier start without batches: another table size, another key, fewer slices. */
static void
test_recut(void **state)
{
    struct fixture *f = counters("bw_recut");

    (void)state;
    sql(f->app, "INSERT INTO zdm.cursor (plan, step, slice, epoch, pos, bound, total, relation)"
                " SELECT 'bw_recut', 'fill', s, 0, CASE WHEN s > 0 THEN 'old ' || s END,"
                "  'old ' || s + 1, 1, '1/1/1' FROM generate_series(0, 29) AS s");
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) FROM t WHERE n <> 1", "0");
    assert_value(f->app,
        "SELECT count(*) FILTER (WHERE rows > 0) || ' ' || count(*) FILTER (WHERE bound IS NULL)"
        " || ' ' || string_agg(DISTINCT state, '') FROM zdm.cursor WHERE plan = 'bw_recut'",
        "4 26 done");
    fixture_free(f);
}

/* What a zdm of before there were slices left goes on as the one slice that it is. */
static void
test_older_cursor(void **state)
{
    struct fixture *f = counters("bw_old");

    (void)state;
    sql(f->app,
        "UPDATE t SET n = 1 WHERE id <= 16000;"
        "INSERT INTO zdm.cursor (plan, step, slice, epoch, pos, bound, total, batches, rows)"
        " SELECT 'bw_old', 'fill', 0, 0, '16000', max(t.id), 12000, 7, sum(t.n) FROM t");
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) FROM t WHERE n <> 1", "0");
    assert_value(
        f->app, "SELECT rows || ' ' || state FROM zdm.cursor WHERE plan = 'bw_old'", ROWS " done");
    fixture_free(f);
}

static void
test_missing_slice(void **state)
{
    struct fixture *f = counters("bw_gone");

    (void)state;
    sql(f->app, "INSERT INTO zdm.cursor (plan, step, slice, epoch, pos, bound, batches)"
                " VALUES ('bw_gone', 'fill', 0, 0, '100', '100', 1), ('bw_gone', 'fill', 2, 0, "
                "'200', '300', 1)");
    assert_int_equal(fixture_run(f), -1);
    assert_int_equal(f->err.code, ZDM_ERR_MISMATCH);
    assert_has(f->err.message, "is gone");
    assert_value(f->app, "SELECT count(*) FROM t WHERE n <> 0", "0");
    fixture_free(f);
}

/* A role that may have three sessions: control, and two workers of the three. */
static void
test_fewer_sessions(void **state)
{
    struct fixture *f = counters("bw_few");

    (void)state;
    sql(f->app, "DROP ROLE IF EXISTS bw_few; CREATE ROLE bw_few LOGIN CONNECTION LIMIT 3;"
                "GRANT USAGE ON SCHEMA bw_few, zdm TO bw_few; GRANT SELECT, UPDATE ON t TO bw_few;"
                "GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA zdm TO bw_few");
    zdm_conn_close(f->control);
    char *conninfo = zdm_strf("%s user=bw_few", f->conninfo);
    f->control = connect_to(conninfo, "zdm/test");
    f->spec.pause_ms = 1; /* so that no worker is through before the last one has tried */
    fixture_run_ok(f);
    assert_all_once(f);
    assert_has(f->notes.s, "note: going on with fewer workers: ");
    sql(f->app, "DROP OWNED BY bw_few; DROP ROLE bw_few");
    free(conninfo);
    fixture_free(f);
}

static void
test_interrupted(void **state)
{
    struct fixture *f = counters("bw_stop");

    (void)state;
    int status = in_child(f, run_until_stopped);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 42);
    assert_value(f->app,
        "SELECT sum(c.rows) = (SELECT sum(n) FROM t) AND sum(c.rows) < " ROWS
        " FROM zdm.cursor AS c WHERE plan = 'bw_stop'",
        "t");
    fixture_own(f);
    fixture_run_ok(f);
    assert_all_once(f);
    fixture_free(f);
}

#ifdef ZDM_FAILPOINTS
static void
run_to_death(struct fixture *f)
{
    zdm_failpoints_init();
    fixture_run(f);
}

static void
test_killed_at_each_point(void **state)
{
    static const char *const points[] = {"cursor.after", "batch.before", "batch.before:40",
        "batch.after", "batch.after:7", "batch.after:300", "barrier.before"};

    (void)state;
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        struct fixture *f = counters("bw_kill");
        setenv("ZDM_FAILPOINT", points[i], 1);
        int status = in_child(f, run_to_death);
        unsetenv("ZDM_FAILPOINT");
        if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
            fail_msg("%s did not kill: status %d", points[i], status);
        fixture_own(f);
        fixture_run_ok(f);
        assert_all_once(f);
        fixture_free(f);
    }
}
#endif

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slices_and_workers),
        cmocka_unit_test(test_at_the_same_time),
        cmocka_unit_test(test_one_of_three_is_terminated),
        cmocka_unit_test(test_bad_row),
        cmocka_unit_test(test_taken_over),
        cmocka_unit_test(test_recut),
        cmocka_unit_test(test_older_cursor),
        cmocka_unit_test(test_missing_slice),
        cmocka_unit_test(test_fewer_sessions),
        cmocka_unit_test(test_interrupted),
#ifdef ZDM_FAILPOINTS
        cmocka_unit_test(test_killed_at_each_point),
#endif
    };

    return cmocka_run_group_tests_name("batch_workers", tests, NULL, NULL);
}
