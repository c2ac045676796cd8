/* What loading a catalog needs of the session and the server, and what it leaves alone. */
#include "pg_test.h"

#include <signal.h>

#include "catalog/compare.h"
#include "catalog/load.h"
#include "sql/catalog_names.h"

static struct scratch scratch;
static struct zdm_conn *dba;
static struct zdm_err err = ZDM_ERR_INIT;

static int
open_database(void **state)
{
    (void)state;
    scratch_open(&scratch);
    dba = connect_to(scratch.settings, "t");
    return 0;
}

static int
close_database(void **state)
{
    (void)state;
    zdm_conn_close(dba);
    scratch_close(&scratch);
    zdm_err_clear(&err);
    return 0;
}

static struct zdm_catalog *
load(struct zdm_conn *conn)
{
    struct zdm_catalog *catalog = NULL;

    if (zdm_catalog_load(conn, &catalog, &err) < 0)
        fail_msg("%s: %s", err.sqlstate, err.message);
    return catalog;
}

static void
expect_same(const struct zdm_catalog *a, const struct zdm_catalog *b)
{
    struct zdm_arena *arena = zdm_arena_new();
    size_t n;
    char **differences = zdm_catalog_compare(a, b, arena, &n);

    if (n)
        fail_msg("%zu differences, the first is: %s", n, differences[0]);
    zdm_arena_free(arena);
}

static void
few_rights(void **state)
{
    char *settings = settings_with("dbname", scratch.name, "user", "zdm_test_outsider", NULL);

    (void)state;
    must_exec(dba,
        "DROP ROLE IF EXISTS zdm_test_outsider; CREATE ROLE zdm_test_outsider LOGIN;"
        "ALTER ROLE zdm_test_outsider SET lock_timeout = '2s';"
        "ALTER ROLE zdm_test_outsider SET statement_timeout = '1min';"
        "ALTER ROLE zdm_test_outsider SET timezone = 'Asia/Tokyo';"
        "ALTER ROLE zdm_test_outsider SET search_path = pg_catalog, nowhere, closed, open;"
        "CREATE SCHEMA closed; CREATE SCHEMA open; GRANT USAGE ON SCHEMA open TO zdm_test_outsider;"
        "CREATE TABLE closed.t (id int PRIMARY KEY, a int DEFAULT 1 CHECK (a > 0));"
        "CREATE INDEX ON closed.t ((a + 1)) WHERE a > 5;"
        "CREATE VIEW closed.v AS SELECT * FROM closed.t");
    struct zdm_conn *outsider = connect_to(settings, "t");
    struct zdm_catalog *all = load(dba), *seen = load(outsider);

    assert_non_null(zdm_catalog_relation(seen, "closed", "t"));
    expect_same(all, seen);
    assert_string_equal(seen->user, "zdm_test_outsider");
    assert_true(zdm_catalog_surely_no_superuser(seen));
    assert_null(seen->rights_of); /* it owns nothing */
    /* The session itself has none: zdm's profile. */
    assert_int_equal(seen->lock_timeout_ms, 2000);
    assert_int_equal(seen->statement_timeout_ms, 60000);
    assert_string_equal(seen->time_zone, "Asia/Tokyo");
    assert_int_equal(seen->search_path.n, 1);
    assert_string_equal(seen->search_path.items[0], "open");
    zdm_catalog_free(all);
    zdm_catalog_free(seen);
    zdm_conn_close(outsider);
    free(settings);
    must_exec(dba, "DROP SCHEMA closed CASCADE; DROP OWNED BY zdm_test_outsider;"
                   "DROP ROLE zdm_test_outsider");
}

/* Every setting of the session, in one text. */
static char *
all_settings(struct zdm_conn *conn)
{
    return ask(conn, "SELECT string_agg(name || '=' || setting, ';' ORDER BY name) FROM pg_settings"
                     " WHERE name <> 'transaction_isolation'");
}

static void
session_untouched(void **state)
{
    struct zdm_conn *conn = connect_to(scratch.settings, "t");

    (void)state;
    must_exec(conn, "SET search_path = public, pg_temp; SET lock_timeout = '7s'; SET jit = on;"
                    "SET timezone = 'Europe/Paris'; CREATE TEMP TABLE mine (a int)");
    char *before = all_settings(conn);
    struct zdm_catalog *catalog = load(conn);
    char *after = all_settings(conn);

    assert_string_equal(before, after);
    assert_false(zdm_conn_in_transaction(conn));
    expect_cell(conn, "SHOW transaction_isolation", "read committed");
    expect_cell(conn, "SELECT count(*) FROM mine", "0");
    assert_string_equal(catalog->time_zone, "Europe/Paris");
    assert_int_equal(catalog->lock_timeout_ms, 0); /* of the role */
    /* Temporary tables of its own are in there, first of all of that name. */
    struct zdm_relation *mine = zdm_catalog_relation(catalog, NULL, "mine");
    assert_non_null(mine);
    assert_true(mine->temporary);
    zdm_catalog_free(catalog);

    /* Those of others are not. */
    catalog = load(dba);
    assert_null(zdm_catalog_relation(catalog, NULL, "mine"));
    assert_null(zdm_catalog_relation(catalog, "pg_temp", "mine"));
    zdm_catalog_free(catalog);
    free(before);
    free(after);
    zdm_conn_close(conn);
}

