/* The state machine: every situation has one answer, and mismatches are told apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "run/state.h"

static void
every_situation_has_an_answer(void **state)
{
    (void)state;
    for (int class = ZDM_CLASS_TRANSACTION; class <= ZDM_CLASS_GATE; class ++)
        for (int seen = ZDM_SEEN_NOTHING; seen <= ZDM_SEEN_UNDOING; seen++)
            for (int same = 0; same <= 1; same++) {
                enum zdm_action action = zdm_next_action(class, seen, same);
                if (seen == ZDM_SEEN_DONE)
                    assert_int_equal(action, same ? ZDM_ACTION_SKIP : ZDM_ACTION_REFUSE);
                else
                    assert_int_not_equal(action, ZDM_ACTION_SKIP);
            }
}

static void
what_was_begun_is_taken_up(void **state)
{
    (void)state;
    assert_int_equal(
        zdm_next_action(ZDM_CLASS_BACKFILL, ZDM_SEEN_STARTED, true), ZDM_ACTION_RESUME);
    assert_int_equal(
        zdm_next_action(ZDM_CLASS_BACKFILL, ZDM_SEEN_STARTED, false), ZDM_ACTION_REFUSE);
    assert_int_equal(zdm_next_action(ZDM_CLASS_ALONE, ZDM_SEEN_STARTED, true), ZDM_ACTION_SETTLE);
    assert_int_equal(zdm_next_action(ZDM_CLASS_ALONE, ZDM_SEEN_STARTED, false), ZDM_ACTION_SETTLE);
    assert_int_equal(
        zdm_next_action(ZDM_CLASS_TRANSACTION, ZDM_SEEN_NOTHING, false), ZDM_ACTION_RUN);
    assert_int_equal(zdm_next_action(ZDM_CLASS_GATE, ZDM_SEEN_NOTHING, false), ZDM_ACTION_LOOK);
}

/* A rollback that ended half-way: what the catalog tells is settled, the rest has to be taken back first. */
static void
what_was_on_its_way_back(void **state)
{
    (void)state;
    assert_int_equal(zdm_next_action(ZDM_CLASS_ALONE, ZDM_SEEN_UNDOING, true), ZDM_ACTION_SETTLE);
    assert_int_equal(
        zdm_next_action(ZDM_CLASS_TRANSACTION, ZDM_SEEN_UNDOING, true), ZDM_ACTION_REFUSE);
    assert_int_equal(
        zdm_next_action(ZDM_CLASS_BACKFILL, ZDM_SEEN_UNDOING, true), ZDM_ACTION_REFUSE);
}

static void
the_way_back(void **state)
{
    (void)state;
    for (int class = ZDM_UNDO_CLASS_NONE; class <= ZDM_UNDO_CLASS_ALONE; class ++) {
        assert_int_equal(zdm_next_undo(class, ZDM_SEEN_NOTHING), ZDM_UNDO_SKIP);
        for (int seen = ZDM_SEEN_STARTED; seen <= ZDM_SEEN_UNDOING; seen++)
            assert_int_equal(zdm_next_undo(class, seen),
                class == ZDM_UNDO_CLASS_NONE          ? ZDM_UNDO_REFUSE
                : class == ZDM_UNDO_CLASS_NOTHING     ? ZDM_UNDO_FORGET
                : class == ZDM_UNDO_CLASS_TRANSACTION ? ZDM_UNDO_RUN
                                                      : ZDM_UNDO_SETTLE);
    }
}

/* A plan of sql steps a, b, gate g, c; fingerprints are the ids. */
static struct zdm_plan *
plan_abgc(void)
{
    static const char *const ids[] = {"a", "b", "g", "c"};
    struct zdm_plan *plan = zdm_plan_new();
    plan->name = "p";
    plan->file = "p.lua";
    plan->n_steps = 4;
    plan->steps = zdm_arena_alloc(plan->arena, 4 * sizeof(*plan->steps));
    for (int i = 0; i < 4; i++) {
        struct zdm_step *step = &plan->steps[i];
        step->id = ids[i];
        step->kind = i == 2 ? ZDM_STEP_GATE : ZDM_STEP_SQL;
        step->phase = i == 2 ? ZDM_PHASE_GATE : i == 3 ? ZDM_PHASE_CONTRACT : ZDM_PHASE_EXPAND;
        step->definition = "{\"sql\":\"SELECT 2\"}";
        step->at = (struct zdm_place){"p.lua", i + 1, 0};
        memcpy(step->fingerprint, ids[i], 2);
    }
    return plan;
}

/* Literals, which nobody frees or writes to. */
static struct zdm_journal_row
row(const char *step, const char *state, const char *fingerprint)
{
    return (struct zdm_journal_row){
        .step = (char *)step,
        .item = (char *)"",
        .state = (char *)state,
        .kind = (char *)"sql",
        .fingerprint = (char *)fingerprint,
        .definition = (char *)"{\"sql\":\"SELECT 1\"}",
    };
}

static void
check(struct zdm_journal_row *rows, size_t n, const char *message, int line)
{
    struct zdm_plan *plan = plan_abgc();
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_journal_rows journal = {rows, n};
    int rc = zdm_state_check(plan, &journal, &err);
    if (!message) {
        assert_int_equal(rc, 0);
    } else {
        assert_int_equal(rc, -1);
        assert_int_equal(err.code, ZDM_ERR_MISMATCH);
        assert_non_null(strstr(err.message, message));
        assert_non_null(err.hint);
        assert_int_equal(err.line, line);
    }
    zdm_err_release(&err);
    zdm_plan_free(plan);
}

static void
journal_that_fits(void **state)
{
    (void)state;
    check(NULL, 0, NULL, 0);
    check((struct zdm_journal_row[]){row("a", "done", "a")}, 1, NULL, 0);
    check((struct zdm_journal_row[]){row("a", "done", "a"), row("b", "done", "b"),
              row("g", "done", "g")},
        3, NULL, 0);
    /* Only its undo is another one. */
    struct zdm_journal_row corrected = row("a", "done", "before");
    corrected.definition = (char *)"{\"sql\":\"SELECT 2\",\"undo\":\"SELECT 3\"}";
    check(&corrected, 1, NULL, 0);
    /* A step outside transactions that was begun may be corrected. */
    check((struct zdm_journal_row[]){row("a", "started", "before")}, 1, NULL, 0);
}

static void
journal_that_does_not_fit(void **state)
{
    (void)state;
    check((struct zdm_journal_row[]){row("a", "done", "other")}, 1, "was finished and has changed",
        1);
    check((struct zdm_journal_row[]){row("z", "done", "z")}, 1, "is not in it any more", 0);
    check((struct zdm_journal_row[]){row("a", "done", "a"), row("g", "done", "g")}, 2,
        "stands before gate \"g\"", 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_situation_has_an_answer),
        cmocka_unit_test(what_was_begun_is_taken_up),
        cmocka_unit_test(what_was_on_its_way_back),
        cmocka_unit_test(the_way_back),
        cmocka_unit_test(journal_that_fits),
        cmocka_unit_test(journal_that_does_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
