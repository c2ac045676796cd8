#include "pg_journal_test.h"

static void
install_twice(void **state)
{
    struct zdm_conn *conn = connect_to(scratch.settings, "t");
    char first[33], second[33];
    bool exists = true;

    (void)state;
    GOOD(zdm_journal_exists(conn, &exists, &err));
    assert_false(exists);
    expect_cell(conn, "SELECT to_regnamespace('zdm') IS NULL", "t");
    GOOD(zdm_journal_install(conn, &err));
    GOOD(zdm_journal_exists(conn, &exists, &err));
    assert_true(exists);
    GOOD(zdm_journal_target(conn, first, &err));
    assert_int_equal(strspn(first, "0123456789abcdef"), 32);
    GOOD(zdm_journal_install(conn, &err));
    GOOD(zdm_journal_target(conn, second, &err));
    assert_string_equal(first, second);
    /* Every table and column says what it is. */
    expect_cell(conn,
        "SELECT count(*) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relnamespace = 'zdm'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND"
        " (col_description(c.oid, a.attnum) IS NULL OR obj_description(c.oid) IS NULL)",
        "0");
    zdm_conn_close(conn);
}

static int
install_in_child(void *arg)
{
    struct zdm_conn *conn = connect_to(scratch.settings, "zdm-test-install");
    int rc = zdm_journal_install(conn, &err);

    (void)arg;
    if (rc < 0)
        fprintf(stderr, "%s\n", err.message);
    zdm_conn_close(conn);
    return rc < 0;
}

static void
install_at_once(void **state)
{
    struct zdm_conn *gate = connect_to(scratch.settings, "t");
    pid_t children[4];

    (void)state;
    /* All of them have seen that there is nothing before the first may begin. */
    must_exec(gate, "SELECT pg_advisory_lock(7594586201745213952)");
    for (int i = 0; i < 4; i++)
        children[i] = in_child(install_in_child, NULL);
    wait_until(gate, "SELECT count(*) = 4 FROM pg_stat_activity"
                     " WHERE application_name = 'zdm-test-install' AND wait_event = 'advisory'");
    must_exec(gate, "SELECT pg_advisory_unlock(7594586201745213952)");
    for (int i = 0; i < 4; i++)
        assert_int_equal(exit_of(children[i]), 0);
    expect_cell(gate, "SELECT count(*) FROM zdm.meta", "1");
    zdm_conn_close(gate);
}

static void
few_rights(void **state)
{
    struct zdm_conn *dba = connect_to(scratch.settings, "t");
    char *settings = settings_with("dbname", scratch.name, "user", "zdm Test Few", NULL);

    (void)state;
    must_exec(dba, "DROP ROLE IF EXISTS \"zdm Test Few\"; CREATE ROLE \"zdm Test Few\" LOGIN");
    struct zdm_conn *few = connect_to(settings, "t");

    BAD(zdm_journal_install(few, &err), ZDM_ERR_FAILED,
        "CREATE SCHEMA zdm AUTHORIZATION \"zdm Test Few\";");
    must_exec(dba, "CREATE SCHEMA zdm AUTHORIZATION \"zdm Test Few\"");
    GOOD(zdm_journal_install(few, &err));
    expect_cell(few, "SELECT count(*) FROM zdm.meta", "1");

    /* The schema is another's. */
    must_exec(dba, "DROP SCHEMA zdm CASCADE; CREATE SCHEMA zdm");
    BAD(zdm_journal_install(few, &err), ZDM_ERR_FAILED,
        "GRANT USAGE, CREATE ON SCHEMA zdm TO \"zdm Test Few\";");
    GOOD(zdm_journal_install(dba, &err));
    BAD(zdm_journal_install(few, &err), ZDM_ERR_FAILED,
        "GRANT USAGE, CREATE ON SCHEMA zdm TO \"zdm Test Few\"; GRANT SELECT, INSERT, UPDATE ON "
        "ALL "
        "TABLES IN SCHEMA zdm TO \"zdm Test Few\";");
    must_exec(dba, "GRANT USAGE, CREATE ON SCHEMA zdm TO \"zdm Test Few\";"
                   "GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA zdm TO \"zdm Test Few\"");
    GOOD(zdm_journal_install(few, &err));
    int64_t epoch;
    GOOD(zdm_journal_take_over(few, "p", "f", "ann", NULL, 1000, &epoch, &err));
    must_exec(few, "BEGIN");
    GOOD(zdm_journal_fence(few, "p", epoch, &err));
    zdm_conn_rollback(few);
    must_exec(dba, "REVOKE UPDATE ON zdm.plan FROM \"zdm Test Few\"");
    BAD(zdm_journal_install(few, &err), ZDM_ERR_FAILED, "may not write to the schema zdm");

    zdm_conn_close(few);
    free(settings);
    must_exec(dba, "DROP OWNED BY \"zdm Test Few\"; DROP ROLE \"zdm Test Few\"");
    zdm_conn_close(dba);
}

