/* The main road of a backfill: every row once, whatever the table looks like. */
#include "batch_fixture.h"
#include "pg_proxy.h"

static void
test_every_row_once(void **state)
{
    struct fixture *f = fixture_new("bf_once", NULL);

    (void)state;
    sql(f->app, "CREATE TABLE t (id bigint PRIMARY KEY, n int NOT NULL DEFAULT 0);"
                "INSERT INTO t SELECT g FROM generate_series(1, 5000) AS g");
    f->spec.table = "bf_once.t";
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) FROM t WHERE n = 1", "5000");
    assert_value(f->app,
        "SELECT concat_ws(' ', pos, bound, rows, state, total, batches >= 50)"
        " FROM zdm.cursor WHERE plan = 'bf_once'",
        "5000 5000 5000 done 5000 t");
    assert_value(
        f->app, "SELECT detail ->> 'rows' FROM zdm.journal WHERE plan = 'bf_once'", "5000");
    assert_int_equal(f->finished, 1);
    assert_int_equal(f->last.rows, 5000);
    assert_int_equal(f->last.walked, 5000);
    assert_int_equal(f->last.total, 5000);
    assert_int_equal(f->last.eta_ms, 0);
    assert_false(f->overdone);
    assert_string_equal(f->notes.s, "");
    fixture_free(f);
}

static enum cut
count_looks(void *self, int connection, const char *data, ssize_t n)
{
    (void)connection;
    *(_Atomic int *)self += proxy_says(data, n, "WITH RECURSIVE zdm_ends");
    return FORWARD;
}

/* A look finds where the next 16 batches end. */
static void
test_looks_ahead(void **state)
{
    const int batches[] = {32, 33}, expected[] = {2, 3};

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct fixture *f = fixture_new("bf_ahead", NULL);
        char *folder =
            value(f->app, "SELECT split_part(current_setting('unix_socket_directories'), ',', 1)");
        char *port = value(f->app, "SHOW port"), *done;
        _Atomic int looks = 0;
        struct proxy p;

        sql(f->app,
            "CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0);"
            "INSERT INTO t SELECT g FROM generate_series(1, %d) AS g",
            batches[i] * 10);
        proxy_start(&p, folder, port, count_looks, &looks);
        zdm_conn_close(f->control);
        char *conninfo = zdm_strf("%s host=%s port=5432", f->conninfo, p.folder);
        f->control = connect_to(conninfo, "zdm/test");
        f->spec.table = "bf_ahead.t";
        f->spec.batch_max = 10;
        fixture_run_ok(f);
        done = value(f->app, "SELECT batches FROM zdm.cursor WHERE plan = 'bf_ahead'");
        assert_int_equal(atoi(done), batches[i]);
        assert_int_equal(looks, expected[i]);
        zdm_conn_close(f->control);
        f->control = NULL;
        proxy_stop(&p);
        free(done);
        free(conninfo);
        free(port);
        free(folder);
        fixture_free(f);
    }
}

static void
test_empty_table(void **state)
{
    struct fixture *f = fixture_new("bf_empty", NULL);

    (void)state;
    sql(f->app, "CREATE TABLE t (id bigint PRIMARY KEY, n int)");
    f->spec.table = "bf_empty.t";
    fixture_run_ok(f);
    assert_value(f->app,
        "SELECT concat_ws(' ', pos IS NULL, bound IS NULL, batches, rows, state)"
        " FROM zdm.cursor WHERE plan = 'bf_empty'",
        "t t 0 0 done");
    assert_int_equal(f->finished, 1);
    fixture_free(f);
}

static void
test_one_row(void **state)
{
    struct fixture *f = fixture_new("bf_one", NULL);

    (void)state;
    sql(f->app, "CREATE TABLE t (id int PRIMARY KEY, n int); INSERT INTO t VALUES (-7, 0)");
    f->spec.table = "bf_one.t";
    fixture_run_ok(f);
    assert_value(f->app, "SELECT n FROM t", "1");
    assert_value(f->app,
        "SELECT pos || ' ' || rows || ' ' || batches FROM zdm.cursor WHERE plan = "
        "'bf_one'",
        "-7 1 1");
    fixture_free(f);
}

