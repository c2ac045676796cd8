/* What zdm_catalog_load_live() reads of a server, and that statements wait for whom zdm says. */
#include "pg_test.h"

#include "catalog/live.h"
#include "catalog/load.h"
#include "sql/live.h"

static struct scratch scratch;
static struct zdm_conn *dba;

static int
open_database(void **state)
{
    (void)state;
    scratch_open(&scratch);
    dba = connect_to(scratch.settings, "zdm-test");
    return 0;
}

static int
close_database(void **state)
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
    struct zdm_catalog *catalog;

    if (zdm_catalog_load(conn, &catalog, &err) < 0 ||
        zdm_catalog_load_live(conn, catalog, &err) < 0)
        fail_msg("%s: %s", err.sqlstate, err.message);
    assert_non_null(catalog->live);
    return catalog;
}

static const struct zdm_live_transaction *
transaction_of(const struct zdm_live *live, const char *name)
{
    for (size_t i = 0; i < live->transactions.n; i++)
        if (live->transactions.items[i]->name &&
            strcmp(live->transactions.items[i]->name, name) == 0)
            return live->transactions.items[i];
    return NULL;
}

static void
traffic(void **state)
{
    struct zdm_conn *app = connect_to(scratch.settings, "app");

    (void)state;
    must_exec(app, "CREATE TABLE busy (id int PRIMARY KEY, a int)");
    must_exec(app, "INSERT INTO busy SELECT g, g FROM generate_series(1, 1000) g");
    must_exec(app, "UPDATE busy SET a = 0 WHERE id <= 10");
    must_exec(app, "DELETE FROM busy WHERE id = 1000");
    must_exec(app, "SET enable_seqscan = off");
    for (int i = 0; i < 7; i++)
        must_exec(app, "SELECT * FROM busy WHERE id = 5");
    must_exec(app, "CREATE TABLE idle (a int)");
    zdm_conn_close(app); /* a session sends its counts when it ends */
    wait_until(dba, "SELECT n_tup_ins = 1000 AND n_tup_del = 1 AND idx_scan >= 7"
                    "  FROM pg_stat_user_tables WHERE relname = 'busy'");
    char *scans = ask(dba, "SELECT seq_scan + idx_scan FROM pg_stat_user_tables"
                           " WHERE relname = 'busy'");

    struct zdm_catalog *catalog = load(dba);
    const struct zdm_relation *busy = zdm_catalog_relation(catalog, "public", "busy");
    char *seen = zdm_strf("%lld", (long long)busy->live->scans);
    assert_string_equal(seen, scans);
    assert_int_equal(busy->live->changes, 1011);
    assert_int_equal(busy->rows, 999); /* nobody has analyzed it */
    assert_true(busy->bytes >= 999);
    assert_null(zdm_catalog_relation(catalog, "public", "idle")->live);
    zdm_catalog_free(catalog);
    free(scans);
    free(seen);
}

static void
server(void **state)
{
    struct zdm_catalog *catalog = load(dba);
    const struct zdm_live *live = catalog->live;
    char *available =
        ask(dba, "SELECT current_setting('max_connections')::int"
                 " - current_setting('superuser_reserved_connections')::int"
                 " - coalesce(current_setting('reserved_connections', true), '0')::int");
    char *seen = zdm_strf("%lld", (long long)live->available);

    (void)state;
    assert_string_equal(seen, available);
    assert_in_range(live->connections, 1, live->available);
    assert_int_equal(live->temp_file_limit, -1);
    assert_string_equal(live->tablespace, "pg_default");
    assert_int_equal(strlen(live->since), strlen("2026-11-21"));
    assert_true(live->seconds >= 0);
    assert_false(live->blind);
    zdm_catalog_free(catalog);
    free(available);
    free(seen);
}

static void
limits(void **state)
{
    struct zdm_conn *conn = connect_to(scratch.settings, "zdm-test");

    (void)state;
    must_exec(conn, "SELECT pg_create_physical_replication_slot('zdm_live', true)");
    must_exec(conn, "SET temp_file_limit = '3MB'");
    must_exec(conn, "SET maintenance_work_mem = '2MB'");
    struct zdm_catalog *catalog = load(conn);
    assert_int_equal(catalog->live->temp_file_limit, 3 * 1024 * 1024);
    assert_int_equal(catalog->live->sort_memory, 2 * 1024 * 1024);
    assert_int_equal(catalog->live->slots.n, 1);
    assert_string_equal(catalog->live->slots.items[0]->name, "zdm_live");
    assert_false(catalog->live->slots.items[0]->active);
    assert_int_equal(catalog->live->slots.items[0]->safe_bytes, -1);
    zdm_catalog_free(catalog);

    /* And the limit is real: this is what disk-headroom warns of. */
    struct zdm_err err = ZDM_ERR_INIT;
    must_exec(
        conn, "CREATE TABLE sorted AS SELECT md5(g::text) AS t FROM generate_series(1, 200000) g");
    assert_int_equal(zdm_conn_exec(conn, "CREATE INDEX ON sorted (t)", NULL, &err), -1);
    assert_string_equal(err.sqlstate, "53400");
    zdm_err_release(&err);
    must_exec(conn, "SELECT pg_drop_replication_slot('zdm_live')");
    zdm_conn_close(conn);
}

