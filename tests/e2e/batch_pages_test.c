/* Tables without a key: page by page, pass by pass, and every row in the end. */
#include "batch_fixture.h"

static struct fixture *
keyless(const char *name, int rows)
{
    struct fixture *f = fixture_new(name, NULL);

    sql(f->app,
        "CREATE TABLE t (a int, b int, pad text DEFAULT repeat('x', 100));"
        "INSERT INTO t SELECT g FROM generate_series(1, %d) AS g; ANALYZE t",
        rows);
    f->spec.table = f->table = zdm_strf("%s.t", name);
    f->set = (struct zdm_assignment){"b", "a * 2"};
    f->spec.where = "b IS DISTINCT FROM a * 2";
    return f;
}

static void
test_every_row(void **state)
{
    struct fixture *f = keyless("bp_every", 5000);

    (void)state;
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) FROM t WHERE b = a * 2", "5000");
    assert_has(f->notes.s, "bp_every.t has no key: page by page");
    assert_int_equal(f->last.rows, 5000);
    assert_true(f->last.batches > 20);
    assert_value(f->app,
        "SELECT split_part(relation, '/', 3) || ' ' || (pos = bound)"
        " FROM zdm.cursor WHERE plan = 'bp_every'",
        "ctid true");
    assert_value(f->app, "SELECT count(*) FROM t", "5000");
    fixture_free(f);
}

static void
test_delete(void **state)
{
    struct fixture *f = keyless("bp_delete", 3000);

    (void)state;
    f->spec.action = ZDM_BACKFILL_DELETE;
    f->spec.n_set = 0;
    f->spec.where = "a % 2 = 0";
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) || ' ' || sum(a % 2) FROM t", "1500 1500");
    assert_int_equal(f->last.rows, 1500);
    fixture_free(f);
}

static void
test_empty(void **state)
{
    struct fixture *f = keyless("bp_empty", 0);

    (void)state;
    fixture_run_ok(f);
    assert_int_equal(f->last.rows, 0);
    fixture_free(f);
}

static void
test_where_that_stays_true(void **state)
{
    struct fixture *f = keyless("bp_stays", 2000);

    (void)state;
    f->set.expr = "COALESCE(b, 0) + 1";
    f->spec.where = "a > 0";
    assert_int_equal(fixture_run(f), -1);
    assert_has(f->err.message, "where is still true for rows of bp_stays.t that were updated");
    assert_has(f->err.hint, "IS DISTINCT FROM");
    assert_value(f->app, "SELECT count(*) FROM t WHERE b IS NOT NULL", "0");
    fixture_free(f);
}

static void
test_refused(void **state)
{
    struct fixture *f = keyless("bp_refused", 10);

    (void)state;
    f->spec.where = NULL;
    assert_int_equal(fixture_run(f), -1);
    assert_has(f->err.message, "table bp_refused.t has no key to walk along");
    assert_has(f->err.hint, "or say where");
    f->spec.where = "b IS NULL";
    f->spec.action = ZDM_BACKFILL_COPY;
    f->spec.into = "bp_refused.t2";
    f->spec.n_set = 0;
    assert_int_equal(fixture_run(f), -1);
    assert_has(f->err.hint, "a copy cannot do without");
    sql(f->app, "DROP TABLE t; CREATE TABLE t (a int, b int) PARTITION BY LIST (a);"
                "CREATE TABLE t1 PARTITION OF t DEFAULT");
    f->spec.action = ZDM_BACKFILL_SET;
    f->spec.where = NULL;
    f->spec.n_set = 1;
    assert_int_equal(fixture_run(f), -1);
    assert_has(f->err.message, "table bp_refused.t1 has no key to walk along");
    fixture_free(f);
}

/* A trigger that undoes each change, or keeps it away, is no matter of passes. */
static void
test_in_vain(void **state)
{
    struct fixture *f = keyless("bp_back", 2000);

    (void)state;
    sql(f->app,
        "CREATE FUNCTION back() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " UPDATE bp_back.t SET b = NULL WHERE a = NEW.a AND b IS NOT NULL; RETURN NULL; END $$;"
        "CREATE INDEX ON t (a);"
        "CREATE TRIGGER back AFTER UPDATE ON t FOR EACH ROW WHEN (NEW.a %% 500 = 7)"
        " EXECUTE FUNCTION back()");
    assert_int_equal(fixture_run(f), -1);
    assert_string_equal(f->err.message, "a trigger takes the change of bp_back.t back");
    assert_has(f->err.hint, "look at the triggers of the table");
    assert_value(f->app, "SELECT count(*) || ' ' || count(b) FROM t", "2000 1996");
    assert_value(f->app, "SELECT pos::json ->> 0 FROM zdm.cursor WHERE plan = 'bp_back'", "3");
    assert_false(f->overdone);

    sql(f->app,
        "DROP TRIGGER back ON t;"
        "CREATE FUNCTION away() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
        "CREATE TRIGGER away BEFORE UPDATE ON t FOR EACH ROW WHEN (NEW.a = 507)"
        " EXECUTE FUNCTION away()");
    fixture_own(f);
    assert_int_equal(fixture_run(f), -1);
    assert_string_equal(f->err.message, "3 passes over bp_back.t changed nothing");
    assert_value(f->app, "SELECT count(*) || ' ' || count(b) FROM t", "2000 1999");

    sql(f->app, "DROP TRIGGER away ON t");
    fixture_own(f);
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) FROM t WHERE b = a * 2", "2000");
    assert_true(f->last.walked <= 2500); /* of the last pass, not of all of them */
    fixture_free(f);
}

