/* A large catalog is read in two sessions: it is the same, and one session will do. */
#include "pg_test.h"

#include "catalog/compare.h"
#include "catalog/load.h"
#include "sql/catalog_names.h"

static struct scratch scratch;
static struct zdm_conn *dba;

static int
open_large(void **state)
{
    (void)state;
    scratch_open(&scratch);
    dba = connect_to(scratch.settings, "t");
    /* Tables that were rolled back leave the table of columns as large as they made it. */
    must_exec(dba, "BEGIN; DO $$ BEGIN FOR i IN 1 .. 40 LOOP EXECUTE"
                   " (SELECT format('CREATE TABLE wide_%s (%s)', i,"
                   "    string_agg(format('c_%s int', k), ', ')) FROM generate_series(1, 1500) k);"
                   " END LOOP; END $$; ROLLBACK");
    expect_cell(dba, "SELECT pg_relation_size('pg_attribute') > 8 << 20", "t");
    must_exec(dba, "CREATE TABLE dated (a timestamptz DEFAULT '2020-01-01 00:00+00');"
                   "CREATE TABLE guarded (id int PRIMARY KEY, a int CHECK (a > 0))");
    return 0;
}

static int
close_large(void **state)
{
    (void)state;
    zdm_conn_close(dba);
    scratch_close(&scratch);
    return 0;
}

static struct zdm_catalog *
load(struct zdm_conn *conn)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_catalog *catalog = NULL;

    if (zdm_catalog_load(conn, &catalog, &err) < 0)
        fail_msg("%s: %s", err.sqlstate, err.message);
    return catalog;
}

/* A role that may have one session only reads what one with two reads, times as its session spells
 * them included. */
static void
same_in_one_session(void **state)
{
    char *settings = settings_with("dbname", scratch.name, "user", "zdm_test_single", NULL);
    struct zdm_arena *arena = zdm_arena_new();
    size_t n;

    (void)state;
    must_exec(dba, "DROP ROLE IF EXISTS zdm_test_single;"
                   "CREATE ROLE zdm_test_single LOGIN CONNECTION LIMIT 1");
    struct zdm_conn *single = connect_to(settings, "t");
    must_exec(single, "SET timezone = 'Asia/Tokyo'");
    must_exec(dba, "SET timezone = 'Asia/Tokyo'");
    struct zdm_catalog *one = load(single), *two = load(dba);
    must_exec(dba, "RESET timezone");

    char **differences = zdm_catalog_compare(one, two, arena, &n);
    if (n)
        fail_msg("%zu differences, the first is: %s", n, differences[0]);
    struct zdm_relation *dated = zdm_catalog_relation(two, "public", "dated");
    assert_non_null(strstr(zdm_relation_column(dated, "a")->default_sql, "09:00:00+09"));
    zdm_catalog_free(one);
    zdm_catalog_free(two);
    zdm_conn_close(single);
    must_exec(dba, "DROP ROLE zdm_test_single");
    zdm_arena_free(arena);
    free(settings);
}

static int
load_guarded(void *arg)
{
    struct zdm_conn *conn = connect_to(arg, "zdm-test-loader");
    struct zdm_catalog *catalog = load(conn);
    struct zdm_relation *guarded = zdm_catalog_relation(catalog, "public", "guarded");
    int rc = guarded && zdm_relation_constraint(guarded, "guarded_a_check") ? 0 : 1;

    zdm_catalog_free(catalog);
    zdm_conn_close(conn);
    return rc;
}

#define LOADERS " FROM pg_stat_activity WHERE application_name = 'zdm-test-loader'"

/* The second session waits at a table and is terminated there: the first one reads all of it. */
static void
second_is_lost(void **state)
{
    struct zdm_conn *other = connect_to(scratch.settings, "t");

    (void)state;
    must_exec(other, "BEGIN; LOCK TABLE guarded");
    pid_t pid = in_child(load_guarded, scratch.settings);
    wait_until(dba,
        "SELECT count(*) = 2 AND count(*) FILTER (WHERE wait_event_type = 'Lock') = 1" LOADERS);
    must_exec(dba, "SELECT pg_terminate_backend(pid)" LOADERS " AND wait_event_type = 'Lock'");
    wait_until(dba,
        "SELECT count(*) = 1 AND count(*) FILTER (WHERE wait_event_type = 'Lock') = 1" LOADERS);
    must_exec(other, "COMMIT");
    assert_int_equal(exit_of(pid), 0);
    zdm_conn_close(other);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_in_one_session),
        cmocka_unit_test(second_is_lost),
    };
    return cmocka_run_group_tests(tests, open_large, close_large);
}