/* The tables of version 1, with a backfill under way. */
static void
upgrade(void **state)
{
    struct zdm_conn *dba = connect_to(scratch.settings, "t");
    char *settings = settings_with("dbname", scratch.name, "user", "zdm Test Few", NULL);

    (void)state;
    GOOD(zdm_journal_install(dba, &err));
    must_exec(dba,
        "ALTER TABLE zdm.cursor DROP COLUMN range_end, DROP COLUMN stripes, DROP COLUMN stripe_pos,"
        " DROP COLUMN part_of, DROP COLUMN round;"
        "ALTER TABLE zdm.control DROP COLUMN stripes; DROP TABLE zdm.quarantine, zdm.gate;"
        "ALTER TABLE zdm.journal DROP CONSTRAINT journal_state_check,"
        " ADD CONSTRAINT journal_state_check CHECK (state IN ('started', 'done', 'approved'));"
        "UPDATE zdm.meta SET version = 1;"
        "INSERT INTO zdm.cursor (plan, step, slice, epoch, pos, bound, batches, rows)"
        " VALUES ('p', 's', 0, 3, '10', '20', 2, 10);"
        "DROP ROLE IF EXISTS \"zdm Test Few\"; CREATE ROLE \"zdm Test Few\" LOGIN;"
        "GRANT USAGE, CREATE ON SCHEMA zdm TO \"zdm Test Few\";"
        "GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA zdm TO \"zdm Test Few\"");
    struct zdm_conn *few = connect_to(settings, "t");
    BAD(zdm_journal_install(few, &err), ZDM_ERR_FAILED, "let a role that owns the tables");
    expect_cell(dba, "SELECT version FROM zdm.meta", "1");

    GOOD(zdm_journal_install(dba, &err));
    expect_cell(dba, "SELECT version FROM zdm.meta", "13");
    expect_cell(dba,
        "SELECT concat_ws(' ', pos, stripe, stripes, range_end, stripe_pos, rows) FROM zdm.cursor",
        "10 0 1 10");
    expect_cell(dba, "SELECT count(stripes) FROM zdm.control", "0");
    must_exec(dba, "INSERT INTO zdm.journal (plan, step, state, kind, epoch, who)"
                   " VALUES ('p', 's', 'undone', 'sql', 1, 'ann')");
    expect_cell(dba, "SELECT has_table_privilege('zdm Test Few', 'zdm.cursor', 'DELETE')", "t");
    /* What a role could do it can do with the new table, and take rows out of it. */
    expect_cell(dba,
        "SELECT string_agg(p || ' ' || has_table_privilege('zdm Test Few', 'zdm.quarantine', p), "
        "', ')"
        " FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) AS p",
        "SELECT true, INSERT true, UPDATE true, DELETE true, TRUNCATE false");
    GOOD(zdm_journal_install(few, &err));
    GOOD(zdm_journal_install(dba, &err));

    zdm_conn_close(few);
    free(settings);
    must_exec(dba, "DROP OWNED BY \"zdm Test Few\"; DROP ROLE \"zdm Test Few\"");
    zdm_conn_close(dba);
}

static void
not_ours(void **state)
{
    struct zdm_conn *conn = connect_to(scratch.settings, "t");
    bool exists = true;
    char id[33];

    (void)state;
    must_exec(conn, "CREATE SCHEMA zdm; CREATE TABLE zdm.theirs (i int)");
    BAD(zdm_journal_install(conn, &err), ZDM_ERR_MISMATCH, "has a schema zdm that is not zdm's");
    expect_cell(conn,
        "SELECT string_agg(relname, ',') FROM pg_class"
        " WHERE relnamespace = 'zdm'::regnamespace",
        "theirs");
    GOOD(zdm_journal_exists(conn, &exists, &err));
    assert_false(exists);

    must_exec(conn, "DROP TABLE zdm.theirs; CREATE FUNCTION zdm.theirs() RETURNS int LANGUAGE sql"
                    " AS 'SELECT 1'");
    BAD(zdm_journal_install(conn, &err), ZDM_ERR_MISMATCH, "has a schema zdm that is not zdm's");

    must_exec(conn, "DROP FUNCTION zdm.theirs(); CREATE TABLE zdm.meta (theirs int);"
                    "CREATE TABLE zdm.plan (); CREATE TABLE zdm.journal ();"
                    "CREATE TABLE zdm.cursor ()");
    BAD(zdm_journal_install(conn, &err), ZDM_ERR_MISMATCH, "zdm.meta is not zdm's");

    must_exec(conn, "DROP SCHEMA zdm CASCADE");
    GOOD(zdm_journal_install(conn, &err));
    must_exec(conn, "UPDATE zdm.meta SET version = version + 1");
    BAD(zdm_journal_install(conn, &err), ZDM_ERR_MISMATCH, "upgrade zdm");
    must_exec(conn, "DELETE FROM zdm.meta");
    BAD(zdm_journal_install(conn, &err), ZDM_ERR_MISMATCH, "does not have the one row");
    BAD(zdm_journal_target(conn, id, &err), ZDM_ERR_MISMATCH, "does not have the one row");
    zdm_conn_close(conn);
}

static void
read_only(void **state)
{
    (void)state;
    char *sql = zdm_strf("ALTER DATABASE %s SET default_transaction_read_only = on", scratch.name);
    must_exec(scratch.admin, sql);
    free(sql);
    struct zdm_conn *conn = connect_to(scratch.settings, "t");
    BAD(zdm_journal_install(conn, &err), ZDM_ERR_FAILED, "is read-only");
    zdm_conn_close(conn);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(install_twice),
        TEST(install_at_once),
        TEST(few_rights),
        TEST(upgrade),
        TEST(not_ours),
        TEST(read_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
