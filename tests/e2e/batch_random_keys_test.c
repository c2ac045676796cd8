/* Ends of batches that are computed (batch/steps.h): every row once, wherever the keys lie. */
#include "batch_child.h"

#define ROWS "20000"

/* Looking up is always too dear. */
static struct fixture *
counters(const char *name, const char *key)
{
    struct fixture *f = fixture_new(name, NULL);

    sql(f->app,
        "CREATE TABLE t AS SELECT %s AS id, 0 AS n FROM generate_series(1, " ROWS ") AS g;"
        "ALTER TABLE t ADD PRIMARY KEY (id); ANALYZE t",
        key);
    f->spec.table = f->table = zdm_strf("%s.t", name);
    f->spec.batch_min = f->spec.batch_max = 200;
    f->spec.look_most = 1e-9;
    return f;
}

static void
assert_all_once(struct fixture *f)
{
    assert_value(f->app, "SELECT count(*) || ' ' || min(n) || ' ' || max(n) FROM t", ROWS " 1 1");
    char *cursors = value(f->app,
        "SELECT sum(rows) || ' ' || string_agg(DISTINCT state, ',') FROM zdm.cursor WHERE plan = "
        "'%s'",
        f->plan);
    assert_string_equal(cursors, ROWS " done");
    free(cursors);
}

static void
test_keys(void **state)
{
    static const struct {
        const char *key, *computed, *batches;
    } cases[] = {
        {"md5(g::text)::uuid", "t", "batches BETWEEN 90 AND 140"},
        {"(g * 7919 % 20011 - 9000)::int4", "t", "batches BETWEEN 90 AND 140"},
        {"(g * 7919 % 20011 - 9000)::int2", "t", "batches BETWEEN 90 AND 140"},
        {"g * 461168601842738", "t", "batches BETWEEN 90 AND 140"},
        /* Two clusters at the ends of int8. */
        {"CASE WHEN g % 2 = 0 THEN 9223372036854775807 - g ELSE -9223372036854775808 + g END", "t",
            "batches < 200"},
        /* Ever wider gaps. */
        {"(1.002 ^ g)::numeric(18)::int8 + g", "t", "batches < 800"},
        /* No number. */
        {"md5(g::text)", "f", "batches BETWEEN 100 AND 101"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture *f = counters("bst_keys", cases[i].key);
        fixture_run_ok(f);
        assert_all_once(f);
        if ((strstr(f->notes.s, "from now on it is computed") != NULL) !=
            (*cases[i].computed == 't'))
            fail_msg("%s: %s", cases[i].key, f->notes.s);
        char *as_expected =
            value(f->app, "SELECT %s FROM zdm.cursor WHERE plan = 'bst_keys'", cases[i].batches);
        char *batches = value(f->app, "SELECT batches FROM zdm.cursor WHERE plan = 'bst_keys'");
        if (strcmp(as_expected, "t") != 0)
            fail_msg("%s: %s batches", cases[i].key, batches);
        print_message("%s: %s batches\n", cases[i].key, batches);
        free(batches);
        free(as_expected);
        fixture_free(f);
    }
}

/* Most of the ranges have nothing to do. */
static void
test_where(void **state)
{
    struct fixture *f = counters("bst_where", "md5(g::text)::uuid");

    (void)state;
    f->spec.where = "id::text LIKE '7%'";
    fixture_run_ok(f);
    assert_value(f->app,
        "SELECT sum(n) = count(*) FILTER (WHERE id::text LIKE '7%') AND max(n) = 1 FROM t", "t");
    assert_has(f->notes.s, "from now on it is computed");
    fixture_free(f);
}

/* A bad row is found by halves, exactly. */
static void
test_bad_row(void **state)
{
    struct fixture *f = counters("bst_bad", "md5(g::text)::uuid");

    (void)state;
    sql(f->app, "ALTER TABLE t ADD CONSTRAINT small CHECK (n < 1000000) NOT VALID;"
                "UPDATE t SET n = 999999 WHERE id = md5('7')::uuid OR id = md5('4711')::uuid");
    f->spec.max_quarantine = 5;
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) || ' ' || sum(n) FROM t WHERE n < 999999", "19998 19998");
    assert_value(f->app,
        "SELECT string_agg(key, ' ' ORDER BY key) = (SELECT string_agg(id::text, ' ' ORDER BY id) "
        "FROM t"
        " WHERE n = 999999) FROM zdm.quarantine WHERE plan = 'bst_bad'",
        "t");
    fixture_free(f);
}

/* Between two keys the cursor is at none of the table's; the next run goes on from there. */
#ifdef ZDM_FAILPOINTS
static void
test_killed(void **state)
{
    static const char *const points[] = {
        "batch.before:20", "batch.after:25", "batch.after:60", "barrier.before"};

    (void)state;
    for (size_t i = 0; i < sizeof points / sizeof *points; i++) {
        struct fixture *f = counters("bst_kill", "md5(g::text)::uuid");
        f->spec.workers = i % 2 == 0 ? 3 : 1;
        run_until_killed(f, points[i]);
        fixture_own(f);
        fixture_run_ok(f);
        assert_all_once(f);
        fixture_free(f);
    }
}
#endif

/* Rows of a table that is larger than a few pages lie in random order of their keys: no stripes. */
static void
test_scattered(void **state)
{
    static const struct {
        const char *key, *stripes;
    } cases[] = {{"md5(g::text)::uuid", "1"}, {"g", "8"}};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct fixture *f = counters("bst_wide", cases[i].key);
        f->spec.stripes = 8;
        f->spec.look_most = 0;
        sql(f->app, "ALTER TABLE t ADD filler text; ALTER TABLE t ALTER filler SET STORAGE PLAIN;"
                    "UPDATE t SET filler = repeat('x', 450)");
        sql(f->app, "VACUUM FULL t");
        sql(f->app, "ANALYZE t");
        fixture_run_ok(f);
        assert_all_once(f);
        assert_value(f->app, "SELECT DISTINCT stripes FROM zdm.cursor WHERE plan = 'bst_wide'",
            cases[i].stripes);
        fixture_free(f);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_where),
        cmocka_unit_test(test_bad_row),
#ifdef ZDM_FAILPOINTS
        cmocka_unit_test(test_killed),
#endif
        cmocka_unit_test(test_scattered),
    };

    return cmocka_run_group_tests_name("batch_random_keys", tests, NULL, NULL);
}
