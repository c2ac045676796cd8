#include "pg_journal_test.h"

static void
epochs(void **state)
{
    struct zdm_conn *one = installed("t"), *two = installed("t");
    struct zdm_journal_plan *plans;
    int64_t first, second;
    size_t n;

    (void)state;
    GOOD(zdm_journal_take_over(one, "p", "f1", "ann", NULL, 1000, &first, &err));
    assert_int_equal(first, 1);
    must_exec(one, "INSERT INTO zdm.cursor (plan, step, slice, epoch) VALUES ('p', 's', 0, 1),"
                   " ('p', 's', 1, 1), ('other', 's', 0, 1)");
    GOOD(zdm_journal_take_over(two, "p", "f2", "bob", NULL, 1000, &second, &err));
    assert_int_equal(second, 2);
    expect_cell(
        two, "SELECT string_agg(epoch::text, ',' ORDER BY plan, slice) FROM zdm.cursor", "1,2,2");
    GOOD(zdm_journal_plans(two, &plans, &n, &err));
    assert_int_equal(n, 1);
    assert_string_equal(plans[0].name, "p");
    assert_string_equal(plans[0].fingerprint, "f2");
    assert_string_equal(plans[0].runner, "bob");
    assert_int_equal(plans[0].epoch, 2);
    assert_true(plans[0].at_ms > 0);
    zdm_journal_plans_free(plans, n);

    must_exec(one, "BEGIN");
    BAD(zdm_journal_fence(one, "p", first, &err), ZDM_ERR_OWNED, "bob, since ");
    zdm_conn_rollback(one);
    must_exec(two, "BEGIN");
    GOOD(zdm_journal_fence(two, "p", second, &err));
    GOOD(zdm_conn_commit(two, &err));

    /* Back in time: restored from a backup. */
    must_exec(one, "BEGIN");
    BAD(zdm_journal_fence(one, "p", 7, &err), ZDM_ERR_FAILED, "at an earlier run than ours");
    BAD(zdm_journal_fence(one, "nosuch", 1, &err), ZDM_ERR_FAILED, "does not know plan \"nosuch\"");
    zdm_conn_rollback(one);
    zdm_conn_close(one);
    zdm_conn_close(two);
}

static int
take_over_in_child(void *arg)
{
    struct zdm_conn *conn = connect_to(scratch.settings, "zdm-test-second");
    int64_t epoch = 0;
    int rc = zdm_journal_take_over(conn, "p", "f", "bob", NULL, 60000, &epoch, &err);

    (void)arg;
    if (rc < 0)
        fprintf(stderr, "%s\n", err.message);
    zdm_conn_close(conn);
    return rc < 0 ? 99 : (int)epoch;
}

/* A take-over lets the transaction in flight end first, be it a step's or a batch's. */
static void
take_over_waits(void **state)
{
    static const char *const works[] = {
        NULL, "UPDATE zdm.cursor SET pos = '7' WHERE plan = 'p' AND epoch = 2"};
    struct zdm_conn *one = installed("zdm/p"), *two = installed("t");
    int64_t epoch;

    (void)state;
    GOOD(zdm_journal_take_over(one, "p", "f", "ann", NULL, 1000, &epoch, &err));
    must_exec(one, "INSERT INTO zdm.cursor (plan, step, slice, epoch) VALUES ('p', 's', 0, 1)");
    for (int i = 0; i < 2; i++) {
        must_exec(one, "BEGIN");
        if (works[i])
            must_exec(one, works[i]);
        else
            GOOD(zdm_journal_fence(one, "p", epoch, &err));
        BAD(zdm_journal_take_over(two, "p", "f", "bob", NULL, 20, &epoch, &err), ZDM_ERR_OWNED,
            "zdm/p");
        assert_false(zdm_conn_in_transaction(two));
        pid_t child = in_child(take_over_in_child, NULL);
        wait_until(two, "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE application_name ="
                        " 'zdm-test-second' AND wait_event_type = 'Lock')");
        GOOD(zdm_conn_commit(one, &err));
        assert_int_equal(exit_of(child), 2 + i);
        /* What was committed before the take-over counts, and nothing after it. */
        must_exec(one, "BEGIN");
        BAD(zdm_journal_fence(one, "p", 1, &err), ZDM_ERR_OWNED, "bob");
        zdm_conn_rollback(one);
    }
    expect_cell(one, "SELECT pos || ' ' || epoch FROM zdm.cursor", "7 3");
    zdm_conn_close(one);
    zdm_conn_close(two);
}

static void
settle(void **state)
{
    struct zdm_conn *zombie = installed("zdm/p"), *ours = installed("t");
    int64_t epoch, later;

    (void)state;
    GOOD(zdm_journal_take_over(ours, "p", "f", "ann", NULL, 1000, &epoch, &err));
    GOOD(zdm_journal_settle(ours, "p", epoch, 1000, &err));
    must_exec(zombie, "BEGIN");
    GOOD(zdm_journal_fence(zombie, "p", epoch, &err));
    BAD(zdm_journal_settle(ours, "p", epoch, 20, &err), ZDM_ERR_OWNED, "pid ");
    GOOD(zdm_conn_commit(zombie, &err));
    GOOD(zdm_journal_settle(ours, "p", epoch, 1000, &err));
    GOOD(zdm_journal_take_over(zombie, "p", "f", "bob", NULL, 1000, &later, &err));
    BAD(zdm_journal_settle(ours, "p", epoch, 1000, &err), ZDM_ERR_OWNED, "bob");
    must_exec(zombie, "DELETE FROM zdm.plan");
    BAD(zdm_journal_settle(ours, "p", epoch, 1000, &err), ZDM_ERR_FAILED, "does not know");
    assert_false(zdm_conn_in_transaction(ours));
    zdm_conn_close(zombie);
    zdm_conn_close(ours);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(epochs),
        TEST(take_over_waits),
        TEST(settle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
