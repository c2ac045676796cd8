/* Keys of several columns: every row once, in ranges that the index can find. */
#include "batch_fixture.h"

/* A table of these columns with this unique index, and rows from a query; every row must be updated
 * once, in small batches, also when the groups of the first column are larger than a batch. */
static void
walk(const char *name, const char *before, const char *columns, const char *index,
    const char *insert, const char *rows)
{
    struct fixture *f = fixture_new(name, NULL);
    char *table = zdm_strf("\"%s\".t", name);

    sql(f->app, "%s", before);
    sql(f->app,
        "CREATE TABLE t (%s, n int NOT NULL DEFAULT 0); CREATE UNIQUE INDEX the_key ON t (%s);"
        "INSERT INTO t %s; ANALYZE t",
        columns, index, insert);
    f->spec.table = table;
    f->spec.batch_min = 1;
    f->spec.batch_max = 7;
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) FILTER (WHERE n = 1) = count(*) FROM t", "t");
    assert_value(f->app, "SELECT count(*) FROM t", rows);
    char *counted = value(f->app, "SELECT rows FROM zdm.cursor WHERE plan = '%s'", name);
    assert_string_equal(counted, rows);
    free(counted);
    assert_int_equal(f->last.walked, f->last.total);
    free(table);
    fixture_free(f);
}

static void
test_two_and_three_columns(void **state)
{
    (void)state;
    walk("bc_groups", "", "a int NOT NULL, b bigint NOT NULL", "a, b",
        "SELECT g / 40, -g FROM generate_series(1, 400) AS g", "400");
    walk("bc_single_rows", "", "a int NOT NULL, b bigint NOT NULL", "a, b",
        "SELECT g, 1 FROM generate_series(1, 100) AS g", "100");
    walk("bc_one_group", "", "a int NOT NULL, b int NOT NULL", "a, b",
        "SELECT 1, g FROM generate_series(1, 100) AS g", "100");
    walk("bc_three", "", "a int NOT NULL, b text NOT NULL, c date NOT NULL", "a, b, c",
        "SELECT g / 60, chr(65 + g / 9 % 5), '2026-01-01'::date + g"
        " FROM generate_series(1, 300) AS g",
        "300");
    walk("bc_four", "", "a bool NOT NULL, b bool NOT NULL, c int NOT NULL, d uuid NOT NULL",
        "a, b, c, d",
        "SELECT g % 2 = 0, g % 3 = 0, g % 4, md5(g::text)::uuid FROM generate_series(1, 300) AS g",
        "300");
}

static void
test_directions(void **state)
{
    (void)state;
    walk("bc_desc", "", "a int NOT NULL, b int NOT NULL", "a DESC, b DESC",
        "SELECT g / 25, g FROM generate_series(1, 200) AS g", "200");
    walk("bc_mixed", "", "a int NOT NULL, b int NOT NULL, c int NOT NULL", "a, b DESC, c",
        "SELECT g / 50, g / 10, g FROM generate_series(1, 200) AS g", "200");
    walk("bc_mixed2", "", "a int NOT NULL, b text NOT NULL", "a DESC, b NULLS FIRST",
        "SELECT g / 25, 'v' || g FROM generate_series(1, 200) AS g", "200");
    walk(
        "bc_nulls", "", "a int NOT NULL", "a NULLS FIRST", "SELECT generate_series(1, 200)", "200");
}

