#include "pg_test.h"

static struct scratch scratch;

static int
open_scratch(void **state)
{
    (void)state;
    scratch_open(&scratch);
    return 0;
}

static int
close_scratch(void **state)
{
    (void)state;
    scratch_close(&scratch);
    return 0;
}

/* A role's own settings do not reach zdm's sessions, except those that are the role's business. */
static void
profile(void **state)
{
    (void)state;
    must_exec(scratch.admin, "DROP ROLE IF EXISTS zdm_test_odd");
    must_exec(scratch.admin,
        "CREATE ROLE zdm_test_odd LOGIN;"
        "ALTER ROLE zdm_test_odd SET DateStyle = 'SQL, DMY';"
        "ALTER ROLE zdm_test_odd SET bytea_output = 'escape';"
        "ALTER ROLE zdm_test_odd SET default_transaction_isolation = 'serializable';"
        "ALTER ROLE zdm_test_odd SET statement_timeout = '1ms';"
        "ALTER ROLE zdm_test_odd SET standard_conforming_strings = off;"
        "ALTER ROLE zdm_test_odd SET extra_float_digits = -15;"
        "ALTER ROLE zdm_test_odd SET search_path = 'elsewhere';"
        "ALTER ROLE zdm_test_odd SET TimeZone = 'Asia/Tokyo'");
    char *settings = settings_with("dbname", scratch.name, "user", "zdm_test_odd", NULL);
    struct zdm_conn *conn = connect_to(settings, "zdm/a plan");

    for (int round = 0; round < 2; round++) {
        expect_cell(conn, "SELECT date '2026-11-21'", "2026-11-21");
        expect_cell(conn, "SELECT date '03/04/2026'", "2026-04-03");
        expect_cell(conn, "SELECT 'a'::bytea", "\\x61");
        expect_cell(conn, "SHOW transaction_isolation", "read committed");
        expect_cell(conn, "SELECT pg_sleep(0.01) IS NULL", "f");
        expect_cell(conn, "SELECT length('\\n')", "2");
        expect_cell(conn, "SELECT 0.1::float8 + 0.2::float8", "0.30000000000000004");
        expect_cell(conn, "SHOW application_name", "zdm/a plan");
        expect_cell(conn, "SHOW client_encoding", "UTF8");
        expect_cell(conn, "SHOW search_path", "elsewhere");
        expect_cell(conn, "SHOW TimeZone", "Asia/Tokyo");
        /* What a user's SQL leaves behind goes away again. */
        must_exec(conn, "SET search_path = nowhere; SET lock_timeout = 1; SET DateStyle = 'German';"
                        "SET TimeZone = 'UTC'");
        struct zdm_err err = ZDM_ERR_INIT;
        assert_int_equal(zdm_conn_profile(conn, &err), 0);
    }
    expect_cell(conn, "SHOW lock_timeout", "0");
    assert_false(zdm_conn_proxied(conn));
    assert_true(zdm_conn_server_version(conn) >= 120000);
    zdm_conn_close(conn);
    free(settings);
    must_exec(scratch.admin, "DROP ROLE zdm_test_odd");
}

