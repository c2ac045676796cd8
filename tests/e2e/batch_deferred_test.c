/* Rows that somebody keeps locked are left for later; the rest goes on, and all are done in the end. */
#include "batch_child.h"

#define HOLDERS 3

/* The world around a backfill: holds rows until something has come true. */
struct world {
    struct fixture *f;
    struct zdm_conn *holders[HOLDERS];
    int n;
    const char *until, *when, *then; /* when: NULL, or runs `then` once it is true */
    pthread_t thread;
};

static struct fixture *
counters(const char *name, int rows)
{
    struct fixture *f = fixture_new(name, NULL);

    sql(f->app,
        "CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0);"
        "INSERT INTO t SELECT g FROM generate_series(1, %d) AS g; ANALYZE t",
        rows);
    f->spec.table = f->table = zdm_strf("%s.t", name);
    f->spec.batch_max = 20;
    f->spec.lock_timeout_ms = 20;
    return f;
}

static void
assert_all_once(struct fixture *f, const char *rows)
{
    char *picture = value(f->app, "SELECT count(*) || ' ' || min(n) || ' ' || max(n) FROM t"),
         *expected = zdm_strf("%s 1 1", rows), *cursors, *done = zdm_strf("%s done", rows);

    assert_string_equal(picture, expected);
    cursors = value(f->app,
        "SELECT sum(rows) || ' ' || string_agg(DISTINCT state, ',') FROM zdm.cursor"
        " WHERE plan = '%s'",
        f->plan);
    assert_string_equal(cursors, done);
    assert_int_equal(f->last.rows, atoi(rows));
    assert_int_equal(f->last.deferred, 0);
    assert_false(f->overdone);
    free(picture);
    free(expected);
    free(cursors);
    free(done);
}

static void
assert_parts(struct fixture *f, const char *parts)
{
    char *seen = value(f->app,
        "SELECT COALESCE(string_agg(bound, ' ' ORDER BY slice), '') FROM zdm.cursor"
        " WHERE plan = '%s' AND part_of IS NOT NULL",
        f->plan);

    assert_string_equal(seen, parts);
    free(seen);
}

static void
world_hold(struct world *w, const char *lock)
{
    struct zdm_conn *conn = connect_to(w->f->conninfo, "world");

    sql(conn, "SET search_path = \"%s\"; BEGIN; %s", w->f->plan, lock);
    w->holders[w->n++] = conn;
}

static void *
world_main(void *arg)
{
    struct world *w = arg;

    if (w->when) {
        await(w->f->app, w->when);
        sql(w->f->app, "%s", w->then);
    }
    await(w->f->app, w->until);
    for (int i = 0; i < w->n; i++)
        sql(w->holders[i], "COMMIT");
    return NULL;
}

/* Runs the backfill; the locks are released when `until` is true. */
static void
run_while_held(struct world *w, const char *until)
{
    w->until = until;
    assert_int_equal(pthread_create(&w->thread, NULL, world_main, w), 0);
    fixture_run_ok(w->f);
    pthread_join(w->thread, NULL);
    for (int i = 0; i < w->n; i++)
        zdm_conn_close(w->holders[i]);
}

/* One row, held until every other one is done. */
static void
test_one_row(void **state)
{
    struct fixture *f = counters("bd_row", 400);
    struct world w = {f};

    (void)state;
    world_hold(&w, "SELECT FROM t WHERE id = 130 FOR UPDATE");
    run_while_held(&w, "SELECT sum(n) = 399 FROM t");
    assert_all_once(f, "400");
    assert_parts(f, "130");
    assert_has(
        f->notes.s, "deferred: the row of bd_row.t with id = 130 is locked and left for later");
    assert_has(f->notes.s, "app world");
    fixture_free(f);
}

