/* Locks, bad data, killed sessions, take-overs: every row is still done exactly once. */
#include "batch_fixture.h"

#include "batch/throttle.h"

/* A second thread that plays the world around a backfill, with a connection of its own. */
struct world {
    struct fixture *f;
    struct zdm_conn *conn;
    void (*play)(struct world *w);
    pthread_t thread;
    int64_t seen;
};

static void *
world_main(void *arg)
{
    struct world *w = arg;

    w->play(w);
    return NULL;
}

static void
world_start(struct world *w, struct fixture *f, void (*play)(struct world *w))
{
    *w = (struct world){.f = f, .play = play, .conn = connect_to(f->conninfo, "world")};
    sql(w->conn, "SET search_path = \"%s\"", f->plan);
    assert_int_equal(pthread_create(&w->thread, NULL, world_main, w), 0);
}

static void
world_end(struct world *w)
{
    pthread_join(w->thread, NULL);
    zdm_conn_close(w->conn);
}

static struct fixture *
counters(const char *name, int rows)
{
    struct fixture *f = fixture_new(name, NULL);

    sql(f->app,
        "CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0);"
        "INSERT INTO t SELECT g FROM generate_series(1, %d) AS g",
        rows);
    f->spec.table = f->table = zdm_strf("\"%s\".t", name);
    f->spec.batch_max = 20;
    return f;
}

static void
assert_all_once(struct fixture *f)
{
    assert_value(f->app, "SELECT count(*) FROM t WHERE n <> 1", "0");
    char *rows = value(f->app,
        "SELECT rows = (SELECT sum(n) FROM t) AND state = 'done' FROM "
        "zdm.cursor WHERE plan = '%s'",
        f->plan);
    assert_string_equal(rows, "t");
    free(rows);
}

/* --- batches that take too long, or are cancelled ------------------------------------- */

/* 20 rows of 0.1 s are more than a second. The sequence counts what was taken back too. */
static void
test_too_long_for_a_batch(void **state)
{
    struct fixture *f = counters("bx_long", 60);

    (void)state;
    f->spec.batch_min = 20;
    sql(f->app, "CREATE SEQUENCE tries;"
                "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                " PERFORM nextval('bx_long.tries');"
                " IF NEW.id <= 20 THEN PERFORM pg_sleep(0.1); END IF; RETURN NEW; END $$;"
                "CREATE TRIGGER slow BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION slow()");
    fixture_run_ok(f);
    assert_all_once(f);
    assert_value(f->app, "SELECT last_value > 60 FROM tries", "t");
    fixture_free(f);
}

static void
slow_row(struct fixture *f, const char *seconds)
{
    sql(f->app,
        "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " PERFORM pg_sleep(%s); RETURN NEW; END $$;"
        "CREATE TRIGGER slow BEFORE UPDATE ON t FOR EACH ROW WHEN (NEW.id = 7) EXECUTE FUNCTION "
        "slow()",
        seconds);
}

static void
test_too_long_for_a_row(void **state)
{
    struct fixture *f = counters("bx_row", 40);

    (void)state;
    slow_row(f, "1.3");
    fixture_run_ok(f);
    assert_all_once(f);
    assert_has(f->notes.s, "retry: the row of bx_row.t with id = 7 took longer than 1.0 s, or was "
                           "cancelled; trying again");
    assert_true(strstr(f->notes.s, "took longer than 2.0 s") == NULL);
    fixture_free(f);
}

static void
test_too_long_for_patience(void **state)
{
    struct fixture *f = counters("bx_never", 40);

    (void)state;
    slow_row(f, "60");
    f->spec.patience_ms = 300;
    assert_int_equal(fixture_run(f), -1);
    assert_has(f->err.message, "row of bx_never.t with id = 7: no progress for 300 ms");
    assert_has(f->err.detail, "was cancelled, after 2.0 s at most");
    assert_has(f->err.hint, "triggers of the table");
    assert_value(f->app, "SELECT count(*) FROM t WHERE n > 0 AND id >= 7", "0");
    fixture_free(f);
}

