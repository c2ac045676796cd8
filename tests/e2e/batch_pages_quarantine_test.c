/* Tables without a key: rows go through the function of a map, and those whose data are bad are set aside under
 * their place and found again. */
#include "batch_child.h"
#include "batch_map_fixture.h"

/* Texts that become numbers, but for those of which `bad` is true: there `where` fails as well. */
static struct fixture *
texts(const char *name, int rows, const char *bad)
{
    struct fixture *f = fixture_new(name, NULL);

    sql(f->app,
        "CREATE TABLE t (a int, b int, v text, pad text DEFAULT repeat('x', 100));"
        "INSERT INTO t SELECT g, NULL, CASE WHEN %s THEN 'x' || g ELSE g::text END"
        " FROM generate_series(1, %d) AS g; ANALYZE t",
        bad, rows);
    f->spec.table = f->table = zdm_strf("%s.t", name);
    f->set = (struct zdm_assignment){"b", "v::int * 2"};
    f->spec.where = "b IS DISTINCT FROM v::int * 2";
    f->spec.max_quarantine = 10;
    return f;
}

/* What is in quarantine are those rows where they are now; every other one is done, and counted once. */
static void
assert_set_aside(struct fixture *f, const char *rows, int64_t done)
{
    char *seen = value(f->app,
        "SELECT COALESCE(string_agg(COALESCE(t.a::text, '?'), ' ' ORDER BY t.a), '')"
        " FROM zdm.quarantine AS q LEFT JOIN t ON t.ctid = (q.key_columns ->> 'ctid')::tid"
        " AND t.xmin = (q.key_columns ->> 'xmin')::xid"
        " AND pg_relation_filenode('t')::text = q.key_columns ->> 'file' WHERE q.plan = '%s'",
        f->plan);
    char *right = value(f->app, "SELECT count(*) FROM t WHERE b = a * 2");
    char *counted = value(f->app, "SELECT sum(rows) FROM zdm.cursor WHERE plan = '%s'", f->plan);

    assert_string_equal(seen, rows);
    assert_int_equal(atoll(right), done);
    assert_int_equal(atoll(counted), done);
    free(seen);
    free(right);
    free(counted);
}

static void
assert_retried(struct fixture *f, int64_t done, int64_t unneeded, int64_t failed)
{
    struct zdm_retried r = {.done = 0};

    zdm_err_clear(&f->err);
    if (zdm_backfill_retry(f->control, &f->spec, f->epoch, &f->hooks, NULL, &r, &f->err) < 0)
        fail_msg("%s", f->err.message);
    assert_int_equal(r.done, done);
    assert_int_equal(r.unneeded, unneeded);
    assert_int_equal(r.failed, failed);
}

static void
test_set_aside(void **state)
{
    struct fixture *f = texts("bpq_aside", 3000, "g IN (1, 7, 1500, 1501, 3000)");

    (void)state;
    fixture_run_ok(f);
    assert_set_aside(f, "1 7 1500 1501 3000", 2995);
    assert_int_equal(f->last.quarantined, 5);
    assert_value(f->app,
        "SELECT string_agg(DISTINCT sqlstate || ' ' || message, ',') FROM zdm.quarantine"
        " WHERE plan = 'bpq_aside'",
        "22P02 invalid input syntax for type integer: \"…\"");
    /* Still bad, where they were. */
    assert_retried(f, 0, 0, 5);
    assert_value(f->app, "SELECT sum(tries) FROM zdm.quarantine WHERE plan = 'bpq_aside'", "10");
    assert_set_aside(f, "1 7 1500 1501 3000", 2995);
    fixture_free(f);
}