static void
parameters(void **state)
{
    struct zdm_conn *conn = connect_to(scratch.settings, "t");
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_result *r = NULL;

    (void)state;
    for (int prepared = 0; prepared < 2; prepared++) {
        const char *sql = "SELECT $1::int + 1 AS n, $2::text AS \"Mixed\", $3::text IS NULL AS b,"
                          " $2::text = '' AS empty";
        const char *values[] = {"41", "d\xc3\xa9j\xc3\xa0 'vu'", NULL};
        int rc = prepared ? zdm_conn_run(conn, "p", sql, 3, values, &r, &err)
                          : zdm_conn_query(conn, sql, 3, values, &r, &err);
        assert_int_equal(rc, 0);
        assert_int_equal(zdm_result_rows(r), 1);
        assert_int_equal(zdm_result_columns(r), 4);
        assert_int_equal(zdm_result_i64(r, 0, 0), 42);
        assert_int_equal(zdm_result_type(r, 0), 23);
        assert_string_equal(zdm_result_name(r, 1), "Mixed");
        assert_string_equal(zdm_result_get(r, 0, 1), values[1]);
        assert_true(zdm_result_bool(r, 0, 2));
        assert_false(zdm_result_bool(r, 0, 3));
        zdm_result_free(r);
    }
    assert_int_equal(ZDM_QUERY(conn, "SELECT NULL::int, NULL::bool, $1::text", &r, &err, "x"), 0);
    assert_null(zdm_result_get(r, 0, 0));
    assert_int_equal(zdm_result_i64(r, 0, 0), 0);
    assert_false(zdm_result_bool(r, 0, 1));
    zdm_result_free(r);

    /* Several statements at once, the last one's answer; nothing at all; tags. */
    assert_int_equal(
        zdm_conn_exec(
            conn, "CREATE TABLE t (i int); INSERT INTO t SELECT generate_series(1, 7)", &r, &err),
        0);
    assert_int_equal(zdm_result_affected(r), 7);
    zdm_result_free(r);
    assert_int_equal(zdm_conn_exec(conn, "ALTER TABLE t ADD COLUMN j int", &r, &err), 0);
    assert_int_equal(zdm_result_affected(r), 0);
    zdm_result_free(r);
    assert_int_equal(zdm_conn_exec(conn, "-- nothing", &r, &err), 0);
    assert_int_equal(zdm_result_rows(r), 0);
    zdm_result_free(r);
    /* Rows that nobody wants are not gathered. */
    assert_int_equal(
        zdm_conn_exec(conn, "SELECT repeat('x', 1000) FROM generate_series(1, 20000)", NULL, &err),
        0);
    /* A statement larger than any socket buffer, with an answer as large. */
    size_t n = 8000000;
    char *large = zdm_alloc(n + 1);
    memset(large, 'x', n);
    assert_int_equal(ZDM_QUERY(conn, "SELECT $1::text", &r, &err, large), 0);
    assert_string_equal(zdm_result_get(r, 0, 0), large);
    zdm_result_free(r);
    free(large);
    zdm_conn_close(conn);
}

/* A name that is used again for another text, an altered table, DISCARD by somebody's hook. */
static void
prepared_statements(void **state)
{
    struct zdm_conn *conn = connect_to(scratch.settings, "t");
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_result *r = NULL;
    const char *const texts[] = {"SELECT 1", "SELECT 2", "SELECT 1"};

    (void)state;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(zdm_conn_run(conn, "Odd \"name\"", texts[i], 0, NULL, &r, &err), 0);
        assert_int_equal(zdm_result_i64(r, 0, 0), i == 1 ? 2 : 1);
        zdm_result_free(r);
    }
    must_exec(conn, "CREATE TABLE p (a int); INSERT INTO p VALUES (5)");
    assert_int_equal(zdm_conn_run(conn, "star", "SELECT * FROM p", 0, NULL, NULL, &err), 0);
    must_exec(conn, "ALTER TABLE p ALTER a TYPE text USING 'five'");
    assert_int_equal(zdm_conn_run(conn, "star", "SELECT * FROM p", 0, NULL, &r, &err), 0);
    assert_string_equal(zdm_result_get(r, 0, 0), "five");
    zdm_result_free(r);
    must_exec(conn, "DISCARD ALL");
    assert_int_equal(zdm_conn_run(conn, "star", "SELECT * FROM p", 0, NULL, &r, &err), 0);
    zdm_result_free(r);
    assert_int_equal(err.code, ZDM_OK);
    /* An error of the statement itself is not mistaken for a stale preparation. */
    assert_int_equal(zdm_conn_run(conn, "bad", "SELECT 1 / 0", 0, NULL, &r, &err), -1);
    assert_string_equal(err.sqlstate, "22012");
    zdm_err_release(&err);
    zdm_conn_close(conn);
}

