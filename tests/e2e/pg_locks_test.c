#include "pg_test.h"

#include "pg/locks.h"

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

static struct zdm_blockers
find(struct zdm_conn *conn, const char *relation, const char *mode)
{
    const struct zdm_wanted_lock wanted[] = {
        {"public.nosuch", mode, ZDM_WANTED_CHILDREN}, {relation, mode, ZDM_WANTED_ALONE}};
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_blockers found;

    if (zdm_blockers_find(conn, 2, wanted, &found, &err) < 0)
        fail_msg("%s", err.message);
    return found;
}

static size_t
count(struct zdm_conn *conn, const char *relation, const char *mode)
{
    struct zdm_blockers found = find(conn, relation, mode);
    size_t n = found.count;

    zdm_blockers_release(&found);
    return n;
}

static void
who_is_in_the_way(void **state)
{
    static const char name[] = "\"Odd \\ Schema\".\"My \"\"Table\"\"\"";
    struct zdm_conn *us = connect_to(scratch.settings, "t");
    struct zdm_conn *reader = connect_to(scratch.settings, "reader");
    struct zdm_conn *writer = connect_to(scratch.settings, "writer");

    (void)state;
    char *sql = zdm_strf("CREATE SCHEMA \"Odd \\ Schema\"; CREATE TABLE %s (i int);"
                         " CREATE TABLE bystander (i int)",
        name);
    must_exec(us, sql);
    free(sql);
    assert_int_equal(count(us, name, NULL), 0);

    sql = zdm_strf("BEGIN; SELECT * FROM %s", name);
    must_exec(reader, sql);
    free(sql);
    sql = zdm_strf("BEGIN;\nSELECT 1 FROM %s; INSERT INTO %s VALUES (1)", name, name);
    must_exec(writer, sql);
    free(sql);
    sql = zdm_strf("BEGIN; LOCK TABLE %s IN ACCESS SHARE MODE", name);
    must_exec(us, sql); /* our own lock is in nobody's way */
    free(sql);

    struct zdm_blockers found = find(us, name, NULL);
    assert_int_equal(found.count, 2);
    assert_int_equal(found.items[0].pid, zdm_conn_pid(reader)); /* the older transaction first */
    assert_string_equal(found.items[0].mode, "AccessShareLock");
    assert_string_equal(found.items[0].state, "idle in transaction");
    assert_string_equal(found.items[0].application, "reader");
    assert_string_equal(found.items[0].client, "local");
    assert_string_equal(found.items[0].relation, name);
    assert_true(found.items[0].transaction_age_ms >= found.items[1].transaction_age_ms);
    assert_true(found.items[0].statement_age_ms >= 0);
    assert_string_equal(found.items[1].mode, "RowExclusiveLock"); /* the stronger of its two */
    char *line = zdm_blocker_line(&found.items[1]);
    char *begin = zdm_strf("pid %d (app writer, user ", zdm_conn_pid(writer));
    assert_int_equal(strncmp(line, begin, strlen(begin)), 0);
    assert_non_null(strstr(line, " in transaction, idle): BEGIN;"));
    free(begin);
    free(line);
    zdm_blockers_release(&found);

    /* Only what conflicts with the mode that is wanted. */
    assert_int_equal(count(us, name, "AccessExclusiveLock"), 2);
    assert_int_equal(count(us, name, "ShareRowExclusiveLock"), 1);
    assert_int_equal(count(us, name, "ShareUpdateExclusiveLock"), 0);
    assert_int_equal(count(us, name, "RowExclusiveLock"), 0);
    assert_int_equal(count(us, "bystander", NULL), 0);
    zdm_conn_rollback(writer);
    assert_int_equal(count(us, name, "ShareRowExclusiveLock"), 0);
    zdm_conn_close(reader);
    zdm_conn_close(writer);
    zdm_conn_close(us);
}