/* What was corrected is another row version, at another place. */
static void
test_corrected(void **state)
{
    struct fixture *f = texts("bpq_corrected", 2000, "g IN (7, 900, 901, 1999)");

    (void)state;
    fixture_run_ok(f);
    sql(f->app, "UPDATE t SET v = a WHERE a IN (7, 901); UPDATE t SET pad = '' WHERE a = 1999;"
                "DELETE FROM t WHERE a = 900");
    assert_retried(f, 2, 0, 1);
    assert_value(f->app, "SELECT count(*) FROM t WHERE b = a * 2", "1998");
    assert_value(f->app,
        "SELECT (SELECT a FROM t WHERE ctid = (key_columns ->> 'ctid')::tid) FROM zdm.quarantine"
        " WHERE plan = 'bpq_corrected'",
        "1999");
    sql(f->app, "UPDATE t SET v = a WHERE a = 1999");
    assert_retried(f, 1, 0, 0);
    assert_value(f->app, "SELECT count(*) FROM zdm.quarantine WHERE plan = 'bpq_corrected'", "0");
    assert_value(f->app, "SELECT count(*) FROM t WHERE b = a * 2", "1999");
    fixture_free(f);
}

/* They stay where they are when what was wrong with them is outside. */
static void
test_in_place(void **state)
{
    struct fixture *f = texts("bpq_place", 1000, "false");

    (void)state;
    sql(f->app, "ALTER TABLE t ADD CHECK (b IS NULL OR a %% 250 <> 3)");
    fixture_run_ok(f);
    assert_set_aside(f, "3 253 503 753", 996);
    sql(f->app, "ALTER TABLE t DROP CONSTRAINT t_check; UPDATE t SET b = a * 2 WHERE a = 253");
    assert_retried(f, 3, 0, 0);
    assert_value(f->app, "SELECT count(*) FROM t WHERE b = a * 2", "1000");
    assert_value(f->app, "SELECT count(*) FROM zdm.quarantine WHERE plan = 'bpq_place'", "0");
    fixture_free(f);
}

/* All rows have one xmin, and after the rewrite others are at their places. */
static void
test_rewritten(void **state)
{
    struct fixture *f = texts("bpq_rewritten", 1000, "g IN (600, 601)");

    (void)state;
    fixture_run_ok(f);
    sql(f->app, "DELETE FROM t WHERE a < 100");
    sql(f->app, "VACUUM FULL t");
    assert_retried(f, 0, 0, 2);
    sql(f->app, "UPDATE t SET v = a WHERE a = 600");
    sql(f->app, "VACUUM FULL t");
    assert_retried(f, 1, 0, 1);
    sql(f->app, "UPDATE t SET v = a WHERE a = 601");
    assert_retried(f, 1, 0, 0);
    assert_value(f->app, "SELECT count(*) FROM t WHERE b = a * 2", "901");
    fixture_free(f);
}

/* A row that is updated after it was set aside is looked at again, and is there once. */
static void
test_updated_meanwhile(void **state)
{
    struct fixture *f = texts("bpq_meanwhile", 2000, "g IN (7, 8)");

    (void)state;
    sql(f->app, "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                " UPDATE bpq_meanwhile.t SET pad = '' WHERE a = 7;"
                " UPDATE bpq_meanwhile.t SET v = '8' WHERE a = 8; RETURN NEW; END $$;"
                "CREATE TRIGGER touch BEFORE UPDATE OF b ON t FOR EACH ROW WHEN (NEW.a = 1900)"
                " EXECUTE FUNCTION touch()");
    f->spec.max_quarantine = 2;
    fixture_run_ok(f);
    assert_set_aside(f, "7", 1999);
    assert_value(
        f->app, "SELECT pos::json ->> 0 FROM zdm.cursor WHERE plan = 'bpq_meanwhile'", "2");
    fixture_free(f);
}

static void
test_no_room(void **state)
{
    struct fixture *f = texts("bpq_room", 500, "g IN (7, 300)");

    (void)state;
    f->spec.max_quarantine = 1;
    assert_int_equal(fixture_run(f), -1);
    assert_has(f->err.message, "one bad row more than max_quarantine = 1: rows of bpq_room.t");
    assert_set_aside(f, "7", 298);
    f->spec.max_quarantine = 2;
    fixture_own(f);
    fixture_run_ok(f);
    assert_set_aside(f, "7 300", 498);
    fixture_free(f);
}

static void
test_values(void **state)
{
    struct fixture *f = texts("bpq_values", 50, "g = 5");

    (void)state;
    f->spec.quarantine_values = true;
    fixture_run_ok(f);
    assert_value(f->app,
        "SELECT concat_ws(' ', row_values ->> 'a', row_values ->> 'v') FROM zdm.quarantine"
        " WHERE plan = 'bpq_values'",
        "5 x5");
    fixture_free(f);
}