static void
errors(void **state)
{
    struct zdm_conn *conn = connect_to(scratch.settings, "t");
    struct zdm_err err = ZDM_ERR_INIT;

    (void)state;
    assert_int_equal(
        zdm_conn_exec(conn, "SELECT '\xc3\xa9', nosuch FROM pg_class", NULL, &err), -1);
    assert_int_equal(err.code, ZDM_ERR_FAILED);
    assert_string_equal(err.sqlstate, "42703");
    assert_int_equal(err.position, 13); /* characters, not bytes */
    assert_string_equal(err.message, "column \"nosuch\" does not exist");
    zdm_err_release(&err);

    /* The position of the second statement counts from the beginning of the text. */
    assert_int_equal(zdm_conn_exec(conn, "SELECT 1;\nSELEC 2", NULL, &err), -1);
    assert_string_equal(err.sqlstate, "42601");
    assert_int_equal(err.position, 11);
    zdm_err_release(&err);

    /* Inside a function the position is not in our text; the context says where. */
    must_exec(conn, "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS "
                    "'BEGIN RETURN nosuch; END'");
    assert_int_equal(zdm_conn_exec(conn, "SELECT f()", NULL, &err), -1);
    assert_int_equal(err.position, 0);
    assert_non_null(strstr(err.detail, "PL/pgSQL function f()"));
    zdm_err_release(&err);

    must_exec(conn, "CREATE TABLE u (i int PRIMARY KEY); INSERT INTO u VALUES (1)");
    assert_int_equal(ZDM_QUERY(conn, "INSERT INTO u VALUES ($1)", NULL, &err, "1"), -1);
    assert_string_equal(err.sqlstate, "23505");
    assert_non_null(strstr(err.detail, "(i)=(1)"));
    zdm_err_release(&err);
    assert_false(zdm_conn_lost(conn));
    expect_cell(conn, "SELECT count(*) FROM u", "1");
    zdm_conn_close(conn);
}

static void
transactions(void **state)
{
    struct zdm_conn *conn = connect_to(scratch.settings, "t");
    struct zdm_err err = ZDM_ERR_INIT;

    (void)state;
    assert_false(zdm_conn_in_transaction(conn));
    zdm_conn_rollback(conn);
    must_exec(conn, "BEGIN; CREATE TABLE r (i int)");
    assert_true(zdm_conn_in_transaction(conn));
    zdm_conn_rollback(conn);
    assert_false(zdm_conn_in_transaction(conn));
    expect_cell(conn, "SELECT to_regclass('r') IS NULL", "t");

    /* COMMIT of a transaction that failed is a rollback, and not a success. */
    must_exec(conn, "BEGIN");
    assert_int_equal(zdm_conn_exec(conn, "SELECT nosuch", NULL, &err), -1);
    assert_true(zdm_conn_in_transaction(conn));
    assert_int_equal(zdm_conn_commit(conn, &err), -1);
    assert_int_equal(err.code, ZDM_ERR_FAILED);
    assert_false(zdm_conn_in_transaction(conn));
    zdm_err_release(&err);

    /* A deferred constraint speaks up at COMMIT. */
    must_exec(conn, "CREATE TABLE d (i int UNIQUE DEFERRABLE INITIALLY DEFERRED)");
    must_exec(conn, "BEGIN; INSERT INTO d VALUES (1), (1)");
    assert_int_equal(zdm_conn_commit(conn, &err), -1);
    assert_string_equal(err.sqlstate, "23505");
    assert_false(zdm_conn_lost(conn));
    zdm_err_release(&err);

    must_exec(conn, "BEGIN; INSERT INTO d VALUES (2)");
    assert_int_equal(zdm_conn_commit(conn, &err), 0);
    expect_cell(conn, "SELECT count(*) FROM d", "1");
    zdm_conn_close(conn);
}

static void
copy_is_refused(void **state)
{
    static const char *const texts[] = {
        "COPY c FROM STDIN",
        "COPY c TO STDOUT",
        "SELECT 1; COPY c FROM STDIN; SELECT 2",
        "COPY (SELECT generate_series(1, 100000000)) TO STDOUT",
    };
    struct zdm_conn *conn = connect_to(scratch.settings, "t");

    (void)state;
    must_exec(conn, "CREATE TABLE c (i int)");
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        for (int wanted = 0; wanted < 2; wanted++) {
            struct zdm_err err = ZDM_ERR_INIT;
            struct zdm_result *r = NULL;
            assert_int_equal(zdm_conn_exec(conn, texts[i], wanted ? &r : NULL, &err), -1);
            assert_int_equal(err.code, ZDM_ERR_FAILED);
            assert_non_null(strstr(err.message, "cannot be used in a plan"));
            zdm_err_release(&err);
            assert_false(zdm_conn_lost(conn));
            expect_cell(conn, "SELECT 1", "1");
        }
    zdm_conn_close(conn);
}

struct notices {
    int n;
    char last[200];
};

static void
on_notice(void *self, const char *severity, const char *sqlstate, const char *message)
{
    struct notices *seen = self;

    seen->n++;
    snprintf(seen->last, sizeof seen->last, "%s %s %s", severity, sqlstate, message);
}

