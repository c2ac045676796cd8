/* When clients come and go, and what differs between two schemas. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "rehearse/private.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void
test_clients_come_and_go(void **state)
{
    static const struct {
        const char *phases; /* e, b, g, c: a step each */
        size_t old_ends, new_begins;
    } cases[] = {
        {"ebgc", 2, 1},
        {"ebegc", 3, 3},
        {"eggc", 1, 1},
        {"egbc", 1, 1},  /* the gate is what old code is gone behind */
        {"egec", 1, 3},  /* expand goes on behind the gate: new code waits for it */
        {"egcgc", 1, 1}, /* what is kept for a while goes behind a second gate */
        {"ee", 2, 2},
        {"gc", 0, 0},
        {"b", 1, 0},
        {"", 0, 0},
    };
    struct zdm_step steps[8];

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct zdm_plan plan = {.steps = steps};
        for (const char *p = cases[i].phases; *p; p++)
            steps[plan.n_steps++] = (struct zdm_step){
                .phase = *p == 'e'   ? ZDM_PHASE_EXPAND
                         : *p == 'b' ? ZDM_PHASE_BACKFILL
                         : *p == 'g' ? ZDM_PHASE_GATE
                                     : ZDM_PHASE_CONTRACT,
                .kind = *p == 'g' ? ZDM_STEP_GATE : ZDM_STEP_SQL,
            };
        if (zdm_plan_old_ends(&plan) != cases[i].old_ends ||
            zdm_plan_new_begins(&plan) != cases[i].new_begins)
            fail_msg("%s: %zu %zu", cases[i].phases, zdm_plan_old_ends(&plan),
                zdm_plan_new_begins(&plan));
    }
}

static void
test_schemas(void **state)
{
    static char a1[] = "column t.a: int", a2[] = "column t.b: int";
    static char b2[] = "column t.b: text", b3[] = "column t.c: int";
    char *a[] = {a1, a2}, *b[] = {a1, b2, b3};
    const struct zdm_schema_text two = {a, 2}, three = {b, 3};

    (void)state;
    assert_null(zdm_schema_text_diff(&two, &two));
    char *diff = zdm_schema_text_diff(&two, &three);
    assert_string_equal(diff, "- column t.b: int\n+ column t.b: text\n+ column t.c: int");
    free(diff);
    diff = zdm_schema_text_diff(&three, &two);
    assert_string_equal(diff, "+ column t.b: int\n- column t.b: text\n- column t.c: int");
    free(diff);
}

/* The step that was first is to blame, whichever client is looked at first. */
static void
test_first_step_is_blamed(void **state)
{
    struct zdm_rehearsal found = {.n_steps = 0};
    struct zdm_step early = {.id = "early"}, late = {.id = "late"};
    struct zdm_rehearse_trouble trouble = {
        .kind = ZDM_TROUBLE_ERROR, .round = "up", .step = &late, .sqlstate = "42703", .count = 2};

    (void)state;
    trouble.at_us = 200;
    zdm_rehearsal_trouble(&found, trouble);
    trouble.step = &early;
    trouble.at_us = 100;
    zdm_rehearsal_trouble(&found, trouble);
    trouble.query = 1;
    zdm_rehearsal_trouble(&found, trouble);
    assert_int_equal(found.n_troubles, 2);
    assert_string_equal(found.troubles[0].step->id, "early");
    assert_int_equal(found.troubles[0].count, 4);
    zdm_rehearsal_release(&found);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clients_come_and_go),
        cmocka_unit_test(test_schemas),
        cmocka_unit_test(test_first_step_is_blamed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