/* The first, the last and one between, by three sessions. */
static void
test_three_rows(void **state)
{
    struct fixture *f = counters("bd_three", 400);
    struct world w = {f};

    (void)state;
    world_hold(&w, "UPDATE t SET n = n WHERE id = 1");
    world_hold(&w, "SELECT FROM t WHERE id = 200 FOR SHARE");
    world_hold(&w, "SELECT FROM t WHERE id = 400 FOR NO KEY UPDATE");
    run_while_held(&w, "SELECT sum(n) = 397 AND (SELECT count(*) FROM zdm.cursor"
                       "  WHERE plan = 'bd_three' AND part_of IS NOT NULL) = 3 FROM t");
    assert_all_once(f, "400");
    assert_parts(f, "1 200 400");
    fixture_free(f);
}

/* The first batch of all, which has no lower end yet, with every kind of key. */
static void
test_first_batch(void **state)
{
    static const char *const keys[] = {"g::smallint", "g - 200", "g * 10000000000", "g / 7.0",
        "g::float8 / 3", "'k' || g", "('k' || g)::varchar(9)", "md5(g::text)::uuid",
        "date '2026-01-01' + g", "timestamptz '2026-01-01' + g * interval '1 h'",
        "('x' || g)::bytea", "g::money", "('10.0.0.0'::inet + g)", "ARRAY[g / 9, g]"};

    (void)state;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        struct fixture *f = fixture_new("bd_first", NULL);
        struct world w = {f};
        sql(f->app,
            "CREATE TABLE t AS SELECT %s AS id, 0 AS n FROM generate_series(1, 400) AS g;"
            "ALTER TABLE t ADD PRIMARY KEY (id); ANALYZE t",
            keys[i]);
        f->spec.table = f->table = zdm_strdup("bd_first.t");
        f->spec.batch_max = 20;
        f->spec.lock_timeout_ms = 20;
        world_hold(&w, "SELECT FROM t ORDER BY id LIMIT 1 FOR UPDATE");
        run_while_held(&w, "SELECT sum(n) = 399 FROM t");
        assert_all_once(f, "400");
        fixture_free(f);
    }
}

/* A foreign key's lock is in nobody's way as long as the key stays. */
static void
test_key_share(void **state)
{
    struct fixture *f = counters("bd_share", 100);
    struct world w = {f};

    (void)state;
    world_hold(&w, "SELECT FROM t WHERE id = 50 FOR KEY SHARE");
    run_while_held(&w, "SELECT sum(n) = 100 FROM t");
    assert_all_once(f, "100");
    assert_parts(f, "");
    fixture_free(f);
}

static void
test_composite_key(void **state)
{
    struct fixture *f = fixture_new("bd_pair", NULL);
    struct world w = {f};

    (void)state;
    sql(f->app, "CREATE TABLE t (a text, b int, n int NOT NULL DEFAULT 0, PRIMARY KEY (a, b));"
                "INSERT INTO t SELECT 'x' || g %% 3, g FROM generate_series(1, 300) AS g");
    f->spec.table = "bd_pair.t";
    world_hold(&w, "SELECT FROM t WHERE a = 'x1' AND b = 100 FOR UPDATE");
    run_while_held(&w, "SELECT sum(n) = 299 FROM t");
    assert_all_once(f, "300");
    assert_parts(f, "[\"x1\",\"100\"]");
    assert_has(f->notes.s, "row of bd_pair.t with (a, b) = (x1, 100)");
    fixture_free(f);
}

/* In the middle of ranges that are done in stripes: only the row's own stripe is left. */
static void
test_stripes(void **state)
{
    struct fixture *f = counters("bd_stripes", 400);
    struct world w = {f};

    (void)state;
    f->spec.stripes = 8;
    world_hold(&w, "SELECT FROM t WHERE id IN (1, 131, 132) FOR UPDATE");
    world_hold(&w, "SELECT FROM t WHERE id = 399 FOR UPDATE");
    run_while_held(&w, "SELECT sum(n) = 396 AND (SELECT count(*) FROM zdm.cursor"
                       "  WHERE plan = 'bd_stripes' AND part_of IS NOT NULL) = 4 FROM t");
    assert_all_once(f, "400");
    assert_value(f->app,
        "SELECT count(*) > 0 FROM zdm.cursor WHERE plan = 'bd_stripes' AND part_of IS NOT NULL"
        " AND stripes = 8",
        "t");
    fixture_free(f);
}

