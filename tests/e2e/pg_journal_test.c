#include "pg_journal_test.h"

static void
write_and_read(void **state)
{
    struct zdm_conn *conn = installed("t");
    struct zdm_journal_entry e = entry("b", "started", 2);
    struct zdm_journal_rows rows;

    (void)state;
    GOOD(zdm_journal_write(conn, &e, &err));
    e = entry("a", "done", 2);
    GOOD(zdm_journal_write(conn, &e, &err));
    struct zdm_journal_entry approval = {.plan = "p",
        .step = "gate",
        .item = "approval:live",
        .state = "approved",
        .kind = "approval",
        .who = "bob",
        .epoch = 0};
    GOOD(zdm_journal_write(conn, &approval, &err));
    e = entry("other plan", "done", 2);
    e.plan = "q";
    GOOD(zdm_journal_write(conn, &e, &err));

    GOOD(zdm_journal_read(conn, "p", &rows, &err));
    assert_int_equal(rows.count, 3);
    const struct zdm_journal_row *b = &rows.items[0]; /* in order of time */
    assert_string_equal(b->step, "b");
    assert_string_equal(b->item, "");
    assert_string_equal(b->state, "started");
    assert_string_equal(b->definition, entry("", "", 0).definition);
    assert_string_equal(b->detail, "{\"rows\": 3}");
    assert_string_equal(b->who, "ann@laptop");
    assert_int_equal(b->epoch, 2);
    assert_true(b->age_ms >= 0 && b->age_ms < 600000);
    assert_true(b->at_ms <= rows.items[1].at_ms);
    const struct zdm_journal_row *gate = zdm_journal_find(&rows, "gate", "approval:live");
    assert_non_null(gate);
    assert_null(gate->fingerprint);
    assert_null(gate->definition);
    assert_null(gate->detail);
    assert_null(zdm_journal_find(&rows, "gate", ""));
    assert_null(zdm_journal_find(&rows, "nosuch", ""));
    int64_t before = b->at_ms;
    zdm_journal_rows_release(&rows);

    /* started becomes done, with the time of that. */
    e = entry("b", "done", 3);
    e.detail = NULL;
    GOOD(zdm_journal_write(conn, &e, &err));
    GOOD(zdm_journal_read(conn, "p", &rows, &err));
    assert_int_equal(rows.count, 3);
    b = zdm_journal_find(&rows, "b", "");
    assert_string_equal(b->state, "done");
    assert_null(b->detail);
    assert_int_equal(b->epoch, 3);
    assert_true(b->at_ms >= before);
    assert_ptr_equal(b, &rows.items[2]);
    zdm_journal_rows_release(&rows);

    /* A run that was taken over does not overwrite; an approval is nobody's run. */
    e = entry("b", "started", 2);
    BAD(zdm_journal_write(conn, &e, &err), ZDM_ERR_OWNED, "taken over");
    must_exec(conn, "UPDATE zdm.journal SET epoch = 9 WHERE state = 'approved'");
    approval.who = "carol";
    GOOD(zdm_journal_write(conn, &approval, &err));
    expect_cell(conn, "SELECT who FROM zdm.journal WHERE state = 'approved'", "carol");

    e = entry("c", "nonsense", 3);
    BAD(zdm_journal_write(conn, &e, &err), ZDM_ERR_FAILED, "violates check constraint");
    e = entry("c", "done", 3);
    e.detail = "{not json";
    BAD(zdm_journal_write(conn, &e, &err), ZDM_ERR_FAILED, "json");

    /* Inside the caller's transaction it shares the transaction's fate. */
    must_exec(conn, "BEGIN");
    e = entry("c", "done", 3);
    GOOD(zdm_journal_write(conn, &e, &err));
    zdm_conn_rollback(conn);
    expect_cell(conn, "SELECT count(*) FROM zdm.journal WHERE step = 'c'", "0");
    zdm_conn_close(conn);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(write_and_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
