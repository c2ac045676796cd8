/* Ranges done in interleaved stripes: every row once, whatever happens between two of them. */
#include "batch_child.h"

#define ROWS "4000"

/* Gaps and negative keys. */
static struct fixture *
counters(const char *name, const char *key)
{
    struct fixture *f = fixture_new(name, NULL);

    sql(f->app,
        "CREATE TABLE t AS SELECT %s AS id, 0 AS n FROM generate_series(1, " ROWS ") AS g;"
        "ALTER TABLE t ADD PRIMARY KEY (id); ANALYZE t",
        key);
    f->spec.table = f->table = zdm_strf("%s.t", name);
    f->spec.batch_min = f->spec.batch_max = 20;
    f->spec.stripes = 8;
    return f;
}

static void
assert_all_once(struct fixture *f)
{
    assert_value(f->app, "SELECT count(*) || ' ' || min(n) || ' ' || max(n) FROM t", ROWS " 1 1");
    char *cursors = value(f->app,
        "SELECT sum(rows) || ' ' || string_agg(DISTINCT state, ',') || ' ' || count(range_end)"
        " || ' ' || max(stripe) FROM zdm.cursor WHERE plan = '%s'",
        f->plan);
    assert_string_equal(cursors, ROWS " done 0 0");
    free(cursors);
    assert_false(f->overdone);
}

static void
test_kinds_of_keys(void **state)
{
    static const char *const keys[] = {"(g * 3 - 500)::int", "(g * 7 - 9000)::bigint",
        "('k' || g)::text", "('k' || g)::varchar", "md5(g::text)::uuid", "(g / 7.0)::numeric",
        "timestamptz '2026-01-01' + g * interval '1 h'", "g::float8 / 3", "('x' || g)::bytea"};

    (void)state;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        struct fixture *f = counters("bs_keys", keys[i]);
        fixture_run_ok(f);
        assert_all_once(f);
        assert_value(f->app, "SELECT DISTINCT stripes FROM zdm.cursor WHERE plan = 'bs_keys'", "8");
        /* 160 keys from cut to cut, 20 or so to a batch. */
        assert_value(f->app,
            "SELECT batches BETWEEN 200 AND 220 FROM zdm.cursor WHERE plan = 'bs_keys'", "t");
        fixture_free(f);
    }
}

/* Integers with hardly a gap are named one by one, behind the first stripe: up to the ends of their types, in any
 * number of stripes. */
static void
test_dense_keys(void **state)
{
    static const struct {
        const char *key;
        int64_t stripes;
    } cases[] = {
        {"(g + g / 9)::int", 8},
        {"(g - 32769)::smallint", 5},
        {"9223372036854775807 - 4000 + g", 8},
        {"(-9223372036854775809 + g)::bigint", 3},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture *f = counters("bs_dense", cases[i].key);
        f->spec.stripes = cases[i].stripes;
        sql(f->app, "ALTER TABLE t ADD named bool;"
                    "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS"
                    " 'BEGIN NEW.named := current_query() ~ ''zdm_named''; RETURN NEW; END';"
                    "CREATE TRIGGER note BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION note()");
        fixture_run_ok(f);
        assert_all_once(f);
        assert_value(f->app, "SELECT count(*) > 2000 FROM t WHERE named", "t");
        fixture_free(f);
    }
}

/* Four batches of one stripe before the first of the next one, so that others' snapshots have moved on;
 * the last range takes what would be too little for another. */
static void
test_order_of_batches(void **state)
{
    struct fixture *f = counters("bs_order", "g");

    (void)state;
    fixture_run_ok(f);
    assert_all_once(f);
    assert_value(f->app,
        "SELECT string_agg(stripe::text, '' ORDER BY xid) ="
        " repeat('00001111222233334444555566667777', 5) || "
        "'0000011111222223333344444555556666677777'"
        " FROM (SELECT xmin::text::bigint AS xid, min(id % 8) AS stripe FROM t GROUP BY 1) AS b",
        "t");
    fixture_free(f);
}

static void
test_composite_key(void **state)
{
    struct fixture *f = counters("bs_two", "g");

    (void)state;
    sql(f->app, "ALTER TABLE t DROP CONSTRAINT t_pkey, ADD b text;"
                "UPDATE t SET b = 'b' || id, id = id / 50; ALTER TABLE t ADD PRIMARY KEY (id, b)");
    fixture_run_ok(f);
    assert_all_once(f);
    assert_value(f->app, "SELECT stripes FROM zdm.cursor WHERE plan = 'bs_two'", "8");
    fixture_free(f);
}