static void
test_types(void **state)
{
    (void)state;
    walk("bc_times", "", "a timestamptz NOT NULL, b numeric NOT NULL", "a, b",
        "SELECT '2026-10-25 00:00+00'::timestamptz + g / 9 * interval '17 min', g / 7.0"
        " FROM generate_series(1, 200) AS g",
        "200");
    walk("bc_collations", "", "a text COLLATE \"und-x-icu\" NOT NULL, b text NOT NULL",
        "a, b COLLATE \"C\"",
        "SELECT x || g / 20, y || g FROM generate_series(1, 50) AS g,"
        " unnest('{é,E,z,\"a b\",\"q\\\"\"}'::text[]) AS x, unnest('{a,B}'::text[]) AS y",
        "500");
    walk("bc_domain",
        "CREATE DOMAIN pos AS int CHECK (VALUE > 0);"
        "CREATE TYPE mood AS ENUM ('z', 'a', 'it''s')",
        "a mood NOT NULL, b pos NOT NULL", "a, b",
        "SELECT m, g FROM unnest(enum_range(NULL::mood)) AS m, generate_series(1, 40) AS g", "120");
    walk("Bc Names", "CREATE DOMAIN \"D d\" AS text",
        "\"A-column-of-sixty-three-bytes-which-is-as-long-as-names-get-here\" int NOT NULL,"
        " \"B.\"\"b\" \"D d\" NOT NULL",
        "\"A-column-of-sixty-three-bytes-which-is-as-long-as-names-get-here\", \"B.\"\"b\"",
        "SELECT g / 30, 'x' || g FROM generate_series(1, 100) AS g", "100");
}

/* Equal keys with different texts: a group must not be done twice where two ranges meet in it. */
static void
test_equal_but_not_the_same(void **state)
{
    (void)state;
    walk("bc_numeric", "", "a numeric NOT NULL, b int NOT NULL", "a, b",
        "SELECT (g / 30 || CASE g % 3 WHEN 0 THEN '' WHEN 1 THEN '.0' ELSE '.000' END)::numeric, g"
        " FROM generate_series(1, 200) AS g",
        "200");
    walk("bc_nocase",
        "CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2',"
        " deterministic = false)",
        "a text COLLATE nocase NOT NULL, b int NOT NULL", "a, b",
        "SELECT CASE g % 2 WHEN 0 THEN 'Key' ELSE 'kEY' END || g / 30, g"
        " FROM generate_series(1, 200) AS g",
        "200");
}

static void
test_choice(void **state)
{
    struct fixture *f = fixture_new("bc_choice", NULL);

    (void)state;
    sql(f->app,
        "CREATE TABLE t (a int NOT NULL, b int NOT NULL, c uuid NOT NULL DEFAULT gen_random_uuid(),"
        " d text NOT NULL, e int, n int NOT NULL DEFAULT 0);"
        "CREATE UNIQUE INDEX t_d ON t (d); CREATE UNIQUE INDEX t_c ON t (c);"
        "CREATE UNIQUE INDEX t_ab ON t (b, a); CREATE UNIQUE INDEX t_e ON t (e);"
        "INSERT INTO t (a, b, d) SELECT g / 10, g %% 10, 'd' || g FROM generate_series(1, 90) AS "
        "g");
    f->spec.table = "bc_choice.t";
    fixture_run_ok(f);
    assert_has(f->notes.s, "walking along (b, a), index bc_choice.t_ab");
    assert_value(f->app, "SELECT count(*) FROM t WHERE n = 1", "90");
    assert_value(f->app,
        "SELECT split_part(relation, '/', 3) || ' ' || bound FROM zdm.cursor"
        " WHERE plan = 'bc_choice'",
        "2,1 [\"9\",\"8\"]");

    f->spec.step = "named";
    fixture_key(f, "A", "b", NULL);
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) FROM t WHERE n = 2", "90");
    f->spec.step = "other";
    fixture_key(f, "d", NULL, NULL);
    fixture_run_ok(f);
    assert_value(f->app, "SELECT bound FROM zdm.cursor WHERE step = 'other'", "d90");

    f->spec.step = "none";
    fixture_key(f, "a", "d", NULL);
    assert_int_equal(fixture_run(f), -1);
    assert_has(
        f->err.message, "no unique index of bc_choice.t can lead a backfill along columns a, d");
    assert_has(f->err.hint, "ON bc_choice.t (a, d)");
    fixture_key(f, "a", "e", NULL);
    assert_int_equal(fixture_run(f), -1);
    assert_has(f->err.message, "column e of bc_choice.t may be null");
    fixture_key(f, "a", "b", NULL);
    f->set.column = "b";
    assert_int_equal(fixture_run(f), -1);
    assert_has(
        f->err.message, "column b of bc_choice.t is in the key that the backfill walks along");
    fixture_free(f);
}