/* Rows that are inserted beside the one that is left, in every stripe: once at most. */
static void
test_rows_beside(void **state)
{
    struct fixture *f = fixture_new("bd_beside", NULL);
    struct world w = {f};

    (void)state;
    sql(f->app, "CREATE TABLE t (id text PRIMARY KEY, n int NOT NULL DEFAULT 0);"
                "INSERT INTO t SELECT 'k' || g FROM generate_series(1000, 1399) AS g");
    f->spec.table = "bd_beside.t";
    f->spec.batch_max = 20;
    f->spec.lock_timeout_ms = 20;
    f->spec.stripes = 8;
    w.when = "SELECT count(*) = 1 FROM zdm.cursor WHERE plan = 'bd_beside' AND part_of IS NOT NULL";
    w.then = "INSERT INTO t SELECT 'k1129x' || g FROM generate_series(1, 100) AS g";
    world_hold(&w, "SELECT FROM t WHERE id = 'k1130' FOR UPDATE");
    run_while_held(&w, "SELECT sum(n) >= 399 FROM t WHERE id NOT LIKE '%x%'");
    assert_value(f->app,
        "SELECT count(*) FILTER (WHERE n <> 1 AND id NOT LIKE '%x%') || ' ' || max(n) FROM t",
        "0 1");
    assert_value(f->app,
        "SELECT sum(rows) = (SELECT sum(n) FROM t) FROM zdm.cursor WHERE plan = 'bd_beside'", "t");
    fixture_free(f);
}

/* More rows than can be deferred one by one: it waits behind the first few of them. */
static void
test_many_rows(void **state)
{
    struct fixture *f = counters("bd_many", 400);
    struct world w = {f};

    (void)state;
    f->spec.lock_timeout_ms = 5;
    world_hold(&w, "SELECT FROM t WHERE id BETWEEN 100 AND 300 FOR UPDATE");
    run_while_held(&w, "SELECT sum(n) = 99 AND EXISTS (SELECT FROM zdm.cursor"
                       " WHERE plan = 'bd_many' AND pos = '107') FROM t");
    assert_all_once(f, "400");
    assert_parts(f, "100 101 102 103 104 105 106 107");
    fixture_free(f);
}