/* Indexes of which an update of n would need new entries, and such that know nothing of it. */
static void
test_where_hot_is_impossible(void **state)
{
    static const struct {
        const char *index, *stripes;
    } cases[] = {
        {"(n)", "1"},
        {"(id, n)", "1"},
        {"((n + 1))", "1"},
        {"(id) WHERE n > 0", "1"},
        {"(id) INCLUDE (n)", "1"},
        {"(made)", "1"},
        {"(id)", "8"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture *f = counters("bs_index", "g");
        sql(f->app,
            "ALTER TABLE t ADD made int GENERATED ALWAYS AS (n + 1) STORED; CREATE INDEX i ON t %s",
            cases[i].index);
        fixture_run_ok(f);
        assert_all_once(f);
        assert_value(
            f->app, "SELECT stripes FROM zdm.cursor WHERE plan = 'bs_index'", cases[i].stripes);
        if (*cases[i].stripes == '1')
            assert_has(f->notes.s, "bs_index.i holds a column that is set");
        fixture_free(f);
    }
}

static void
test_no_hash_no_stripes(void **state)
{
    struct fixture *f = counters("bs_money", "g::money");

    (void)state;
    fixture_run_ok(f);
    assert_all_once(f);
    assert_value(f->app, "SELECT stripes FROM zdm.cursor WHERE plan = 'bs_money'", "1");
    fixture_free(f);
}

struct helper {
    struct fixture *f;
    pthread_t thread;
};

/* Keeps a row locked until zdm has said that it left it for later. */
static void *
hold_row(void *arg)
{
    struct helper *h = arg;

    while (h->f->noted == 0)
        zdm_sleep_ms(2);
    sql(h->f->app, "COMMIT");
    return NULL;
}

static void
test_locked_row(void **state)
{
    struct fixture *f = counters("bs_lock", "g");
    struct helper h = {.f = f};

    (void)state;
    sql(f->app, "BEGIN; SELECT FROM t WHERE id = 203 FOR UPDATE");
    assert_int_equal(pthread_create(&h.thread, NULL, hold_row, &h), 0);
    f->spec.lock_timeout_ms = 5;
    fixture_run_ok(f);
    pthread_join(h.thread, NULL);
    assert_has(f->notes.s, "deferred: the row of bs_lock.t with id = 203");
    assert_all_once(f);
    fixture_free(f);
}

/* The row is named, whichever stripe it is in; the next run goes on in the middle of the range, with
 * the stripes that it was begun with. */
static void
test_bad_row(void **state)
{
    struct fixture *f = counters("bs_bad", "g");

    (void)state;
    sql(f->app, "ALTER TABLE t ADD CONSTRAINT small CHECK (n < 1000000) NOT VALID;"
                "UPDATE t SET n = 999999 WHERE id = 205");
    assert_int_equal(fixture_run(f), -1);
    assert_string_equal(f->err.sqlstate, "23514");
    assert_has(f->err.message, "row of bs_bad.t with id = 205");
    assert_has(f->err.hint, "the batches before it are done");
    assert_value(f->app,
        "SELECT rows = (SELECT sum(n) FROM t WHERE n = 1) AND stripe = 205 % 8 AND stripes = 8 AND"
        " range_end IS NOT NULL FROM zdm.cursor WHERE plan = 'bs_bad'",
        "t");
    sql(f->app, "UPDATE t SET n = 0 WHERE n = 999999");
    f->spec.stripes = 3;
    fixture_own(f);
    fixture_run_ok(f);
    assert_all_once(f);
    fixture_free(f);
}

#ifdef ZDM_FAILPOINTS
static void
test_killed_between_stripes(void **state)
{
    static const char *const points[] = {"batch.before:3", "batch.after", "batch.after:8",
        "stripe.after", "stripe.after:7", "stripe.after:8", "stripe.after:50", "barrier.before"};

    (void)state;
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        struct fixture *f = counters("bs_kill", "g * 3 - 500");
        f->spec.batch_min = f->spec.batch_max = 10; /* three slices */
        f->spec.workers = i % 2 == 0 ? 3 : 1;
        run_until_killed(f, points[i]);
        fixture_own(f);
        fixture_run_ok(f);
        assert_all_once(f);
        fixture_free(f);
    }
}
#endif

/* A snapshot keeps what is dead: no room is won on any page, and after a look or two there are no stripes. */
static void
test_pinned(void **state)
{
    struct fixture *f = fixture_new("bs_pinned", NULL);
    struct zdm_conn *report = connect_to(f->conninfo, "report");

    (void)state;
    sql(f->app, "CREATE TABLE t (id int PRIMARY KEY, n int NOT NULL DEFAULT 0,"
                " pad text DEFAULT repeat('x', 100));"
                "INSERT INTO t SELECT g FROM generate_series(1, 100000) AS g; ANALYZE t");
    sql(report, "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1");
    /* Old enough to be told from what comes and goes. */
    await(f->app, "SELECT clock_timestamp() - xact_start > '1 s' FROM pg_stat_activity WHERE "
                  "application_name = 'report'");
    f->spec.limits.dead_percent = 100000;
    f->spec.table = "bs_pinned.t";
    f->spec.stripes = 8;
    f->spec.batch_min = f->spec.batch_max = 500;
    f->spec.pause_ms = 20;
    fixture_run_ok(f);
    sql(report, "ROLLBACK");
    zdm_conn_close(report);
    assert_has(f->notes.s, "no stripes for now: only ");
    assert_has(f->notes.s,
        " ranges were done without stripes, since dead rows stayed on their pages, kept by pid ");
    assert_value(f->app, "SELECT min(n) || ' ' || max(n) FROM t", "1 1");
    fixture_free(f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pinned),
        cmocka_unit_test(test_kinds_of_keys),
        cmocka_unit_test(test_dense_keys),
        cmocka_unit_test(test_order_of_batches),
        cmocka_unit_test(test_composite_key),
        cmocka_unit_test(test_where_hot_is_impossible),
        cmocka_unit_test(test_no_hash_no_stripes),
        cmocka_unit_test(test_locked_row),
        cmocka_unit_test(test_bad_row),
#ifdef ZDM_FAILPOINTS
        cmocka_unit_test(test_killed_between_stripes),
#endif
    };

    return cmocka_run_group_tests_name("batch_stripes", tests, NULL, NULL);
}