/* Operators of a schema that stands before pg_catalog are not called, however well they fit. */
static void
hostile_path(void **state)
{
    struct zdm_conn *conn = connect_to(scratch.settings, "t");

    (void)state;
    must_exec(conn,
        "CREATE SCHEMA trap;"
        "CREATE FUNCTION trap.spring(text, text) RETURNS bool LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE 'caught'; END $$;"
        "CREATE FUNCTION trap.spring(name, name) RETURNS bool LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE 'caught'; END $$;"
        "CREATE OPERATOR trap.= (FUNCTION = trap.spring, LEFTARG = text, RIGHTARG = text);"
        "CREATE OPERATOR trap.<> (FUNCTION = trap.spring, LEFTARG = name, RIGHTARG = name);"
        "SET search_path = trap, pg_catalog, public");
    struct zdm_catalog *catalog = load(conn);
    assert_int_equal(catalog->search_path.n, 2);
    assert_string_equal(catalog->search_path.items[0], "trap");
    zdm_catalog_free(catalog);
    must_exec(conn, "SET search_path = public; DROP SCHEMA trap CASCADE");
    zdm_conn_close(conn);
}

static void
not_in_a_transaction(void **state)
{
    struct zdm_catalog *catalog = NULL;

    (void)state;
    must_exec(dba, "BEGIN; CREATE TABLE unborn (a int)");
    assert_int_equal(zdm_catalog_load(dba, &catalog, &err), -1);
    assert_null(catalog);
    assert_true(zdm_conn_in_transaction(dba));
    expect_cell(dba, "SELECT count(*) FROM unborn", "0");
    zdm_conn_rollback(dba);
    zdm_err_clear(&err);
}

/* The server wants ACCESS SHARE to spell a CHECK: it is not waited for without end. */
static void
locked_table(void **state)
{
    struct zdm_conn *other = connect_to(scratch.settings, "t");
    struct zdm_catalog *catalog = NULL;

    (void)state;
    must_exec(dba, "CREATE TABLE guarded (a int DEFAULT 5 CHECK (a > 0)); CREATE TABLE plain (a "
                   "int DEFAULT 5)");
    must_exec(other, "BEGIN; LOCK TABLE plain");
    zdm_catalog_free(load(dba));
    must_exec(other, "LOCK TABLE guarded");
    assert_int_equal(zdm_catalog_load(dba, &catalog, &err), -1);
    assert_string_equal(err.sqlstate, "55P03");
    assert_non_null(err.hint);
    assert_non_null(strstr(err.detail, "public.guarded is locked by pid "));
    assert_non_null(strstr(err.detail, "LOCK TABLE guarded"));
    assert_null(strstr(err.detail, "plain is locked"));
    assert_null(catalog);
    assert_false(zdm_conn_in_transaction(dba));
    zdm_err_clear(&err);
    must_exec(other, "COMMIT");
    zdm_catalog_free(load(dba));
    must_exec(dba, "DROP TABLE guarded, plain");
    zdm_conn_close(other);
}

/* Loads in another process; what it returns is its exit status. */
static int
load_once(void *arg)
{
    struct zdm_conn *conn = connect_to(arg, "zdm-test-loader");
    struct zdm_catalog *catalog = load(conn);
    struct zdm_relation *second = zdm_catalog_relation(catalog, "public", "second");
    int rc = second && second->constraints.n == 0 ? 0 : 1;

    zdm_catalog_free(catalog);
    zdm_conn_close(conn);
    return rc;
}

/* A function goes while the loader, its snapshot taken, waits at a table before the one whose CHECK
 * calls it: the server cannot spell that CHECK any more, and all is read again. */