static void
notices(void **state)
{
    struct zdm_conn *conn = connect_to(scratch.settings, "t");
    struct notices seen = {.n = 0};

    (void)state;
    must_exec(conn, "DO 'BEGIN RAISE WARNING ''nobody listens''; END'");
    zdm_conn_on_notice(conn, on_notice, &seen);
    must_exec(conn, "DO 'BEGIN RAISE NOTICE ''hush''; RAISE WARNING ''careful''; END'");
    assert_int_equal(seen.n, 1);
    assert_string_equal(seen.last, "WARNING 01000 careful");
    zdm_conn_close(conn);
}

/* The backend is ended by somebody: at rest, in a transaction, in mid-statement. */
static void
lost_and_found(void **state)
{
    struct zdm_conn *conn = connect_to(scratch.settings, "t");
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_result *r = NULL;

    (void)state;
    must_exec(conn, "CREATE TABLE l (i int)");
    for (int round = 0; round < 3; round++) {
        char *kill = zdm_strf("SELECT pg_terminate_backend(%d, 30000)", zdm_conn_pid(conn));
        assert_int_equal(zdm_conn_run(conn, "one", "SELECT 1", 0, NULL, NULL, &err), 0);
        if (round > 0)
            must_exec(conn, "BEGIN; INSERT INTO l VALUES (1)");
        if (round == 2) { /* ends itself in mid-statement: the server says why */
            char *self = zdm_strf("SELECT pg_terminate_backend(%d)", zdm_conn_pid(conn));
            assert_int_equal(zdm_conn_exec(conn, self, &r, &err), -1);
            assert_string_equal(err.sqlstate, "57P01");
            free(self);
        } else {
            must_exec(scratch.admin, kill);
            assert_int_equal(zdm_conn_exec(conn, "SELECT 1", &r, &err), -1);
        }
        free(kill);
        assert_true(zdm_conn_lost(conn));
        assert_false(zdm_conn_in_transaction(conn));
        assert_int_equal(err.code, ZDM_ERR_FAILED);
        zdm_err_release(&err);

        /* Everything fails at once until a new session is made. */
        assert_int_equal(zdm_conn_exec(conn, "SELECT 1", &r, &err), -1);
        assert_non_null(strstr(err.message, "lost the connection to "));
        zdm_err_release(&err);
        assert_int_equal(zdm_conn_commit(conn, &err), -1);
        zdm_err_release(&err);
        zdm_conn_rollback(conn);

        assert_int_equal(zdm_conn_reconnect(conn, &err), 0);
        assert_false(zdm_conn_lost(conn));
        assert_int_equal(zdm_conn_run(conn, "one", "SELECT 1", 0, NULL, NULL, &err), 0);
        expect_cell(conn, "SELECT count(*) FROM l", "0");
        expect_cell(conn, "SHOW application_name", "t");
    }
    zdm_conn_close(conn);
}

/* An error that the server gives before it hangs up: what it said is kept. */
static void
idle_in_transaction(void **state)
{
    struct zdm_conn *conn = connect_to(scratch.settings, "zdm-test-idle");
    struct zdm_err err = ZDM_ERR_INIT;

    (void)state;
    must_exec(conn, "SET idle_in_transaction_session_timeout = '10ms'; BEGIN");
    wait_until(scratch.admin, "SELECT NOT EXISTS (SELECT FROM pg_stat_activity"
                              " WHERE application_name = 'zdm-test-idle')");
    assert_int_equal(zdm_conn_exec(conn, "SELECT 1", NULL, &err), -1);
    assert_true(zdm_conn_lost(conn));
    assert_string_equal(err.sqlstate, "25P03");
    zdm_err_release(&err);
    zdm_conn_close(conn);
}