static void
test_partitions(void **state)
{
    struct fixture *f = texts("bpq_leaves", 0, "false");

    (void)state;
    sql(f->app, "DROP TABLE t; CREATE TABLE t (a int, b int, v text) PARTITION BY RANGE (a);"
                "CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (500);"
                "CREATE TABLE t2 PARTITION OF t DEFAULT;"
                "INSERT INTO t SELECT g, NULL, CASE WHEN g %% 300 = 7 THEN 'x' ELSE g::text END"
                " FROM generate_series(1, 1000) AS g; ANALYZE t");
    fixture_run_ok(f);
    assert_value(f->app,
        "SELECT string_agg(relation || ' ' || n, ',' ORDER BY relation) FROM ("
        " SELECT relation, count(*) AS n FROM zdm.quarantine WHERE plan = 'bpq_leaves'"
        " GROUP BY relation) AS s",
        "bpq_leaves.t1 2,bpq_leaves.t2 2");
    sql(f->app, "UPDATE t SET v = a WHERE a IN (7, 907)");
    assert_retried(f, 2, 0, 2);
    sql(f->app, "UPDATE t SET v = a WHERE v = 'x'");
    assert_retried(f, 2, 0, 0);
    assert_value(f->app, "SELECT count(*) FROM t WHERE b = a * 2", "1000");
    fixture_free(f);
}

/* --- map ---------------------------------------------------------------------------------------- */

static struct fixture *
mapped(const char *name, int rows, const char *bad)
{
    struct fixture *f = texts(name, rows, bad);

    sql(f->app, "ALTER TABLE t ADD k1 text, ADD kept int DEFAULT 3; UPDATE t SET b = NULL");
    fixture_map(f, "v", "k1", map_script_same);
    f->spec.where = "k1 IS NULL AND kept = 3";
    return f;
}

static void
test_map(void **state)
{
    struct fixture *f = mapped("bpq_map", 3000, "false");

    (void)state;
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) FROM t WHERE k1 = v", "3000");
    assert_value(f->app, "SELECT sum(rows) FROM zdm.cursor WHERE plan = 'bpq_map'", "3000");
    assert_int_equal(map_script.rows, 3000);
    fixture_free(f);
}

static void
test_map_fails(void **state)
{
    struct fixture *f = mapped("bpq_map_fails", 1000, "false");

    (void)state;
    map_script.fails_on = "777";
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) FROM t WHERE k1 = v", "999");
    assert_value(f->app,
        "SELECT sqlstate || ' ' || (SELECT v FROM t WHERE ctid = (key_columns ->> 'ctid')::tid)"
        " FROM zdm.quarantine WHERE plan = 'bpq_map_fails'",
        "ZDM01 777");
    assert_retried(f, 0, 0, 1);
    sql(f->app, "UPDATE t SET pad = '' WHERE a = 777");
    assert_retried(f, 0, 0, 1);
    map_script.fails_on = NULL;
    map_script.keeps = "777";
    assert_retried(f, 0, 0, 1);
    assert_value(f->app,
        "SELECT sqlstate || ' ' || message FROM zdm.quarantine WHERE plan = 'bpq_map_fails'",
        "22000 the map leaves the row as it is, for which where is true");
    map_script.keeps = NULL;
    assert_retried(f, 1, 0, 0);
    assert_value(f->app, "SELECT count(*) FROM t WHERE k1 = v", "1000");
    fixture_free(f);
}

static void
test_map_leaves(void **state)
{
    struct fixture *f = mapped("bpq_map_leaves", 1000, "false");

    (void)state;
    map_script.keeps = "500";
    assert_int_equal(fixture_run(f), -1);
    assert_has(f->err.message, "the map leaves a row of bpq_map_leaves.t as it is");
    assert_has(f->err.hint, "exclude such rows in where");
    fixture_free(f);
}