static void
test_where_leaves_the_others_alone(void **state)
{
    struct fixture *f = fixture_new("bf_where", NULL);

    (void)state;
    sql(f->app, "CREATE TABLE t (id int PRIMARY KEY, a text, b text);"
                "INSERT INTO t SELECT g, 'A' || g, CASE WHEN g %% 3 = 0 THEN 'kept' END"
                " FROM generate_series(1, 900) AS g");
    f->set = (struct zdm_assignment){"b", "lower(t.a) -- the table's own name"};
    f->spec.table = "bf_where.t";
    f->spec.where = "b IS NULL AND id <> 5 OR a = 'A5' -- and a comment";
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) FROM t WHERE b = 'kept'", "300");
    assert_value(f->app, "SELECT count(*) FROM t WHERE b = lower(a)", "600");
    assert_int_equal(f->last.rows, 600);
    assert_false(f->overdone);
    fixture_free(f);
}

static void
test_gaps_and_hostile_names(void **state)
{
    struct fixture *f = fixture_new("Bf Gaps", NULL);
    const struct zdm_assignment set[] = {{"\"N n\"", "\"N n\" + 1"}, {"Note", "'seen'"}};

    (void)state;
    sql(f->app,
        "CREATE TABLE \"Mixed Case, of sixty-three bytes, which is as long as names get !!\""
        " (\"Key.Col\" int PRIMARY KEY, \"N n\" int NOT NULL DEFAULT 0, note text);"
        "INSERT INTO \"Mixed Case, of sixty-three bytes, which is as long as names get !!\""
        " SELECT g * g * g FROM generate_series(-300, 300) AS g");
    f->spec.table =
        "\"Bf Gaps\".\"Mixed Case, of sixty-three bytes, which is as long as names get !!\"";
    f->spec.set = set;
    f->spec.n_set = 2;
    fixture_run_ok(f);
    assert_value(f->app,
        "SELECT count(*) FROM \"Mixed Case, of sixty-three bytes, which is as long as names get "
        "!!\""
        " WHERE \"N n\" = 1 AND note = 'seen'",
        "601");
    fixture_free(f);
}

static void
test_partitioned(void **state)
{
    struct fixture *f = fixture_new("bf_parts", NULL);

    (void)state;
    sql(f->app,
        "CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0) PARTITION BY RANGE (id);"
        "CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (500) PARTITION BY RANGE (id);"
        "CREATE TABLE t11 PARTITION OF t1 FOR VALUES FROM (0) TO (100);"
        "CREATE TABLE t12 PARTITION OF t1 FOR VALUES FROM (100) TO (500);"
        "CREATE TABLE t2 PARTITION OF t DEFAULT;"
        "INSERT INTO t SELECT g FROM generate_series(0, 999) AS g");
    f->spec.table = "bf_parts.t";
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) FROM t WHERE n = 1", "1000");
    assert_int_equal(f->last.total, 1000);

    /* A leaf by itself is a table like others. */
    f->spec.step = "leaf";
    f->spec.table = "bf_parts.t12";
    fixture_run_ok(f);
    assert_value(f->app,
        "SELECT count(*) || ' ' || min(n) FROM t WHERE id BETWEEN 100 AND 499"
        " AND n = 2",
        "400 2");
    assert_value(f->app, "SELECT count(*) FROM t WHERE n = 2", "400");
    fixture_free(f);
}

static void
test_sync_triggers_stay_out(void **state)
{
    struct fixture *f = fixture_new("bf_sync", NULL);

    (void)state;
    sql(f->app, "CREATE TABLE t (id int PRIMARY KEY, n int DEFAULT 0, fired int DEFAULT 0);"
                "CREATE FUNCTION fire() RETURNS trigger LANGUAGE plpgsql AS"
                " $$ BEGIN NEW.fired := NEW.fired + 1; RETURN NEW; END $$;"
                "CREATE TRIGGER sync BEFORE UPDATE ON t FOR EACH ROW"
                " WHEN (current_setting('zdm.sync', true) IS DISTINCT FROM 'off')"
                " EXECUTE FUNCTION fire();"
                "INSERT INTO t SELECT g FROM generate_series(1, 400) AS g");
    f->spec.table = "bf_sync.t";
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) FROM t WHERE n = 1 AND fired = 0", "400");
    sql(f->app, "UPDATE t SET n = n WHERE id = 1");
    assert_value(f->app, "SELECT fired FROM t WHERE id = 1", "1");
    fixture_free(f);
}