static void
function_gone(void **state)
{
    struct zdm_conn *other = connect_to(scratch.settings, "t");

    (void)state;
    must_exec(dba,
        "CREATE FUNCTION doomed(int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT true';"
        "CREATE TABLE first (a int CHECK (a > 0));"
        "CREATE TABLE second (a int CHECK (doomed(a)))");
    must_exec(other, "BEGIN; LOCK TABLE first");
    pid_t pid = in_child(load_once, scratch.settings);
    wait_until(dba,
        "SELECT count(*) = 1 FROM pg_locks WHERE relation = 'first'::regclass AND NOT granted");
    must_exec(dba, "DROP FUNCTION doomed CASCADE");
    must_exec(other, "COMMIT");
    assert_int_equal(exit_of(pid), 0);
    must_exec(dba, "DROP TABLE first, second");
    zdm_conn_close(other);
}

/* Makes and drops objects until it is killed. */
static int
churn(void *arg)
{
    struct zdm_conn *conn = connect_to(arg, "zdm-test-churn");

    for (;;)
        must_exec(conn,
            "CREATE TABLE churn (id serial PRIMARY KEY, a int CHECK (a > 0), b int GENERATED "
            "ALWAYS AS (a + 1) STORED);"
            "CREATE INDEX ON churn ((a * 2)) WHERE a > 3; CREATE VIEW churn_v AS SELECT a FROM "
            "churn;"
            "CREATE TYPE churn_type AS ENUM ('a'); CREATE FUNCTION churn_fn(churn_type) RETURNS int"
            " LANGUAGE sql RETURN 1; CREATE DOMAIN churn_domain AS int CHECK (VALUE > 0);"
            "CREATE TABLE churn_part (a churn_type) PARTITION BY LIST (a);"
            "CREATE TABLE churn_1 PARTITION OF churn_part FOR VALUES IN ('a');"
            "ALTER TABLE churn DROP COLUMN b;"
            "DROP VIEW churn_v; DROP TABLE churn, churn_part; DROP FUNCTION churn_fn;"
            "DROP TYPE churn_type; DROP DOMAIN churn_domain");
    return 0;
}

static void
concurrent_ddl(void **state)
{
    (void)state;
    must_exec(dba, "CREATE TABLE stays (id int PRIMARY KEY, a int CHECK (a > 0))");
    pid_t pid = in_child(churn, scratch.settings);

    wait_until(
        dba, "SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name = 'zdm-test-churn'");
    for (int i = 0; i < 100; i++) {
        struct zdm_catalog *catalog = load(dba);
        struct zdm_relation *stays = zdm_catalog_relation(catalog, "public", "stays");
        assert_non_null(stays);
        assert_int_equal(stays->columns.n, 2);
        assert_non_null(zdm_relation_constraint(stays, "stays_a_check")->check_sql);
        struct zdm_relation *churned = zdm_catalog_relation(catalog, "public", "churn");
        if (churned)
            assert_in_range(churned->columns.n, 2, 3);
        zdm_catalog_free(catalog);
    }
    kill(pid, SIGKILL);
    exit_of(pid);
    must_exec(dba, "DROP TABLE stays");
}

/* Things that only newer servers have. */
static void
newer_servers(void **state)
{
    (void)state;
    int version = zdm_conn_server_version(dba);
    if (version < 150000)
        skip();
    must_exec(dba, "CREATE SCHEMA sent; CREATE TABLE sent.t (id int PRIMARY KEY, a int, b int);"
                   "CREATE PUBLICATION of_schema FOR TABLES IN SCHEMA sent;"
                   "CREATE TABLE part_sent (id int PRIMARY KEY, a int, b int);"
                   "CREATE PUBLICATION of_columns FOR TABLE part_sent (id, a) WHERE (id > 3);"
                   "CREATE UNIQUE INDEX nnd ON part_sent (a) NULLS NOT DISTINCT");
    if (version >= 180000)
        must_exec(dba, "CREATE TABLE news (a int, b int GENERATED ALWAYS AS (a * 2) VIRTUAL,"
                       "  CONSTRAINT soft CHECK (a > 0) NOT ENFORCED);"
                       "ALTER TABLE news ADD CONSTRAINT late NOT NULL a NOT VALID");
    struct zdm_catalog *catalog = load(dba);
    struct zdm_relation *sent = zdm_catalog_relation(catalog, "sent", "t");
    struct zdm_relation *part = zdm_catalog_relation(catalog, "public", "part_sent");

    assert_true(sent->published);
    assert_true(part->published);
    assert_true(zdm_catalog_relation(catalog, "public", "nnd")->index->nulls_not_distinct);
    size_t blocking = 0;
    for (size_t i = 0; i < part->dependents.n; i++)
        blocking += !part->dependents.items[i]->automatic;
    assert_int_equal(blocking, 2); /* columns id and a, by the publication */
    if (version >= 180000) {
        struct zdm_relation *news = zdm_catalog_relation(catalog, "public", "news");
        assert_int_equal(zdm_relation_column(news, "b")->generated, 'v');
        assert_string_equal(zdm_relation_column(news, "b")->default_sql, "(a * 2)");
        assert_false(zdm_relation_constraint(news, "soft")->enforced);
        assert_int_equal(zdm_relation_constraint(news, "late")->kind, ZDM_CONSTRAINT_NOT_NULL);
        assert_false(zdm_relation_constraint(news, "late")->validated);
        assert_true(zdm_relation_column(news, "a")->not_null);
        assert_false(zdm_relation_column(news, "a")->not_null_valid);
    }
    zdm_catalog_free(catalog);
}