static void
test_map_where_stays(void **state)
{
    struct fixture *f = mapped("bpq_map_stays", 100, "false");

    (void)state;
    f->spec.where = "a > 0";
    assert_int_equal(fixture_run(f), -1);
    assert_has(f->err.message, "where is still true for rows of bpq_map_stays.t");
    assert_value(f->app, "SELECT count(k1) FROM t", "0");
    fixture_free(f);
}

#ifdef ZDM_FAILPOINTS
/* Each row once, and in quarantine once, wherever it dies. */
static void
test_killed(void **state)
{
    static const char *const points[] = {
        "map.inside:4", "batch.after:3", "quarantine.after", "quarantine.after:2"};

    (void)state;
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        struct fixture *f = mapped("bpq_killed", 1000, "false");
        sql(f->app, "ALTER TABLE t ADD CHECK (k1 NOT IN ('300', '301', '900'))");
        run_until_killed(f, points[i]);
        fixture_own(f);
        fixture_run_ok(f);
        assert_value(f->app, "SELECT count(*) FROM t WHERE k1 = v", "997");
        assert_value(f->app, "SELECT sum(rows) FROM zdm.cursor WHERE plan = 'bpq_killed'", "997");
        assert_value(f->app,
            "SELECT string_agg(t.v || ' ' || tries, ',' ORDER BY t.a) FROM zdm.quarantine JOIN t"
            " ON t.ctid = (key_columns ->> 'ctid')::tid WHERE plan = 'bpq_killed'",
            "300 1,301 1,900 1");
        fixture_free(f);
    }
}
#endif

struct writer {
    struct fixture *f;
    _Atomic bool stop;
    int64_t writes;
};

static void *
write_on(void *arg)
{
    struct writer *w = arg;
    struct zdm_conn *conn = connect_to(w->f->conninfo, "writer");

    for (unsigned i = 1; !w->stop; i++) {
        sql(conn,
            "UPDATE bpq_map_live.t SET pad = repeat('y', 50 + %u %% 150), n = n + 1"
            " WHERE a = %u",
            i, i * 7919u % 3000 + 1);
        w->writes++;
    }
    zdm_conn_close(conn);
    return NULL;
}

/* Rows are moved about between the reading and the next batch, never between reading and writing. */
static void
test_map_rows_that_move(void **state)
{
    struct fixture *f = mapped("bpq_map_live", 3000, "false");
    struct writer w = {.f = f};
    pthread_t thread;

    (void)state;
    sql(f->app, "ALTER TABLE t ADD n int NOT NULL DEFAULT 0; CREATE INDEX ON t (a)");
    sql(f->app, "VACUUM t");
    map_script.fails_on = "1234";
    f->spec.pause_ms = 3;
    assert_int_equal(pthread_create(&thread, NULL, write_on, &w), 0);
    fixture_run_ok(f);
    w.stop = true;
    pthread_join(thread, NULL);
    assert_value(f->app, "SELECT count(*) FROM t WHERE k1 = v", "2999");
    assert_value(f->app, "SELECT count(*) || ' ' || count(DISTINCT a) FROM t", "3000 3000");
    char *writes = zdm_strf("%lld", (long long)w.writes);
    assert_value(f->app, "SELECT sum(n) FROM t", writes);
    free(writes);
    assert_value(f->app, "SELECT sum(rows) FROM zdm.cursor WHERE plan = 'bpq_map_live'", "2999");
    assert_value(
        f->app, "SELECT count(*) > 0 FROM zdm.quarantine WHERE plan = 'bpq_map_live'", "t");
    fixture_free(f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_set_aside),
        cmocka_unit_test(test_corrected),
        cmocka_unit_test(test_in_place),
        cmocka_unit_test(test_rewritten),
        cmocka_unit_test(test_updated_meanwhile),
        cmocka_unit_test(test_no_room),
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_partitions),
        cmocka_unit_test(test_map),
        cmocka_unit_test(test_map_fails),
        cmocka_unit_test(test_map_leaves),
        cmocka_unit_test(test_map_where_stays),
#ifdef ZDM_FAILPOINTS
        cmocka_unit_test(test_killed),
#endif
        cmocka_unit_test(test_map_rows_that_move),
    };

    return cmocka_run_group_tests_name("batch_pages_quarantine", tests, NULL, NULL);
}
