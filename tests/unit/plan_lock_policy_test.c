#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "plan/lock_policy.h"
#include "plan_fixture.h"

struct judged {
    struct zdm_plan *plan;
    struct zdm_plan_report report;
    struct zdm_lock_policy policy;
};

static void
judge(struct judged *j, enum zdm_phase phase, const char *sql)
{
    j->plan = zdm_plan_new();
    j->report = (struct zdm_plan_report)ZDM_PLAN_REPORT_INIT;
    add_sql(j->plan, phase, "s", sql);
    zdm_plan_check(j->plan, &j->report); /* whether it is allowed is not asked here */
    zdm_lock_policy_of(j->plan, &j->report, 0, &j->policy);
}

static void
done(struct judged *j)
{
    zdm_lock_policy_release(&j->policy);
    zdm_plan_report_release(&j->report);
    zdm_plan_free(j->plan);
}

static void
classes(void **state)
{
    static const struct {
        const char *sql;
        enum zdm_lock_class class;
        int64_t first_ms, most_ms, statement_ms;
    } cases[] = {
        {"ALTER TABLE t ADD COLUMN a int", ZDM_LOCKS_BRIEF, 50, 2000, 5000},
        {"ALTER TABLE t ADD COLUMN a int; COMMENT ON COLUMN t.a IS 'x'; GRANT SELECT ON t TO bob",
            ZDM_LOCKS_BRIEF, 50, 2000, 5000},
        {"CREATE TABLE n (i int)", ZDM_LOCKS_BRIEF, 50, 2000, 5000},
        {"ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES r NOT VALID", ZDM_LOCKS_BRIEF,
            50, 2000, 5000},
        /* Work under the lock has no limit. */
        {"ALTER TABLE t VALIDATE CONSTRAINT f", ZDM_LOCKS_LONG, 50, 2000, 0},
        {"ALTER TABLE t ALTER a SET NOT NULL", ZDM_LOCKS_LONG, 50, 2000, 0},
        {"CREATE INDEX ON t (a)", ZDM_LOCKS_LONG, 50, 2000, 0},
        {"ALTER TABLE t ADD COLUMN a int; UPDATE t SET a = 1", ZDM_LOCKS_LONG, 50, 2000, 0},
        {"LOCK TABLE t", ZDM_LOCKS_LONG, 50, 2000, 0},
        /* What it does is not known, or may take any time. */
        {"DO $$ BEGIN END $$", ZDM_LOCKS_LONG, 50, 2000, 0},
        {"SELECT f()", ZDM_LOCKS_LONG, 50, 2000, 0},
        {"CREATE TABLE n AS SELECT 1", ZDM_LOCKS_LONG, 50, 2000, 0},
        /* Nobody queues behind it for the table. */
        {"UPDATE t SET a = 1", ZDM_LOCKS_ROWS, 2000, 2000, 0},
        {"INSERT INTO t VALUES (1)", ZDM_LOCKS_ROWS, 2000, 2000, 0},
        {"CREATE INDEX CONCURRENTLY i ON t (a)", ZDM_LOCKS_ALONE, 0, 0, 0},
        {"DROP INDEX CONCURRENTLY i", ZDM_LOCKS_ALONE, 0, 0, 0},
        {"VACUUM t", ZDM_LOCKS_ALONE, 0, 0, 0},
        {"REINDEX TABLE CONCURRENTLY t", ZDM_LOCKS_ALONE, 0, 0, 0},
        {"ALTER TABLE m DETACH PARTITION p CONCURRENTLY", ZDM_LOCKS_ALONE, 0, 2000, 0},
        {"VACUUM FULL t", ZDM_LOCKS_LONG, 50, 2000, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct judged j;
        judge(&j, ZDM_PHASE_EXPAND, cases[i].sql);
        if (j.policy.class != cases[i].class)
            fail_msg("%s: %s, not %s", cases[i].sql, zdm_lock_class_name(j.policy.class),
                zdm_lock_class_name(cases[i].class));
        assert_int_equal(j.policy.first_ms, cases[i].first_ms);
        assert_int_equal(j.policy.most_ms, cases[i].most_ms);
        assert_int_equal(j.policy.statement_ms, cases[i].statement_ms);
        done(&j);
    }
}

static void
other_kinds(void **state)
{
    struct zdm_plan *plan = zdm_plan_new();
    struct zdm_plan_report report = ZDM_PLAN_REPORT_INIT;
    struct zdm_lock_policy policy;

    (void)state;
    add_sql(plan, ZDM_PHASE_EXPAND, "a", "ALTER TABLE t ADD COLUMN a int");
    add_backfill(plan, "b", "t", "a", "1", NULL);
    add_gate(plan, "g", NULL);
    add_step(plan, ZDM_PHASE_CONTRACT, ZDM_STEP_HOOK, "h")->u.hook.transaction = true;
    add_step(plan, ZDM_PHASE_CONTRACT, ZDM_STEP_HOOK, "i");
    plan->steps[3].locks.budget_ms = 20;
    zdm_plan_check(plan, &report);
    static const enum zdm_lock_class expected[] = {
        ZDM_LOCKS_BRIEF, ZDM_LOCKS_BATCHES, ZDM_LOCKS_NONE, ZDM_LOCKS_LONG, ZDM_LOCKS_ALONE};
    for (size_t i = 0; i < plan->n_steps; i++) {
        zdm_lock_policy_of(plan, &report, i, &policy);
        assert_int_equal(policy.class, expected[i]);
        /* A budget of less than the usual first try. */
        assert_int_equal(policy.first_ms, i == 0 ? 50 : i == 3 ? 20 : 0);
        zdm_lock_policy_release(&policy);
    }
    zdm_plan_report_release(&report);
    zdm_plan_free(plan);
}

static void
order_and_shares(void **state)
{
    struct judged j;

    (void)state;
    judge(&j, ZDM_PHASE_EXPAND,
        "ALTER TABLE b VALIDATE CONSTRAINT c; ALTER TABLE a ADD COLUMN x int;"
        "ALTER TABLE b ADD COLUMN y int; ALTER TABLE c ADD COLUMN z int");
    assert_int_equal(j.policy.n_needs, 3);
    assert_string_equal(j.policy.needs[0].relation, "b");
    assert_int_equal(j.policy.needs[0].mode, ZDM_LOCK_ACCESS_EXCLUSIVE); /* the strongest of it */
    assert_string_equal(j.policy.needs[1].relation, "a");
    assert_string_equal(j.policy.needs[2].relation, "c");
    /* Together they wait no longer than the try. */
    assert_int_equal(zdm_lock_share_ms(&j.policy, 3000), 1000);
    assert_int_equal(zdm_lock_share_ms(&j.policy, 20), 10);
    assert_int_equal(zdm_lock_share_ms(&j.policy, 5), 5);
    done(&j);

    judge(&j, ZDM_PHASE_EXPAND, "UPDATE a SET x = 1; UPDATE b SET x = 1");
    assert_int_equal(zdm_lock_share_ms(&j.policy, 3000), 3000);
    done(&j);
}

/* In one transaction: the other step's locks first, each relation once, and brief only when both are. */
static void
added(void **state)
{
    struct judged a, b, c;

    (void)state;
    judge(&a, ZDM_PHASE_EXPAND, "DROP TRIGGER g ON t; ALTER TABLE u ADD COLUMN x int");
    judge(&b, ZDM_PHASE_EXPAND, "ALTER TABLE t DROP COLUMN x");
    judge(&c, ZDM_PHASE_EXPAND, "ALTER TABLE u VALIDATE CONSTRAINT x");
    zdm_lock_policy_add(&b.policy, &a.policy);
    assert_int_equal(b.policy.class, ZDM_LOCKS_BRIEF);
    assert_int_equal(b.policy.statement_ms, 5000);
    assert_int_equal(b.policy.n_needs, 2);
    assert_string_equal(b.policy.needs[0].relation, "t");
    assert_int_equal(b.policy.needs[0].reach, ZDM_REACH_FAMILY);
    assert_string_equal(b.policy.needs[1].relation, "u");
    zdm_lock_policy_add(&b.policy, &c.policy);
    assert_int_equal(b.policy.class, ZDM_LOCKS_LONG);
    assert_int_equal(b.policy.statement_ms, 0);
    assert_string_equal(b.policy.needs[0].relation, "u");
    done(&a);
    done(&b);
    done(&c);
}

/* As measured on a server; a sibling partition is in nobody's way. */
static void
goes_down(void **state)
{
    static const struct {
        const char *sql;
        enum zdm_lock_reach reach;
    } cases[] = {
        {"CREATE TABLE n PARTITION OF t FOR VALUES FROM (1) TO (2)", ZDM_REACH_SELF},
        {"ALTER TABLE t ATTACH PARTITION n FOR VALUES FROM (1) TO (2)", ZDM_REACH_SELF},
        {"ALTER TABLE t DETACH PARTITION n", ZDM_REACH_SELF},
        {"CREATE TABLE n () INHERITS (t)", ZDM_REACH_SELF},
        {"ALTER TABLE t RENAME TO u", ZDM_REACH_SELF},
        {"ALTER TABLE t SET SCHEMA s", ZDM_REACH_SELF},
        {"ALTER TABLE t OWNER TO bob", ZDM_REACH_SELF},
        {"ALTER TABLE t ENABLE ROW LEVEL SECURITY", ZDM_REACH_SELF},
        {"CREATE POLICY p ON t", ZDM_REACH_SELF},
        {"CREATE TRIGGER r AFTER UPDATE ON t EXECUTE FUNCTION f()", ZDM_REACH_SELF},
        {"ALTER TABLE t REPLICA IDENTITY FULL", ZDM_REACH_SELF},
        {"ALTER TABLE t SET (fillfactor = 50)", ZDM_REACH_SELF},
        {"COMMENT ON TABLE t IS 'x'", ZDM_REACH_SELF},
        {"CREATE PUBLICATION p FOR TABLE t", ZDM_REACH_SELF},
        {"CREATE STATISTICS s ON a, b FROM t", ZDM_REACH_SELF},
        {"LOCK TABLE ONLY t", ZDM_REACH_SELF},
        {"CREATE INDEX ON ONLY t (a)", ZDM_REACH_SELF},
        {"ALTER TABLE ONLY t ADD COLUMN a int", ZDM_REACH_SELF},
        {"UPDATE t SET a = 1", ZDM_REACH_SELF}, /* it does, and nobody waits behind it */
        /* Its partitions are locked with SHARE only, before PostgreSQL 18. */
        {"ALTER TABLE t ADD UNIQUE (a)", ZDM_REACH_SELF},
        {"CREATE INDEX ON t (a)", ZDM_REACH_PARTITIONS},
        {"CREATE TRIGGER r AFTER UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f()",
            ZDM_REACH_PARTITIONS},
        {"ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u", ZDM_REACH_PARTITIONS},
        {"DROP TABLE t", ZDM_REACH_PARTITIONS},
        {"ALTER TABLE t ADD COLUMN a int", ZDM_REACH_FAMILY},
        {"ALTER TABLE t DROP COLUMN a", ZDM_REACH_FAMILY},
        {"ALTER TABLE t ALTER a TYPE bigint", ZDM_REACH_FAMILY},
        {"ALTER TABLE t ALTER a SET NOT NULL", ZDM_REACH_FAMILY},
        {"ALTER TABLE t ALTER a SET DEFAULT 1", ZDM_REACH_FAMILY},
        {"ALTER TABLE t ADD CHECK (a > 0)", ZDM_REACH_FAMILY},
        {"ALTER TABLE t ADD CHECK (a > 0) NOT VALID", ZDM_REACH_FAMILY},
        {"ALTER TABLE t OWNER TO bob, ADD COLUMN a int", ZDM_REACH_FAMILY},
        {"ALTER TABLE t RENAME COLUMN a TO b", ZDM_REACH_FAMILY},
        {"TRUNCATE t", ZDM_REACH_FAMILY},
        {"LOCK TABLE t", ZDM_REACH_FAMILY},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct judged j;
        judge(&j, ZDM_PHASE_EXPAND, cases[i].sql);
        assert_true(j.policy.n_needs > 0);
        const struct zdm_lock_need *need = &j.policy.needs[0];
        for (size_t k = 0; k < j.policy.n_needs; k++)
            if (strcmp(j.policy.needs[k].relation, "t") == 0)
                need = &j.policy.needs[k];
        if (need->reach != cases[i].reach)
            fail_msg("%s: %d, not %d", cases[i].sql, need->reach, cases[i].reach);
        assert_int_equal(need->below, need->reach == ZDM_REACH_SELF ? ZDM_LOCK_NONE : need->mode);
        done(&j);
    }

    /* Two statements: only what the second wants goes down. */
    struct judged j;
    judge(
        &j, ZDM_PHASE_EXPAND, "ALTER TABLE t OWNER TO bob; ALTER TABLE t ALTER a SET STATISTICS 1");
    assert_int_equal(j.policy.needs[0].mode, ZDM_LOCK_ACCESS_EXCLUSIVE);
    assert_int_equal(j.policy.needs[0].reach, ZDM_REACH_FAMILY);
    assert_int_equal(j.policy.needs[0].below, ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE);
    done(&j);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(classes),
        cmocka_unit_test(other_kinds),
        cmocka_unit_test(order_and_shares),
        cmocka_unit_test(added),
        cmocka_unit_test(goes_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
