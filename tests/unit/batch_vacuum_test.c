/* When a VACUUM between batches is due: what the monitor saw in, a decision out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "batch/vacuum.h"

static struct zdm_dead table;
static int64_t to_come = -1;

static bool
due(struct zdm_vacuum *v, struct zdm_monitor_view *seen, int64_t dead)
{
    table.dead = dead;
    seen->signals[ZDM_SIGNAL_DEAD].read_us++;
    return zdm_vacuum_due(v, &table, seen, to_come);
}

static void
test_a_fifth_and_a_hundred_thousand(void **state)
{
    struct zdm_vacuum v = {.left = -1};
    struct zdm_monitor_view seen = {.signals = {{.on = true}}};

    (void)state;
    table = (struct zdm_dead){.live = 1000000};
    assert_false(due(&v, &seen, 30000)); /* there before we came */
    assert_false(due(&v, &seen, 250000));
    assert_true(due(&v, &seen, 300000));
    v.left = -1;
    table.live = 1000;
    assert_false(due(&v, &seen, 0));
    assert_false(due(&v, &seen, 100000));
    assert_true(due(&v, &seen, 100001));
}

static void
test_not_for_room_that_nobody_takes(void **state)
{
    struct zdm_vacuum v = {.left = 0};
    struct zdm_monitor_view seen = {.signals = {{.on = true}}};

    (void)state;
    table = (struct zdm_dead){.live = 1000000};
    to_come = 149999;
    assert_false(due(&v, &seen, 300000));
    to_come = 150000;
    assert_true(due(&v, &seen, 300000));
    to_come = -1;
}

static void
test_not_while_it_is_of_no_use(void **state)
{
    struct zdm_vacuum v = {.left = 10000};
    struct zdm_monitor_view seen = {.signals = {{.on = true}}};

    (void)state;
    table = (struct zdm_dead){.live = 1000000};
    assert_true(due(&v, &seen, 400000));
    table.vacuum = true;
    assert_false(due(&v, &seen, 400000));
    table.vacuum = false;
    seen.horizon_ms = 60001;
    assert_false(due(&v, &seen, 400000));
    seen.horizon_ms = 0;
    v.done_us = seen.signals[ZDM_SIGNAL_DEAD].read_us + 1; /* what is seen is from before it */
    assert_false(due(&v, &seen, 400000));
    assert_true(due(&v, &seen, 400000));
    assert_false(due(&v, &seen, 5000)); /* autovacuum came first */
    assert_int_equal(v.left, 5000);
    assert_true(due(&v, &seen, 400000));
    v.refused = true;
    assert_false(due(&v, &seen, 400000));
}

/* At the limit nothing dies any more, and the backfill would hold for ever. */
static void
test_while_it_holds_for_them(void **state)
{
    struct zdm_vacuum v = {.left = -1};
    struct zdm_monitor_view seen = {.signals = {{.on = true}}};
    struct zdm_signal *dead = &seen.signals[ZDM_SIGNAL_DEAD];

    (void)state;
    table = (struct zdm_dead){.live = 100000};
    *dead = (struct zdm_signal){.on = true, .value = 199, .limit = 200, .every_us = 1000000};
    dead->read_us = 1000000000;
    assert_false(due(&v, &seen, 199000));
    dead->value = 200;
    assert_true(due(&v, &seen, 200000));
    v = (struct zdm_vacuum){.left = -1, .done_us = dead->read_us};
    assert_false(due(&v, &seen, 200000)); /* it took none of them: somebody still needs them */
    dead->read_us += 60 * 1000000LL;
    assert_true(due(&v, &seen, 200000));
    seen.horizon_ms = 60001;
    assert_false(due(&v, &seen, 200000));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_fifth_and_a_hundred_thousand),
        cmocka_unit_test(test_not_for_room_that_nobody_takes),
        cmocka_unit_test(test_not_while_it_is_of_no_use),
        cmocka_unit_test(test_while_it_holds_for_them),
    };

    return cmocka_run_group_tests_name("batch_vacuum", tests, NULL, NULL);
}
