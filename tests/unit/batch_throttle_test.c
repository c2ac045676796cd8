/* Hold or go on: pure decisions, with their reasons; and the meter. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "batch/meter.h"
#include "batch/throttle.h"

static void
expect(struct zdm_throttle *t, double lag, double blocked, bool hold, const char *reason)
{
    const struct zdm_signal signals[] = {
        {"lag(db2)", "s", lag, 5},
        {"blocked by us", "sessions", blocked, 1},
    };
    char *why = NULL;

    assert_int_equal(zdm_throttle_decide(t, signals, 2, &why), hold);
    if (reason)
        assert_string_equal(why, reason);
    else
        assert_null(why);
    free(why);
}

static void
test_hysteresis(void **state)
{
    struct zdm_throttle t = {.holding = false};

    (void)state;
    expect(&t, 0, 0, false, NULL);
    expect(&t, 4.9, 0, false, NULL);
    expect(&t, 5, 0, true, "lag(db2) 5 >= 5 s");
    expect(&t, 7.4, 2, true, "lag(db2) 7.4 >= 5 s; blocked by us 2 >= 1 sessions");
    expect(&t, 4.9, 0, true, "lag(db2) 4.9, goes on below 3.5 s");
    expect(&t, 3.5, 0, true, "lag(db2) 3.5, goes on below 3.5 s");
    expect(&t, 3.4, 0, false, NULL);
    expect(&t, 4.9, 0, false, NULL);
}

static void
test_unknown_and_zero(void **state)
{
    struct zdm_throttle t = {.holding = false};
    struct zdm_signal s = {"lag", "s", (double)NAN, 5};

    (void)state;
    assert_true(zdm_throttle_decide(&t, &s, 1, NULL)); /* unknown is not "fine" */
    s = (struct zdm_signal){"errors", "rows", 0, 0};
    assert_false(zdm_throttle_decide(&t, &s, 1, NULL));
    s.value = 1;
    assert_true(zdm_throttle_decide(&t, &s, 1, NULL));
    assert_false(zdm_throttle_decide(&t, NULL, 0, NULL));
    assert_true(t.pressure == 0);
}

static void
test_meter(void **state)
{
    struct zdm_meter m;
    int64_t now = 1000000;

    (void)state;
    zdm_meter_start(&m, 100, 10100, now);
    assert_int_equal(zdm_meter_eta_ms(&m), -1); /* no speed known yet */
    for (int i = 0; i < 40; i++)
        zdm_meter_walk(&m, 50, now += 500000); /* 100 a second */
    assert_int_equal(m.walked, 2100);
    assert_true(fabs(m.rows_per_s - 100) < 0.01);
    assert_in_range(zdm_meter_eta_ms(&m), 79990, 80010);

    /* A pause counts; ten seconds of it weigh 63 %. */
    zdm_meter_walk(&m, 0, now += 10000000);
    assert_true(fabs(m.rows_per_s - 100 * exp(-1)) < 0.01);
    zdm_meter_walk(&m, 0, now += 86400LL * 1000000);
    assert_int_equal(zdm_meter_eta_ms(&m), -1); /* a speed of nothing has no end */
}

static void
test_meter_never_over_hundred_percent(void **state)
{
    struct zdm_meter m;

    (void)state;
    zdm_meter_start(&m, 50, 20, 0);
    assert_int_equal(m.total, 50);
    zdm_meter_walk(&m, 10, 1);
    assert_int_equal(m.total, 60);
    assert_int_equal(zdm_meter_eta_ms(&m), 0);
    zdm_meter_start(&m, 0, -1, 0);
    zdm_meter_walk(&m, 10, 200000);
    assert_int_equal(m.total, -1);
    assert_int_equal(zdm_meter_eta_ms(&m), -1);
    zdm_meter_start(&m, 0, 0, 0); /* an empty table is done */
    assert_int_equal(zdm_meter_eta_ms(&m), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hysteresis),
        cmocka_unit_test(test_unknown_and_zero),
        cmocka_unit_test(test_meter),
        cmocka_unit_test(test_meter_never_over_hundred_percent),
    };

    return cmocka_run_group_tests_name("batch_throttle", tests, NULL, NULL);
}