struct writer {
    struct fixture *f;
    _Atomic bool stop;
    int64_t writes;
};

/* Moves rows about, so that they leave pages that are ahead for pages that are done. */
static void *
write_on(void *arg)
{
    struct writer *w = arg;
    struct zdm_conn *conn = connect_to(w->f->conninfo, "writer");

    for (unsigned i = 1; !w->stop; i++) {
        sql(conn, "UPDATE bp_live.t SET pad = repeat('y', 50 + %u %% 150), c = c + 1 WHERE a = %u",
            i, i * 7919u % 4000 + 1);
        w->writes++;
    }
    zdm_conn_close(conn);
    return NULL;
}

static void
test_rows_that_move(void **state)
{
    struct fixture *f = keyless("bp_live", 4000);
    struct writer w = {.f = f};
    pthread_t thread;

    (void)state;
    sql(f->app, "CREATE INDEX ON t (a); ALTER TABLE t ADD c int NOT NULL DEFAULT 0;"
                "UPDATE t SET b = NULL; DELETE FROM t WHERE a > 4000");
    sql(f->app, "VACUUM t"); /* room in the first pages, for rows to move to */
    assert_int_equal(pthread_create(&thread, NULL, write_on, &w), 0);
    f->spec.pause_ms = 3;
    fixture_run_ok(f);
    w.stop = true;
    pthread_join(thread, NULL);
    assert_true(w.writes > 0);
    assert_value(f->app, "SELECT count(*) FROM t WHERE b = a * 2", "4000");
    assert_value(f->app, "SELECT count(*) || ' ' || count(DISTINCT a) FROM t", "4000 4000");
    char *writes = zdm_strf("%lld", (long long)w.writes);
    assert_value(f->app, "SELECT sum(c) FROM t", writes);
    /* Rows counted are rows changed. */
    assert_value(f->app, "SELECT rows FROM zdm.cursor WHERE plan = 'bp_live'", "4000");
    free(writes);
    fixture_free(f);
}

/* A row that hides behind us while the pass goes on is found by the sweep. */
static void
test_sweep(void **state)
{
    struct fixture *f = keyless("bp_sweep", 2000);

    (void)state;
    sql(f->app, "CREATE FUNCTION put_back() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                " IF NEW.a = 1990 AND OLD.b IS NULL THEN"
                "  INSERT INTO bp_sweep.t (a) VALUES (-7); END IF; RETURN NEW; END $$;"
                "DELETE FROM t WHERE a < 30");
    sql(f->app, "VACUUM t");
    sql(f->app, "CREATE TRIGGER put_back BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION"
                " put_back()");
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) FROM t WHERE b = a * 2", "1972");
    assert_value(f->app,
        "SELECT (pos::json ->> 0) || ' ' || rows FROM zdm.cursor"
        " WHERE plan = 'bp_sweep'",
        "2 1972");
    fixture_free(f);
}

static void *
vacuum_full(void *arg)
{
    struct fixture *f = arg;
    struct zdm_conn *conn = connect_to(f->conninfo, "world");

    await(conn, "SELECT coalesce(max(rows), 0) >= 500 FROM zdm.cursor WHERE plan = 'bp_vacuum'");
    sql(conn, "VACUUM FULL bp_vacuum.t");
    zdm_conn_close(conn);
    return NULL;
}

static void
test_vacuum_full(void **state)
{
    struct fixture *f = keyless("bp_vacuum", 5000);
    pthread_t thread;

    (void)state;
    f->spec.pause_ms = 10;
    assert_int_equal(pthread_create(&thread, NULL, vacuum_full, f), 0);
    fixture_run_ok(f);
    pthread_join(thread, NULL);
    assert_has(f->notes.s, "bp_vacuum.t was rewritten");
    assert_value(f->app, "SELECT count(*) FROM t WHERE b = a * 2", "5000");
    assert_value(f->app, "SELECT rows FROM zdm.cursor WHERE plan = 'bp_vacuum'", "5000");
    fixture_free(f);
}

/* What failed goes on in its pass, also when the table has a key by now. */
static void
test_resume(void **state)
{
    struct fixture *f = keyless("bp_resume", 3000);

    (void)state;
    sql(f->app, "ALTER TABLE t ADD CHECK (a <> 1500 OR b IS NULL)");
    assert_int_equal(fixture_run(f), -1);
    assert_has(f->err.message, "rows of bp_resume.t between");
    assert_string_equal(f->err.sqlstate, "23514");
    assert_value(f->app, "SELECT count(*) BETWEEN 1400 AND 1499 FROM t WHERE b IS NOT NULL", "t");
    sql(f->app, "ALTER TABLE t DROP CONSTRAINT t_check; ALTER TABLE t ADD PRIMARY KEY (a)");
    fixture_own(f);
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) FROM t WHERE b = a * 2", "3000");
    assert_value(f->app, "SELECT rows FROM zdm.cursor WHERE plan = 'bp_resume'", "3000");
    fixture_free(f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_row),
        cmocka_unit_test(test_delete),
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_where_that_stays_true),
        cmocka_unit_test(test_in_vain),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_rows_that_move),
        cmocka_unit_test(test_sweep),
        cmocka_unit_test(test_vacuum_full),
        cmocka_unit_test(test_resume),
    };

    return cmocka_run_group_tests_name("batch_pages", tests, NULL, NULL);
}