/* Nothing is deferred for a lock of the table, nor behind somebody who waits for one. */
static void
test_table(void **state)
{
    struct fixture *f = counters("bd_table", 400);
    struct world w = {f};

    (void)state;
    world_hold(&w, "LOCK TABLE t IN SHARE MODE");
    run_while_held(&w, "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                       " AND application_name = 'zdm/bd_table/fill/0'");
    assert_all_once(f, "400");
    assert_parts(f, "");
    fixture_free(f);
}

static void *
alter(void *arg)
{
    struct fixture *f = arg;
    struct zdm_conn *conn = connect_to(f->conninfo, "alter");

    sql(conn, "ALTER TABLE \"%s\".t ADD extra int", f->plan);
    zdm_conn_close(conn);
    return NULL;
}

static void
test_behind_a_queue(void **state)
{
    struct fixture *f = counters("bd_queue", 400);
    struct world w = {f};
    pthread_t thread;

    (void)state;
    world_hold(&w, "SELECT FROM t WHERE id = 1");
    assert_int_equal(pthread_create(&thread, NULL, alter, f), 0);
    await(f->control, "SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name = 'alter'"
                      " AND wait_event_type = 'Lock'");
    /* Planning takes a lock that fits; the cursor has its first batch when the queue is gone. */
    run_while_held(&w, "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                       " AND application_name LIKE 'zdm/%'");
    pthread_join(thread, NULL);
    assert_all_once(f, "400");
    assert_parts(f, "");
    fixture_free(f);
}

/* Several slices and workers, rows held in different ones. */
static void
test_slices_and_workers(void **state)
{
    struct fixture *f = counters("bd_slices", 12000);
    struct world w = {f};

    (void)state;
    f->spec.workers = 3;
    world_hold(&w, "SELECT FROM t WHERE id IN (1, 77) FOR UPDATE");
    world_hold(&w, "SELECT FROM t WHERE id IN (6000, 9000) FOR UPDATE");
    world_hold(&w, "SELECT FROM t WHERE id IN (12000) FOR UPDATE");
    run_while_held(&w, "SELECT sum(n) = 11995 AND (SELECT count(*) FROM zdm.cursor"
                       "  WHERE plan = 'bd_slices' AND part_of IS NOT NULL) = 5 FROM t");
    assert_all_once(f, "12000");
    assert_value(f->app,
        "SELECT count(*) || ' ' || count(DISTINCT slice) FROM zdm.cursor"
        " WHERE plan = 'bd_slices' AND part_of IS NOT NULL",
        "5 5");
    fixture_free(f);
}

static void
test_patience(void **state)
{
    struct fixture *f = counters("bd_patience", 200);
    struct world w = {f};

    (void)state;
    f->spec.patience_ms = 300;
    world_hold(&w, "SELECT FROM t WHERE id = 77 FOR UPDATE");
    assert_int_equal(fixture_run(f), -1);
    assert_int_equal(f->err.code, ZDM_ERR_FAILED);
    assert_string_equal(f->err.sqlstate, "55P03");
    assert_has(f->err.message, "row of bd_patience.t with id = 77: no progress for 300 ms");
    assert_has(f->err.detail, "app world");
    assert_value(f->app, "SELECT sum(n) FROM t", "199");
    assert_int_equal(f->last.deferred, 1);

    /* Resumed, with the row still locked at first. */
    f->spec.patience_ms = 60000;
    fixture_own(f);
    run_while_held(&w, "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                       " AND application_name = 'zdm/bd_patience/fill/1'");
    assert_all_once(f, "200");
    assert_parts(f, "77");
    fixture_free(f);
}

/* Deletes and copies as well. */
static void
test_delete(void **state)
{
    struct fixture *f = counters("bd_delete", 300);
    struct world w = {f};

    (void)state;
    f->spec.action = ZDM_BACKFILL_DELETE;
    f->spec.where = "id % 2 = 0";
    f->spec.n_set = 0;
    world_hold(&w, "SELECT FROM t WHERE id = 100 FOR KEY SHARE");
    run_while_held(&w, "SELECT count(*) = 151 FROM t");
    assert_value(f->app, "SELECT count(*) || ' ' || sum(id % 2) FROM t", "150 150");
    assert_value(f->app, "SELECT sum(rows) FROM zdm.cursor WHERE plan = 'bd_delete'", "150");
    assert_parts(f, "100");
    fixture_free(f);
}

#ifdef ZDM_FAILPOINTS
/* Killed when a row was deferred and nobody has noted it. */
static void
test_killed_after_deferring(void **state)
{
    struct fixture *f = counters("bd_kill", 400);
    struct world w = {f};

    (void)state;
    world_hold(&w, "SELECT FROM t WHERE id IN (130, 260) FOR UPDATE");
    run_until_killed(f, "defer.after:2");
    assert_parts(f, "130 260");

    fixture_own(f);
    run_while_held(&w, "SELECT sum(n) = 398 FROM t");
    assert_all_once(f, "400");
    assert_parts(f, "130 260");
    fixture_free(f);
}
#endif

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_row),
        cmocka_unit_test(test_three_rows),
        cmocka_unit_test(test_first_batch),
        cmocka_unit_test(test_key_share),
        cmocka_unit_test(test_composite_key),
        cmocka_unit_test(test_stripes),
        cmocka_unit_test(test_rows_beside),
        cmocka_unit_test(test_many_rows),
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_behind_a_queue),
        cmocka_unit_test(test_slices_and_workers),
        cmocka_unit_test(test_patience),
        cmocka_unit_test(test_delete),
#ifdef ZDM_FAILPOINTS
        cmocka_unit_test(test_killed_after_deferring),
#endif
    };

    return cmocka_run_group_tests_name("batch_deferred", tests, NULL, NULL);
}