static void
test_other_key(void **state)
{
    struct fixture *f = fixture_new("bf_key", NULL);

    (void)state;
    sql(f->app, "CREATE TABLE t (a int, b int, \"Walk\" text NOT NULL, n int DEFAULT 0,"
                " PRIMARY KEY (a, b));"
                "CREATE UNIQUE INDEX ON t (\"Walk\" DESC) INCLUDE (n);"
                "INSERT INTO t SELECT g, g, md5(g::text) FROM generate_series(1, 700) AS g");
    f->spec.table = "bf_key.t";
    fixture_key(f, "\"Walk\"", NULL, NULL);
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) FROM t WHERE n = 1", "700");
    fixture_free(f);
}

/* Batches as the author says, the end always on disk. */
static void
test_synchronous_commit(void **state)
{
    struct fixture *f = fixture_new("bb_commit", NULL);

    (void)state;
    sql(f->app, "CREATE TABLE t (id int PRIMARY KEY, n text);"
                "INSERT INTO t SELECT g FROM generate_series(1, 100) AS g;"
                "CREATE FUNCTION seen() RETURNS text LANGUAGE sql AS"
                " $$ SELECT current_setting('synchronous_commit') $$;"
                "CREATE TABLE closing (how text);"
                "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                " INSERT INTO bb_commit.closing VALUES (current_setting('synchronous_commit'));"
                " RETURN NEW; END $$;"
                "CREATE TRIGGER bb_note BEFORE UPDATE ON zdm.cursor FOR EACH ROW"
                " WHEN (NEW.state = 'done') EXECUTE FUNCTION note()");
    f->spec.table = "bb_commit.t";
    f->set.expr = "bb_commit.seen()";
    f->spec.synchronous_commit = "off";
    fixture_run_ok(f);
    assert_value(f->app, "SELECT string_agg(DISTINCT n, ',') FROM t", "off");
    assert_value(f->app, "SELECT string_agg(DISTINCT how, ',') FROM closing", "on");
    sql(f->app,
        "DROP TRIGGER bb_note ON zdm.cursor; DELETE FROM zdm.cursor WHERE plan = 'bb_commit';"
        "DELETE FROM zdm.journal WHERE plan = 'bb_commit'");
    f->spec.synchronous_commit = NULL;
    fixture_run_ok(f);
    assert_value(f->app, "SELECT string_agg(DISTINCT n, ',') FROM t", "on");
    fixture_free(f);
}

/* One processor a worker: parallel queries, such as the final sweep's, do not take the others. */
static void
test_parallel_workers(void **state)
{
    struct fixture *f = fixture_new("bb_beside", NULL);
    const char *seen = "SELECT string_agg(DISTINCT n, ',') FROM t";

    (void)state;
    sql(f->app, "CREATE TABLE t (id int PRIMARY KEY, n text);"
                "INSERT INTO t SELECT g FROM generate_series(1, 100) AS g;"
                "CREATE FUNCTION seen() RETURNS text LANGUAGE sql AS"
                " $$ SELECT current_setting('max_parallel_workers_per_gather') $$");
    f->spec.table = "bb_beside.t";
    f->set.expr = "bb_beside.seen()";
    fixture_run_ok(f);
    assert_value(f->app, seen, "0");
    sql(f->app, "DELETE FROM zdm.cursor WHERE plan = 'bb_beside';"
                "DELETE FROM zdm.journal WHERE plan = 'bb_beside'");
    f->spec.workers = 2;
    fixture_run_ok(f);
    assert_value(f->app, seen, "1");
    fixture_free(f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_row_once),
        cmocka_unit_test(test_looks_ahead),
        cmocka_unit_test(test_empty_table),
        cmocka_unit_test(test_one_row),
        cmocka_unit_test(test_where_leaves_the_others_alone),
        cmocka_unit_test(test_gaps_and_hostile_names),
        cmocka_unit_test(test_partitioned),
        cmocka_unit_test(test_sync_triggers_stay_out),
        cmocka_unit_test(test_other_key),
        cmocka_unit_test(test_synchronous_commit),
        cmocka_unit_test(test_parallel_workers),
    };

    return cmocka_run_group_tests_name("batch_backfill", tests, NULL, NULL);
}