static int
wait_for_table(void *arg)
{
    struct zdm_conn *conn = connect_to(scratch.settings, "zdm-test-waiter");

    (void)arg;
    must_exec(conn, "BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE; ROLLBACK");
    zdm_conn_close(conn);
    return 0;
}

static void
who_only_waits(void **state)
{
    struct zdm_conn *us = connect_to(scratch.settings, "t");
    struct zdm_conn *holder = connect_to(scratch.settings, "holder");

    (void)state;
    must_exec(us, "CREATE TABLE t (i int)");
    must_exec(holder, "BEGIN; LOCK TABLE t IN SHARE MODE");
    pid_t child = in_child(wait_for_table, NULL);
    wait_until(us, "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name ="
                   " 'zdm-test-waiter' AND wait_event_type = 'Lock')");
    struct zdm_blockers found = find(us, "t", NULL);
    assert_int_equal(found.count, 1);
    assert_string_equal(found.items[0].application, "holder");
    zdm_blockers_release(&found);
    zdm_conn_close(holder);
    assert_int_equal(exit_of(child), 0);
    zdm_conn_close(us);
}

static void
hidden_query(void **state)
{
    struct zdm_conn *dba = connect_to(scratch.settings, "dba");
    char *settings = settings_with("dbname", scratch.name, "user", "zdm_test_blind", NULL);

    (void)state;
    must_exec(dba, "DROP ROLE IF EXISTS zdm_test_blind; CREATE ROLE zdm_test_blind LOGIN;"
                   "CREATE TABLE t (i int)");
    struct zdm_conn *blind = connect_to(settings, "t");
    must_exec(dba, "BEGIN; LOCK TABLE t");
    struct zdm_blockers found = find(blind, "t", NULL);
    assert_int_equal(found.count, 1);
    assert_null(found.items[0].state);
    assert_int_equal(found.items[0].transaction_age_ms, -1);
    char *line = zdm_blocker_line(&found.items[0]);
    assert_non_null(strstr(line, "): (query hidden: needs pg_read_all_stats)"));
    free(line);
    zdm_blockers_release(&found);
    zdm_conn_rollback(dba);
    zdm_conn_close(blind);
    free(settings);
    must_exec(dba, "DROP ROLE zdm_test_blind");
    zdm_conn_close(dba);
}

static void
prepared_transaction(void **state)
{
    struct zdm_conn *us = connect_to(scratch.settings, "t");
    char *slots = ask(us, "SHOW max_prepared_transactions");
    bool possible = strcmp(slots, "0") != 0;

    (void)state;
    free(slots);
    if (!possible) {
        zdm_conn_close(us);
        print_message("max_prepared_transactions is 0 on this server\n");
        skip();
    }
    must_exec(us, "CREATE TABLE t (i int); CREATE TABLE u (i int)");
    must_exec(us, "BEGIN; INSERT INTO u VALUES (1); PREPARE TRANSACTION 'zdm test u'");
    must_exec(us, "BEGIN; INSERT INTO t VALUES (1); PREPARE TRANSACTION 'zdm test t'");
    struct zdm_blockers found = find(us, "t", "ShareLock");
    assert_int_equal(found.count, 1);
    assert_int_equal(found.items[0].pid, 0);
    assert_string_equal(found.items[0].application, "zdm test t");
    assert_string_equal(found.items[0].state, "prepared");
    assert_non_null(found.items[0].user);
    assert_true(found.items[0].transaction_age_ms >= 0);
    zdm_blockers_release(&found);
    must_exec(us, "ROLLBACK PREPARED 'zdm test t'");
    must_exec(us, "ROLLBACK PREPARED 'zdm test u'");
    zdm_conn_close(us);
}

int
main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, open_scratch, close_scratch)
    const struct CMUnitTest tests[] = {
        TEST(who_is_in_the_way),
        TEST(who_only_waits),
        TEST(hidden_query),
        TEST(prepared_transaction),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