static void
cannot_connect(void **state)
{
    static const struct {
        const char *key, *value, *sqlstate, *message;
        enum zdm_code code;
    } cases[] = {
        {"dbname", "zdm test nosuch", "3D000", "does not exist", ZDM_ERR_FAILED},
        {"user", "zdm test nosuch", "28000", "zdm test nosuch", ZDM_ERR_FAILED},
        {"host", "/nonexistent", "", "No such file or directory", ZDM_ERR_FAILED},
        {"host", "host.invalid", "", "host.invalid", ZDM_ERR_FAILED},
        {"port", "99999", "", "99999", ZDM_ERR_USAGE},
        {"port", "1", "", "cannot connect to ", ZDM_ERR_FAILED},
        {"sslmode", "nonsense", "", "nonsense", ZDM_ERR_USAGE},
        {"service", "zdm_test_nosuch", "", "zdm_test_nosuch", ZDM_ERR_USAGE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct zdm_err err = ZDM_ERR_INIT;
        struct zdm_conn *conn = NULL;
        char *settings =
            settings_with("password", "Geheim-4711", cases[i].key, cases[i].value, NULL);
        assert_int_equal(zdm_conn_open(settings, "t", &conn, &err), -1);
        assert_null(conn);
        if (err.code != cases[i].code || !strstr(err.message, cases[i].message) ||
            strcmp(err.sqlstate, cases[i].sqlstate) != 0)
            fail_msg("%s=%s: %d %s %s", cases[i].key, cases[i].value, (int)err.code, err.sqlstate,
                err.message);
        assert_non_null(err.hint);
        assert_null(strstr(err.message, "4711"));
        zdm_err_release(&err);
        free(settings);
    }
}

/* A reconnect to a server that is gone fails and leaves the session lost; a later one works. */
static void
reconnect_fails(void **state)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_conn *conn = connect_to(scratch.settings, "t");
    char *deny = zdm_strf("ALTER DATABASE %s ALLOW_CONNECTIONS false", scratch.name);
    char *allow = zdm_strf("ALTER DATABASE %s ALLOW_CONNECTIONS true", scratch.name);

    (void)state;
    must_exec(scratch.admin, deny);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(zdm_conn_reconnect(conn, &err), -1);
        assert_int_equal(err.code, ZDM_ERR_FAILED);
        assert_string_equal(err.sqlstate, "55000");
        assert_true(zdm_conn_lost(conn));
        zdm_err_release(&err);
        assert_int_equal(zdm_conn_exec(conn, "SELECT 1", NULL, &err), -1);
        zdm_err_release(&err);
    }
    must_exec(scratch.admin, allow);
    assert_int_equal(zdm_conn_reconnect(conn, &err), 0);
    expect_cell(conn, "SELECT 1", "1");
    zdm_conn_close(conn);
    free(deny);
    free(allow);
}

/* A timeout of one statement: whole or not at all, and nothing of it stays in the session. */
static void
within(void **state)
{
    const char *const values[] = {"7"};
    const struct zdm_statement_text good = {
        .sql = "INSERT INTO w VALUES ($1) RETURNING i", .n = 1, .values = values};
    const struct zdm_statement_text slow = {
        .sql = "INSERT INTO w SELECT $1::int FROM pg_sleep(30)", .n = 1, .values = values};
    struct zdm_conn *conn = connect_to(scratch.settings, "t");
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_result *r = NULL;

    (void)state;
    must_exec(conn, "CREATE TABLE w (i int)");
    assert_int_equal(zdm_conn_query_within(conn, 60000, &good, &r, &err), 0);
    assert_int_equal(zdm_result_i64(r, 0, 0), 7);
    zdm_result_free(r);
    assert_int_equal(zdm_conn_query_within(conn, 50, &slow, &r, &err), -1);
    assert_string_equal(err.sqlstate, "57014");
    assert_int_equal(err.code, ZDM_ERR_FAILED);
    zdm_err_release(&err);
    assert_false(zdm_conn_in_transaction(conn));
    expect_cell(conn, "SHOW statement_timeout", "0");
    expect_cell(conn, "SELECT string_agg(i::text, ',') FROM w", "7");
    assert_int_equal(zdm_conn_begin_with(conn, 60000, &good, &r, &err), 0);
    zdm_result_free(r);
    expect_cell(conn, "SHOW statement_timeout", "1min");
    assert_int_equal(zdm_conn_commit_with(conn, &good, &r, &err), 0);
    zdm_result_free(r);
    expect_cell(conn, "SHOW statement_timeout", "0");
    expect_cell(conn, "SELECT count(*) FROM w", "3");
    zdm_conn_close(conn);
}

static void
expect_prepared(struct zdm_conn *conn, const char *names)
{
    expect_cell(conn,
        "SELECT COALESCE(string_agg(substr(name, 5), ' ' ORDER BY name), '') FROM "
        "pg_prepared_statements",
        names);
}

/* From the second time on it is prepared, and planned with its values; others that take turns with it are, too;
 * and again when that was thrown away. */