/* --- Who waits for whom --- */

#define READS    "BEGIN; SELECT * FROM t"
#define WRITES   "BEGIN; UPDATE t SET a = 1"
#define SNAPSHOT "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT * FROM other"
#define PREPARES "BEGIN; UPDATE t SET a = 1; PREPARE TRANSACTION 'zdm_live'"
#define IDLES    "BEGIN; SELECT * FROM other"

static const struct {
    const char *holder, *statement;
    bool waits;
} cases[] = {
    {READS, "ALTER TABLE t ADD b int", true},
    {READS, "DROP INDEX t_a", true},
    {READS, "DROP INDEX CONCURRENTLY t_a", true},
    {READS, "REINDEX INDEX CONCURRENTLY t_a", true},
    {READS, "CREATE INDEX ON t (a)", false},
    {READS, "CREATE INDEX CONCURRENTLY n ON t (a)", false},
    {READS, "ALTER TABLE t SET (fillfactor = 50)", false},
    {READS, "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY", false},
    {"BEGIN; SELECT * FROM p", "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY", true},
    {WRITES, "CREATE INDEX ON t (a)", true},
    {WRITES, "CREATE INDEX CONCURRENTLY n ON t (a)", true},
    {WRITES, "ALTER TABLE t DISABLE TRIGGER USER", true},
    {WRITES, "ALTER TABLE t SET (fillfactor = 50)", false},
    {WRITES, "ALTER TABLE other ADD b int", false},
    {"BEGIN; LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE", "ALTER TABLE t SET (fillfactor = 50)",
        true},
    {"BEGIN; LOCK TABLE t IN SHARE MODE", "UPDATE t SET a = 2 WHERE a = 1", true},
    {"BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE", "CREATE VIEW v AS SELECT * FROM t", true},
    {SNAPSHOT, "CREATE INDEX CONCURRENTLY n ON t (a)", true},
    {SNAPSHOT, "REINDEX TABLE CONCURRENTLY t", true},
    {SNAPSHOT, "DROP INDEX CONCURRENTLY t_a", false},
    {SNAPSHOT, "ALTER TABLE t ADD b int", false},
    {IDLES, "CREATE INDEX CONCURRENTLY n ON t (a)", false},
    {PREPARES, "CREATE INDEX ON t (a)", true},
    {PREPARES, "CREATE INDEX CONCURRENTLY n ON t (a)", true},
    {PREPARES, "ALTER TABLE t SET (fillfactor = 50)", false},
};

/* The transaction is young, and the rule asks for old ones. */
static bool
is_found(struct zdm_catalog *catalog, const char *sql)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_parsed *parsed;
    bool found = false;

    for (size_t i = 0; i < catalog->live->transactions.n; i++)
        catalog->live->transactions.items[i]->age_ms += 60000;
    struct zdm_sql_context *context = zdm_sql_context_on(catalog, 0);
    if (zdm_sql_classify_in(sql, ZDM_WRAP_NEVER, context, &parsed, &err) < 0)
        fail_msg("%s", err.message);
    for (size_t i = 0; i < parsed->statements[0].n_findings; i++)
        found |= strcmp(parsed->statements[0].findings[i].rule, "old-transaction") == 0;
    zdm_parsed_free(parsed);
    zdm_sql_context_free(context);
    return found;
}

static bool
has_slots_to_prepare(void)
{
    char *slots = ask(dba, "SHOW max_prepared_transactions");
    bool has = strcmp(slots, "0") != 0;

    free(slots);
    return has;
}

static void
waits(void **state)
{
    bool prepares = has_slots_to_prepare();

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool prepared = strcmp(cases[i].holder, PREPARES) == 0;
        if (prepared && !prepares)
            continue;
        must_exec(dba, "CREATE TABLE t (a int); CREATE INDEX t_a ON t (a);"
                       "INSERT INTO t VALUES (1); CREATE TABLE other (a int);"
                       "CREATE TABLE p (a int) PARTITION BY LIST (a);"
                       "CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1)");
        struct zdm_conn *holder = connect_to(scratch.settings, "holder");
        must_exec(holder, cases[i].holder);
        bool found = is_found(load(dba), cases[i].statement);

        struct zdm_err err = ZDM_ERR_INIT;
        must_exec(dba, "SET lock_timeout = '100ms'");
        int rc = zdm_conn_exec(dba, cases[i].statement, NULL, &err);
        must_exec(dba, "RESET lock_timeout");
        if (rc < 0 && strcmp(err.sqlstate, "55P03") != 0)
            fail_msg("%s: %s", cases[i].statement, err.message);
        if (cases[i].waits != (rc < 0))
            fail_msg("%s | %s: PostgreSQL %s", cases[i].holder, cases[i].statement,
                rc < 0 ? "waits" : "does not wait");
        if (cases[i].waits != found)
            fail_msg("%s | %s: zdm says that it %s", cases[i].holder, cases[i].statement,
                found ? "waits" : "does not wait");
        zdm_err_release(&err);
        if (prepared)
            must_exec(holder, "ROLLBACK PREPARED 'zdm_live'");
        zdm_conn_close(holder);
        wait_until(dba, "SELECT count(*) = 0 FROM pg_stat_activity"
                        " WHERE datname = current_database() AND application_name = 'holder'");
        must_exec(dba, "DROP TABLE IF EXISTS t, other, p, p1 CASCADE");
    }
}

