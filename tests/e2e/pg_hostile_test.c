#include "pg_journal_test.h"

#include "pg/locks.h"
#include "pg_hostile.h"

/* Somebody else's operators, functions and types stand first in the search path. */
static void
hostile_search_path(void **state)
{
    struct zdm_conn *dba = connect_to(scratch.settings, "t");

    (void)state;
    hostile_schema(dba);
    char *sql = zdm_strf("ALTER DATABASE %s SET search_path = " HOSTILE_PATH, scratch.name);
    must_exec(dba, sql);
    free(sql);

    struct zdm_conn *conn = connect_to(scratch.settings, "zdm/p");
    /* The trap works. */
    BAD(zdm_conn_exec(conn, "SELECT 1 = 1", NULL, &err), ZDM_ERR_FAILED, "hijacked operator");
    BAD(zdm_conn_exec(conn, "SELECT now()", NULL, &err), ZDM_ERR_FAILED, "hijacked now");

    struct zdm_conn *other = connect_to(scratch.settings, "zdm/p");
    struct zdm_journal_entry e = entry("s", "done", 1);
    struct zdm_journal_rows rows;
    struct zdm_journal_plan *plans;
    struct zdm_blockers blockers;
    const struct zdm_wanted_lock wanted = {.relation = "zdm.plan"};
    char id[33], *holder = NULL;
    int64_t epoch;
    bool answer;
    size_t n;

    GOOD(zdm_journal_install(conn, &err));
    GOOD(zdm_journal_install(conn, &err));
    GOOD(zdm_journal_exists(conn, &answer, &err));
    GOOD(zdm_journal_target(conn, id, &err));
    GOOD(zdm_journal_own(conn, "p", &answer, NULL, &err));
    GOOD(zdm_journal_own(other, "p", &answer, &holder, &err));
    assert_false(answer);
    free(holder);
    GOOD(zdm_journal_take_over(conn, "p", "f", "ann", NULL, 1000, &epoch, &err));
    GOOD(zdm_journal_take_over(conn, "p", "f", "ann", NULL, 1000, &epoch, &err));
    GOOD(zdm_journal_write(conn, &e, &err));
    GOOD(zdm_journal_write(conn, &e, &err));
    GOOD(zdm_journal_settle(conn, "p", epoch, 1000, &err));
    GOOD(zdm_journal_read(conn, "p", &rows, &err));
    assert_int_equal(rows.count, 1);
    zdm_journal_rows_release(&rows);
    GOOD(zdm_journal_plans(conn, &plans, &n, &err));
    zdm_journal_plans_free(plans, n);
    must_exec(conn, "BEGIN");
    GOOD(zdm_journal_fence(conn, "p", epoch, &err));
    BAD(zdm_journal_take_over(other, "p", "f", "bob", NULL, 20, &epoch, &err), ZDM_ERR_OWNED,
        "zdm/p");
    GOOD(zdm_blockers_find(other, 1, &wanted, &blockers, &err));
    assert_int_equal(blockers.count, 1);
    zdm_blockers_release(&blockers);
    struct zdm_lock_queue queue;
    GOOD(zdm_lock_queue_look(other, zdm_conn_pid(conn), &queue, &err));
    zdm_lock_queue_release(&queue);
    zdm_conn_rollback(conn);
    GOOD(zdm_conn_profile(conn, &err));
    zdm_conn_close(conn);
    zdm_conn_close(other);
    zdm_conn_close(dba);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(hostile_search_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