static void
test_cancelled_by_somebody(void **state)
{
    struct fixture *f = counters("bx_cancel", 600);

    (void)state;
    sql(f->app, "CREATE SEQUENCE cancels;"
                "CREATE FUNCTION cancel() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                " IF NEW.id %% 100 = 50 AND nextval('bx_cancel.cancels') <= 9 THEN"
                " PERFORM pg_cancel_backend(pg_backend_pid()); PERFORM pg_sleep(5); END IF;"
                " RETURN NEW; END $$;"
                "CREATE TRIGGER cancel BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION cancel()");
    fixture_run_ok(f);
    assert_all_once(f);
    fixture_free(f);
}

/* --- sessions die ------------------------------------------------------------------- */

/* The worker is terminated in the middle of a batch, by the batch itself: nothing of it stays. */
static void
test_worker_dies_inside_batches(void **state)
{
    struct fixture *f = counters("bx_inside", 600);

    (void)state;
    sql(f->app, "CREATE SEQUENCE deaths;"
                "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                " IF NEW.id %% 100 = 50 AND nextval('bx_inside.deaths') <= 4 THEN"
                " PERFORM pg_terminate_backend(pg_backend_pid()); END IF; RETURN NEW; END $$;"
                "CREATE TRIGGER die BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION die()");
    fixture_run_ok(f);
    assert_all_once(f);
    assert_has(f->notes.s, "reconnect: the backfill's session is of no use any more");
    assert_has(f->notes.s, "reconnect: connected again to");
    fixture_free(f);
}

static void
kill_workers(struct world *w)
{
    for (int i = 0; i < 5; i++) {
        char *at = zdm_strf(
            "SELECT sum(rows) >= %d FROM zdm.cursor WHERE plan = '%s'", 100 + i * 300, w->f->plan);
        await(w->conn, at);
        sql(w->conn,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'zdm/%s/fill/0'",
            w->f->plan);
        w->seen++;
        free(at);
    }
}

static void
test_workers_killed_from_outside(void **state)
{
    struct fixture *f = counters("bx_kill", 3000);
    struct world w;

    (void)state;
    f->spec.pause_ms = 5;
    world_start(&w, f, kill_workers);
    fixture_run_ok(f);
    world_end(&w);
    assert_int_equal(w.seen, 5);
    assert_all_once(f);
    fixture_free(f);
}

static void
kill_control(struct world *w)
{
    await(w->conn, "SELECT sum(rows) >= 100 FROM zdm.cursor WHERE plan = 'bx_control'");
    sql(w->conn, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                 " WHERE application_name IN ('zdm/test', 'zdm/bx_control/fill/0')");
}

static void
test_every_session_killed(void **state)
{
    struct fixture *f = counters("bx_control", 1500);
    struct world w;

    (void)state;
    f->spec.pause_ms = 5;
    world_start(&w, f, kill_control);
    fixture_run_ok(f);
    world_end(&w);
    assert_true(f->recovered >= 1);
    assert_all_once(f);
    fixture_free(f);
}