static void
within_repeated(void **state)
{
    const char *const values[] = {"7"};
    const struct zdm_statement_text one = {.sql = "INSERT INTO v VALUES ($1) RETURNING "
                                                  "pg_catalog.current_setting('plan_cache_mode')",
        .n = 1,
        .values = values};
    const struct zdm_statement_text other = {
        .sql = "INSERT INTO v VALUES ($1::int + 1) RETURNING 'other'", .n = 1, .values = values};
    const struct {
        const struct zdm_statement_text *statement;
        const char *gives, *prepared;
    } steps[] = {{&one, "auto", ""}, {&one, "force_custom_plan", "timeout within_1"},
        {&one, "force_custom_plan", "timeout within_1"}, {&other, "other", "timeout within_1"},
        {&other, "other", "timeout within_1 within_2"},
        {&one, "force_custom_plan", "timeout within_1 within_2"}};
    struct zdm_conn *conn = connect_to(scratch.settings, "t");
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_result *r = NULL;

    (void)state;
    must_exec(conn, "CREATE TABLE v (i int)");
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        assert_int_equal(zdm_conn_query_within(conn, 60000, steps[i].statement, &r, &err), 0);
        assert_string_equal(zdm_result_get(r, 0, 0), steps[i].gives);
        zdm_result_free(r);
        expect_prepared(conn, steps[i].prepared);
    }
    must_exec(conn, "DEALLOCATE ALL");
    assert_int_equal(zdm_conn_query_within(conn, 60000, &one, &r, &err), 0);
    zdm_result_free(r);
    expect_cell(conn, "SELECT count(*) || ' ' || sum(i) FROM v", "7 51");
    expect_cell(conn, "SHOW plan_cache_mode", "auto");

    /* More of them than are kept in mind: the oldest one makes room, and comes anew. */
    for (int i = 0; i < 6; i++) {
        char *sql = zdm_strf("INSERT INTO v VALUES ($1::int + %d)", i % 3);
        const struct zdm_statement_text next = {.sql = sql, .n = 1, .values = values};
        assert_int_equal(zdm_conn_query_within(conn, 60000, &next, NULL, &err), 0);
        free(sql);
    }
    assert_int_equal(zdm_conn_query_within(conn, 60000, &one, NULL, &err), 0);
    expect_cell(conn, "SELECT count(*) || ' ' || sum(i) FROM v", "14 106");
    zdm_conn_close(conn);
}

/* A pair of statements with something in between; the first one, prepared, no longer fits its table. */
static void
pair_repeated(void **state)
{
    const char *const values[] = {"7"};
    const struct zdm_statement_text read = {
        .sql = "SELECT * FROM p WHERE i = $1 FOR UPDATE", .n = 1, .values = values};
    const struct zdm_statement_text write = {
        .sql = "UPDATE p SET n = n + 1 WHERE i = $1", .n = 1, .values = values};
    struct zdm_conn *conn = connect_to(scratch.settings, "t");
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_result *r = NULL;

    (void)state;
    must_exec(conn, "CREATE TABLE p (i int, n int); INSERT INTO p VALUES (7, 0)");
    for (int i = 0; i < 4; i++) {
        if (i == 3)
            must_exec(conn, "ALTER TABLE p ADD more text DEFAULT 'more'");
        assert_int_equal(zdm_conn_begin_with(conn, 60000, &read, &r, &err), 0);
        assert_int_equal(zdm_result_columns(r), i < 3 ? 2 : 3);
        zdm_result_free(r);
        assert_int_equal(zdm_conn_commit_with(conn, &write, NULL, &err), 0);
        assert_false(zdm_conn_in_transaction(conn));
        if (i < 3)
            expect_prepared(conn, i == 0 ? "" : "timeout within_1 within_2");
    }
    expect_cell(conn, "SELECT n FROM p", "4");
    zdm_conn_close(conn);
}

int
main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, open_scratch, close_scratch)
    const struct CMUnitTest tests[] = {
        TEST(profile),
        TEST(parameters),
        TEST(prepared_statements),
        TEST(errors),
        TEST(transactions),
        TEST(copy_is_refused),
        TEST(notices),
        TEST(lost_and_found),
        TEST(idle_in_transaction),
        cmocka_unit_test(cannot_connect),
        TEST(reconnect_fails),
        TEST(within),
        TEST(within_repeated),
        TEST(pair_repeated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