/* A publication of all tables: of those that are there and of those to come. */
static void
all_tables_published(void **state)
{
    (void)state;
    must_exec(dba, "CREATE TABLE kept (a int PRIMARY KEY); CREATE UNLOGGED TABLE fleeting (a int);"
                   "CREATE PUBLICATION inserts FOR ALL TABLES WITH (publish = 'insert')");
    struct zdm_catalog *catalog = load(dba);
    assert_int_equal(catalog->publications_all.n, 0);
    assert_false(zdm_catalog_relation(catalog, "public", "kept")->published);
    zdm_catalog_free(catalog);

    must_exec(dba, "CREATE PUBLICATION everything FOR ALL TABLES");
    catalog = load(dba);
    assert_int_equal(catalog->publications_all.n, 1);
    assert_string_equal(catalog->publications_all.items[0], "everything");
    assert_true(zdm_catalog_relation(catalog, "public", "kept")->published);
    assert_false(zdm_catalog_relation(catalog, "public", "fleeting")->published);
    zdm_catalog_free(catalog);
    must_exec(dba, "DROP PUBLICATION everything, inserts; DROP TABLE kept, fleeting");
}

/* The comparison sees each of these changes, and nothing else. */
static void
comparison(void **state)
{
    static const struct {
        const char *sql, *first, *second;
    } cases[] = {
        {"ALTER TABLE c ALTER b TYPE varchar(9)",
            "+ column public.c.b pg_catalog.varchar typmod 13",
            "- column public.c.b pg_catalog.text"},
        {"ALTER TABLE c ALTER b SET NOT NULL", "- column public.c.b pg_catalog.varchar typmod 13",
            "+ column public.c.b pg_catalog.varchar typmod 13 not null"},
        {"ALTER TABLE c ADD CHECK (a > 1) NOT VALID",
            "+ constraint public.c.c_a_check c (a) not valid", NULL},
        {"ALTER TABLE c VALIDATE CONSTRAINT c_a_check", "+ constraint public.c.c_a_check c (a)",
            "- constraint public.c.c_a_check c (a) not valid"},
        {"CREATE INDEX c_b ON c (b) WHERE a > 1",
            "+ index public.c_b on public.c btree (b) partial", NULL},
        {"CREATE VIEW cv AS SELECT a FROM c", "+ column public.cv.a pg_catalog.int4",
            "+ relation v public.cv"},
        {"ALTER TABLE c ENABLE ROW LEVEL SECURITY", "- relation r public.c",
            "+ relation r public.c row security"},
        {"ANALYZE c", NULL, NULL},
    };
    struct zdm_arena *arena = zdm_arena_new();

    (void)state;
    must_exec(dba, "CREATE TABLE c (a int, b text)");
    struct zdm_catalog *before = load(dba);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        must_exec(dba, cases[i].sql);
        struct zdm_catalog *after = load(dba);
        size_t n, found = 0, expected = (cases[i].first != NULL) + (cases[i].second != NULL);
        char **differences = zdm_catalog_compare(before, after, arena, &n);
        for (size_t k = 0; k < n; k++)
            found += (cases[i].first && strcmp(differences[k], cases[i].first) == 0) ||
                     (cases[i].second && strcmp(differences[k], cases[i].second) == 0);
        if (found != expected || (n != expected && !strstr(cases[i].sql, "VIEW")))
            fail_msg("%s: %zu differences, %s", cases[i].sql, n, n ? differences[0] : "none");
        zdm_catalog_free(before);
        before = after;
    }
    zdm_catalog_free(before);
    zdm_arena_free(arena);
    must_exec(dba, "DROP TABLE c CASCADE");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(few_rights),
        cmocka_unit_test(session_untouched),
        cmocka_unit_test(hostile_path),
        cmocka_unit_test(not_in_a_transaction),
        cmocka_unit_test(locked_table),
        cmocka_unit_test(function_gone),
        cmocka_unit_test(concurrent_ddl),
        cmocka_unit_test(newer_servers),
        cmocka_unit_test(all_tables_published),
        cmocka_unit_test(comparison),
    };
    return cmocka_run_group_tests(tests, open_database, close_database);
}
