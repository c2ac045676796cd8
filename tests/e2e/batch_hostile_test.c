/* A backfill finds its table and does its rows whatever operators stand first in the search path. */
#include "batch_map_fixture.h"
#include "pg_hostile.h"

static void
test_backfills(void **state)
{
    struct fixture *f = fixture_new("b_hostile", NULL);

    (void)state;
    sql(f->app, "CREATE TABLE k (id int PRIMARY KEY, a text NOT NULL, n int);"
                "INSERT INTO k SELECT i, i FROM generate_series(1, 500) i;"
                "CREATE UNIQUE INDEX ON k (a DESC, id);"
                "CREATE TABLE p (id date PRIMARY KEY, n int) PARTITION BY RANGE (id);"
                "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2020-01-01') TO ('2020-04-01');"
                "CREATE TABLE p2 PARTITION OF p FOR VALUES FROM ('2020-04-01') TO ('2021-01-01');"
                "INSERT INTO p SELECT '2020-01-01'::date + i FROM generate_series(0, 299) i;"
                "CREATE TABLE bare (a int, n int); INSERT INTO bare SELECT generate_series(1, 300);"
                "CREATE TABLE copy (id int PRIMARY KEY, a text, n int)");
    hostile_schema(f->app);
    char *database = value(f->app, "SELECT current_database()");
    sql(f->app, "ALTER DATABASE %s SET search_path = " HOSTILE_PATH, database);
    assert_int_equal(fixture_recover(f, &f->err), 0);
    assert_int_equal(zdm_conn_exec(f->control, "SELECT 1 = 1", NULL, &f->err), -1);
    assert_has(f->err.message, "hijacked operator"); /* the trap works */

    f->set.expr = "7";
    f->spec.where = "n IS NULL";
    f->spec.table = "b_hostile.k";
    f->spec.stripes = 2;
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) FROM k WHERE n = 7", "500");

    f->spec.step = "by two columns";
    f->spec.where = NULL;
    f->set.expr = "8";
    fixture_key(f, "a", "id", NULL);
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) FROM k WHERE n = 8", "500");
    fixture_key(f, NULL, NULL, NULL);

    f->spec.step = "partitions";
    f->spec.table = "b_hostile.p";
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) FROM p WHERE n = 8", "300");

    f->spec.step = "pages";
    f->spec.where = "n IS NULL";
    f->spec.stripes = 0;
    f->spec.table = "b_hostile.bare";
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) FROM bare WHERE n = 8", "300");

    f->spec.step = "copy";
    f->spec.where = NULL;
    f->spec.table = "b_hostile.k";
    f->spec.action = ZDM_BACKFILL_COPY;
    f->spec.into = "b_hostile.copy";
    f->spec.on_conflict = ZDM_CONFLICT_NOTHING;
    f->spec.n_set = 0;
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) FROM copy WHERE n = 8", "500");

    f->spec.step = "map";
    f->spec.n_set = 1;
    fixture_map(f, "a", "n", map_script_same);
    fixture_run_ok(f);
    assert_value(f->app, "SELECT count(*) FROM k WHERE n::text = a", "500");

    sql(f->app, "ALTER DATABASE %s RESET search_path; DROP SCHEMA evil CASCADE", database);
    free(database);
    assert_int_equal(fixture_recover(f, &f->err), 0);
    fixture_free(f);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_backfills),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