static void
what_is_told(void **state)
{
    struct zdm_conn *app = connect_to(scratch.settings, "web");

    (void)state;
    must_exec(dba, "CREATE TABLE told (a int)");
    must_exec(app, "BEGIN; SELECT 'secret' FROM told");
    struct zdm_catalog *catalog = load(dba);
    const struct zdm_live_transaction *by = transaction_of(catalog->live, "web");
    assert_non_null(by);
    assert_int_equal(by->kind, ZDM_LIVE_SESSION);
    assert_int_equal(by->pid, zdm_conn_pid(app));
    assert_string_equal(by->state, "idle in transaction");
    assert_non_null(by->user);
    assert_in_range(by->age_ms, 0, 3600000);
    assert_false(by->snapshot);
    const struct zdm_live_relation *told = zdm_catalog_relation(catalog, "public", "told")->live;
    assert_int_equal(told->locks.n, 1);
    assert_ptr_equal(told->locks.items[0]->by, by);
    assert_int_equal(told->locks.items[0]->mode, ZDM_LOCK_ACCESS_SHARE);
    zdm_catalog_free(catalog);
    zdm_conn_close(app);
}

/* Another session's transaction is hidden from it, a prepared one is not; all else is there. */
static void
without_rights(void **state)
{
    struct zdm_conn *app = connect_to(scratch.settings, "web");
    struct zdm_conn *blind = connect_to(scratch.settings, "blind");
    bool prepares = has_slots_to_prepare();

    (void)state;
    must_exec(dba, "CREATE ROLE zdm_blind; CREATE TABLE hidden (a int)");
    if (prepares)
        must_exec(app, "BEGIN; INSERT INTO hidden VALUES (1); PREPARE TRANSACTION 'zdm_blind'");
    must_exec(app, "BEGIN; SELECT * FROM hidden");
    must_exec(blind, "SET ROLE zdm_blind");
    struct zdm_catalog *catalog = load(blind);
    assert_true(catalog->live->blind);
    assert_null(transaction_of(catalog->live, "web"));
    assert_true(!prepares == !transaction_of(catalog->live, "zdm_blind"));
    assert_true(catalog->live->connections >= 3);
    zdm_catalog_free(catalog);
    zdm_conn_close(blind);
    must_exec(app, "ROLLBACK");
    if (prepares)
        must_exec(app, "ROLLBACK PREPARED 'zdm_blind'");
    zdm_conn_close(app);
    must_exec(dba, "DROP ROLE zdm_blind");
}

/* Operators that somebody put before those of PostgreSQL are not called. */
static void
hostile_path(void **state)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_catalog *catalog;
    struct zdm_conn *conn = connect_to(scratch.settings, "zdm-test");

    (void)state;
    must_exec(conn,
        "CREATE SCHEMA trap;"
        "CREATE FUNCTION trap.spring(name, name) RETURNS bool LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE 'caught'; END $$;"
        "CREATE OPERATOR trap.= (FUNCTION = trap.spring, LEFTARG = name, RIGHTARG = name)");
    if (zdm_catalog_load(conn, &catalog, &err) < 0)
        fail_msg("%s", err.message);
    must_exec(conn, "SET search_path = trap, pg_catalog");
    if (zdm_catalog_load_live(conn, catalog, &err) < 0)
        fail_msg("%s", err.message);
    assert_non_null(catalog->live);
    zdm_catalog_free(catalog);
    expect_cell(conn, "SHOW search_path", "trap, pg_catalog");
    must_exec(conn, "SET search_path = public; DROP SCHEMA trap CASCADE");
    zdm_conn_close(conn);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(traffic),
        cmocka_unit_test(server),
        cmocka_unit_test(limits),
        cmocka_unit_test(waits),
        cmocka_unit_test(what_is_told),
        cmocka_unit_test(without_rights),
        cmocka_unit_test(hostile_path),
    };

    return cmocka_run_group_tests(tests, open_database, close_database);
}