/* What a failover looks like: for a while every new session is read-only. */
static void
turn_read_only(struct world *w)
{
    await(w->conn, "SELECT sum(rows) >= 100 FROM zdm.cursor WHERE plan = 'bx_standby'");
    sql(w->conn, "ALTER ROLE bx_standby SET default_transaction_read_only = on;"
                 "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                 " WHERE application_name = 'zdm/bx_standby/fill/0'");
    while (w->f->noted < 3) /* lost, connected again, of no use */
        zdm_sleep_ms(2);
    sql(w->conn, "ALTER ROLE bx_standby RESET default_transaction_read_only");
}

static void
test_read_only_for_a_while(void **state)
{
    struct fixture *f = counters("bx_standby", 1500);
    struct world w;

    (void)state;
    sql(f->app, "DROP ROLE IF EXISTS bx_standby; CREATE ROLE bx_standby SUPERUSER LOGIN");
    char *conninfo = zdm_strf("%s user=bx_standby", f->conninfo);
    zdm_conn_close(f->control);
    f->control = connect_to(conninfo, "zdm/test");
    f->spec.pause_ms = 5;
    world_start(&w, f, turn_read_only);
    fixture_run_ok(f);
    world_end(&w);
    assert_has(f->notes.s, "read-only transaction");
    assert_all_once(f);
    zdm_conn_close(f->control);
    f->control = NULL;
    sql(f->app, "DROP ROLE bx_standby");
    free(conninfo);
    fixture_free(f);
}

/* --- take-over ------------------------------------------------------------------------- */

static void
take_over(struct world *w)
{
    struct zdm_err err = ZDM_ERR_INIT;
    int64_t epoch;

    await(w->conn, "SELECT sum(rows) >= 100 FROM zdm.cursor WHERE plan = 'bx_epoch'");
    if (zdm_journal_take_over(w->conn, "bx_epoch", "0", "the other", NULL, 10000, &epoch, &err) < 0)
        fail_msg("%s", err.message);
    char *rows = value(w->conn, "SELECT sum(n) FROM t");
    w->seen = strtoll(rows, NULL, 10);
    free(rows);
}

static void
test_take_over_stops_the_first(void **state)
{
    struct fixture *f = counters("bx_epoch", 3000);
    struct world w;

    (void)state;
    f->spec.pause_ms = 5;
    world_start(&w, f, take_over);
    assert_int_equal(fixture_run(f), -1);
    world_end(&w);
    assert_int_equal(f->err.code, ZDM_ERR_OWNED);
    assert_has(f->err.message, "another runner has taken over");
    char *rows = value(f->app, "SELECT sum(n) FROM t");
    assert_int_equal(strtoll(rows, NULL, 10), w.seen); /* nothing after the take-over */
    free(rows);

    fixture_own(f);
    fixture_run_ok(f);
    assert_all_once(f);
    fixture_free(f);
}

/* A runner that was stopped before its first batch and wakes up after another one began. */
static void
test_late_start_with_an_old_epoch(void **state)
{
    struct fixture *f = counters("bx_late", 100);

    (void)state;
    int64_t old = f->epoch;
    fixture_own(f);
    int64_t ours = f->epoch;
    f->epoch = old;
    assert_int_equal(fixture_run(f), -1);
    assert_int_equal(f->err.code, ZDM_ERR_OWNED);
    assert_value(f->app, "SELECT sum(n) FROM t", "0");
    f->epoch = ours;
    fixture_run_ok(f);
    assert_all_once(f);
    fixture_free(f);
}

static void
lose_cursor(struct world *w)
{
    await(w->conn, "SELECT sum(rows) >= 100 FROM zdm.cursor WHERE plan = 'bx_lost'");
    sql(w->conn, "DELETE FROM zdm.cursor WHERE plan = 'bx_lost'");
}

static void
test_cursor_vanishes(void **state)
{
    struct fixture *f = counters("bx_lost", 3000);
    struct world w;

    (void)state;
    f->spec.pause_ms = 5;
    world_start(&w, f, lose_cursor);
    assert_int_equal(fixture_run(f), -1);
    world_end(&w);
    assert_int_equal(f->err.code, ZDM_ERR_MISMATCH);
    assert_has(f->err.message, "the cursor of backfill \"fill\" is gone");
    assert_has(f->err.hint, "earlier point");
    fixture_free(f);
}

/* What a restored backup looks like: cursor and rows together at an earlier point. */
static void
rewind_all(struct world *w)
{
    await(w->conn, "SELECT sum(rows) >= 100 FROM zdm.cursor WHERE plan = 'bx_rewind'");
    sql(w->conn, "BEGIN; UPDATE zdm.cursor SET pos = '40', rows = 40, batches = 1"
                 " WHERE plan = 'bx_rewind'; UPDATE t SET n = 0 WHERE id > 40; COMMIT");
}

static void
test_rewound_database(void **state)
{
    struct fixture *f = counters("bx_rewind", 3000);
    struct world w;

    (void)state;
    f->spec.pause_ms = 5;
    world_start(&w, f, rewind_all);
    fixture_run_ok(f);
    world_end(&w);
    assert_has(f->notes.s, "rewound: the database is ");
    assert_all_once(f);
    fixture_free(f);
}

/* --- locks: of rows in batch_deferred_test.c ------------------------------------------------ */

static void
hold_table(struct world *w)
{
    await(w->conn, "SELECT sum(rows) >= 100 FROM zdm.cursor WHERE plan = 'bx_table'");
    sql(w->conn, "BEGIN; LOCK TABLE t IN SHARE ROW EXCLUSIVE MODE");
    await(w->f->app,
        "SELECT count(*) > 0 FROM pg_stat_activity"
        " WHERE application_name = 'zdm/bx_table/fill/0' AND wait_event_type = 'Lock'");
    sql(w->conn, "COMMIT");
}

static void
test_locked_table(void **state)
{
    struct fixture *f = counters("bx_table", 1000);
    struct world w;

    (void)state;
    f->spec.pause_ms = 2;
    world_start(&w, f, hold_table);
    fixture_run_ok(f);
    world_end(&w);
    assert_all_once(f);
    fixture_free(f);
}

/* --- data ---------------------------------------------------------------------------------- */

static void
test_bad_row_is_named(void **state)
{
    struct fixture *f = counters("bx_bad", 500);

    (void)state;
    sql(f->app, "ALTER TABLE t ADD d int DEFAULT 1; UPDATE t SET d = 0 WHERE id = 333");
    f->spec.batch_max = 300;
    f->set.expr = "n + 1 / d";
    assert_int_equal(fixture_run(f), -1);
    assert_int_equal(f->err.code, ZDM_ERR_FAILED);
    assert_string_equal(f->err.sqlstate, "22012");
    assert_string_equal(f->err.message, "row of bx_bad.t with id = 333: division by zero");
    assert_has(f->err.hint, "the batches before it are done");
    assert_value(f->app, "SELECT count(*) || ' ' || max(id) FROM t WHERE n = 1", "332 332");

    sql(f->app, "UPDATE t SET d = 1 WHERE id = 333");
    fixture_run_ok(f);
    assert_all_once(f);
    fixture_free(f);
}

static void
drop_column(struct world *w)
{
    await(w->conn, "SELECT sum(rows) >= 100 FROM zdm.cursor WHERE plan = 'bx_drop'");
    sql(w->conn, "ALTER TABLE t DROP COLUMN extra");
}

static void
test_column_dropped_meanwhile(void **state)
{
    struct fixture *f = counters("bx_drop", 3000);
    struct world w;

    (void)state;
    sql(f->app, "ALTER TABLE t ADD extra int DEFAULT 1");
    f->spec.pause_ms = 5;
    f->set.expr = "n + extra";
    world_start(&w, f, drop_column);
    assert_int_equal(fixture_run(f), -1);
    world_end(&w);
    assert_string_equal(f->err.sqlstate, "42703");
    assert_has(f->err.message, "set n: column \"extra\" does not exist");
    assert_int_equal(f->fault.set_index, 0);
    assert_int_equal(f->fault.position, 5);
    fixture_free(f);
}

static void
write_rows(struct world *w)
{
    await(w->conn, "SELECT sum(rows) >= 300 FROM zdm.cursor WHERE plan = 'bx_rows'");
    /* Behind the cursor, ahead of it, beyond the bound; and deleted ones. */
    sql(w->conn, "INSERT INTO t (id) VALUES (10), (2990), (9999); DELETE FROM t WHERE id = 2000");
}

static void
test_rows_come_and_go(void **state)
{
    struct fixture *f = counters("bx_rows", 3000);
    struct world w;

    (void)state;
    sql(f->app, "DELETE FROM t WHERE id %% 10 = 0 AND id <> 2000");
    f->spec.pause_ms = 5;
    world_start(&w, f, write_rows);
    fixture_run_ok(f);
    world_end(&w);
    assert_value(f->app,
        "SELECT string_agg(id || '=' || n, ' ' ORDER BY id) FROM t"
        " WHERE n <> 1 OR id = 2990",
        "10=0 2990=1 9999=0");
    fixture_free(f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_too_long_for_a_batch),
        cmocka_unit_test(test_too_long_for_a_row),
        cmocka_unit_test(test_too_long_for_patience),
        cmocka_unit_test(test_cancelled_by_somebody),
        cmocka_unit_test(test_worker_dies_inside_batches),
        cmocka_unit_test(test_workers_killed_from_outside),
        cmocka_unit_test(test_every_session_killed),
        cmocka_unit_test(test_read_only_for_a_while),
        cmocka_unit_test(test_take_over_stops_the_first),
        cmocka_unit_test(test_late_start_with_an_old_epoch),
        cmocka_unit_test(test_cursor_vanishes),
        cmocka_unit_test(test_rewound_database),
        cmocka_unit_test(test_locked_table),
        cmocka_unit_test(test_bad_row_is_named),
        cmocka_unit_test(test_column_dropped_meanwhile),
        cmocka_unit_test(test_rows_come_and_go),
    };

    return cmocka_run_group_tests_name("batch_trouble", tests, NULL, NULL);
}