/* An index that is narrower than the one a backfill began with changes nothing for it. */
static void
test_resume(void **state)
{
    struct fixture *f = fixture_new("bc_resume", NULL);

    (void)state;
    sql(f->app, "CREATE TABLE t (a int NOT NULL, b int NOT NULL, c text, n int NOT NULL DEFAULT 0);"
                "CREATE UNIQUE INDEX ON t (a, b);"
                "INSERT INTO t SELECT g / 100, g, 'x' FROM generate_series(1, 500) AS g");
    f->spec.table = "bc_resume.t";
    f->set.expr = "n + CASE WHEN a = 3 AND c = 'x' THEN 1 / (a - 3) ELSE 1 END";
    assert_int_equal(fixture_run(f), -1);
    assert_has(f->err.message, "row of bc_resume.t with (a, b) = (3, 300)");
    assert_value(f->app, "SELECT count(*) FROM t WHERE n = 1", "299");
    sql(f->app, "UPDATE t SET c = 'y'; CREATE UNIQUE INDEX ON t (b)");
    fixture_own(f);
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) FROM t WHERE n = 1", "500");
    fixture_free(f);
}

/* What a batch reads does not grow with the group that it lies in. */
static void
test_large_group(void **state)
{
    struct fixture *f = fixture_new("bc_large", NULL);

    (void)state;
    sql(f->app, "CREATE TABLE t (a int, b int, n int NOT NULL DEFAULT 0, PRIMARY KEY (a, b));"
                "INSERT INTO t SELECT 1, g FROM generate_series(1, 60000) AS g");
    sql(f->app, "VACUUM ANALYZE t");
    f->spec.table = "bc_large.t";
    f->spec.batch_min = f->spec.batch_max = 500;
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) FROM t WHERE n = 1", "60000");
    /* 120 batches: were each to read the rest of the group, these would be 3,600,000. */
    await(f->app, "SELECT pg_stat_get_tuples_updated('t'::regclass) >= 60000");
    assert_value(f->app,
        "SELECT idx_tup_read < 400000 FROM pg_stat_user_indexes WHERE indexrelname = 't_pkey'"
        " AND schemaname = 'bc_large'",
        "t");
    fixture_free(f);
}

static void
test_refuses_to_scan(void **state)
{
    struct fixture *f = fixture_new("bc_scan", NULL);

    (void)state;
    sql(f->app, "CREATE TABLE t (a int, b int, n int NOT NULL DEFAULT 0, pad text DEFAULT"
                " repeat('x', 800), PRIMARY KEY (a, b));"
                "INSERT INTO t SELECT g, g FROM generate_series(1, 12000) AS g; ANALYZE t");
    f->spec.table = "bc_scan.t";
    sql(f->app, "ALTER ROLE CURRENT_USER SET enable_indexscan = off;"
                "ALTER ROLE CURRENT_USER SET enable_bitmapscan = off");
    int rc = fixture_run(f);
    sql(f->app, "ALTER ROLE CURRENT_USER RESET enable_indexscan;"
                "ALTER ROLE CURRENT_USER RESET enable_bitmapscan");
    assert_int_equal(rc, -1);
    assert_has(f->err.message, "each batch would read the whole of bc_scan.t");
    assert_has(f->err.hint, "ANALYZE bc_scan.t");
    /* A sub-select of the author's may. */
    f->set.expr = "n + 1 + (SELECT 0 * count(*) FROM (SELECT FROM t LIMIT 10) AS s)::int";
    sql(f->app, "SET search_path = bc_scan; ALTER ROLE CURRENT_USER SET search_path = bc_scan");
    rc = fixture_run(f);
    sql(f->app, "ALTER ROLE CURRENT_USER RESET search_path");
    assert_int_equal(rc, 0);
    assert_value(f->app, "SELECT count(*) FROM t WHERE n = 1", "12000");
    fixture_free(f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_and_three_columns),
        cmocka_unit_test(test_directions),
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_equal_but_not_the_same),
        cmocka_unit_test(test_choice),
        cmocka_unit_test(test_resume),
        cmocka_unit_test(test_large_group),
        cmocka_unit_test(test_refuses_to_scan),
    };

    return cmocka_run_group_tests_name("batch_composite", tests, NULL, NULL);
}
