#include "pg_journal_test.h"

static void
own(void **state)
{
    struct zdm_conn *one = connect_to(scratch.settings, "zdm/Caf\xc3\xa9 plan");
    struct zdm_conn *two = connect_to(scratch.settings, "t");
    const char *plan = "Caf\xc3\xa9 plan";
    char *holder = NULL;
    bool taken = false;

    (void)state;
    GOOD(zdm_journal_own(one, plan, &taken, &holder, &err));
    assert_true(taken);
    assert_null(holder);
    GOOD(zdm_journal_own(one, plan, &taken, NULL, &err));
    assert_true(taken);
    expect_cell(one, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'", "1");

    GOOD(zdm_journal_own(two, plan, &taken, &holder, &err));
    assert_false(taken);
    char *pid = zdm_strf("pid %d, user ", zdm_conn_pid(one));
    assert_non_null(strstr(holder, pid));
    assert_non_null(strstr(holder, ", local, since "));
    free(pid);
    free(holder);
    GOOD(zdm_journal_own(two, plan, &taken, NULL, &err));
    assert_false(taken);
    GOOD(zdm_journal_own(two, "another", &taken, NULL, &err));
    assert_true(taken);

    zdm_conn_close(one); /* as a kill -9 would */
    wait_until(two, "SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory'");
    GOOD(zdm_journal_own(two, plan, &taken, NULL, &err));
    assert_true(taken);
    zdm_conn_close(two);
}

/* Who may not look at other people's sessions still learns who holds the plan. */
static void
own_few_rights(void **state)
{
    struct zdm_conn *dba = connect_to(scratch.settings, "zdm/p");
    char *settings = settings_with("dbname", scratch.name, "user", "zdm_test_blind", NULL);
    char *holder = NULL;
    bool taken;

    (void)state;
    must_exec(dba, "DROP ROLE IF EXISTS zdm_test_blind; CREATE ROLE zdm_test_blind LOGIN");
    struct zdm_conn *blind = connect_to(settings, "t");
    GOOD(zdm_journal_own(dba, "p", &taken, NULL, &err));
    GOOD(zdm_journal_own(blind, "p", &taken, &holder, &err));
    assert_false(taken);
    char *expected = zdm_strf("pid %d, user postgres, zdm/p", zdm_conn_pid(dba));
    char *user = ask(dba, "SELECT current_user = 'postgres'");
    if (strcmp(user, "t") == 0)
        assert_string_equal(holder, expected);
    free(user);
    free(expected);
    free(holder);
    zdm_conn_close(blind);
    free(settings);
    must_exec(dba, "DROP ROLE zdm_test_blind");
    zdm_conn_close(dba);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(own),
        TEST(own_few_rights),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
