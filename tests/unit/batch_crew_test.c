/* How many workers may run under pressure. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "batch/throttle.h"

#define S INT64_C(1000000)

/* Of `most` workers, how many may run after each of these seconds; the pressure of which stands in `seconds`. */
static void
expect(int64_t most, const double *seconds, const int *may, size_t n)
{
    struct zdm_crew c;

    zdm_crew_init(&c, most);
    for (size_t i = 0; i < n; i++) {
        bool before = c.may > 1;
        bool answered = zdm_crew_sample(&c, seconds[i], (100 + (int64_t)i) * S);
        if (c.may != may[i])
            fail_msg("second %zu: %d workers, not %d", i, (int)c.may, may[i]);
        assert_int_equal(answered, before && seconds[i] >= 0.7);
    }
}

static void
test_leaves_one_by_one(void **state)
{
    /* A single sample is none; then one leaves, and the next after five seconds that show what it did. */
    const double seconds[] = {0.8, 0.5, 0.7, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9};
    const int may[] = {3, 3, 3, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1};

    (void)state;
    expect(3, seconds, may, 14);
}

static void
test_halves_at_the_limit(void **state)
{
    const double seconds[] = {0, 1.2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3};
    const int may[] = {9, 4, 4, 4, 4, 4, 2, 2, 2, 2, 2, 1};

    (void)state;
    expect(9, seconds, may, 12);
}

static void
test_comes_back(void **state)
{
    double seconds[30] = {1};
    int may[30];

    (void)state;
    for (size_t i = 0; i < 30; i++) /* calm from second 1 on: at 11 and 21 one comes back */
        may[i] = i < 11 ? 2 : i < 21 ? 3 : 4;
    expect(4, seconds, may, 30);
    seconds[5] = 0.6; /* calm is without a break: from 6 on */
    for (size_t i = 0; i < 30; i++)
        may[i] = i < 16 ? 2 : i < 26 ? 3 : 4;
    expect(4, seconds, may, 30);
}

static void
test_one_stays(void **state)
{
    const double seconds[] = {0.9, 0.9, 0.9, 5};
    const int may[] = {1, 1, 1, 1};

    (void)state;
    expect(1, seconds, may, 4);
}

static void
sample(struct zdm_throttle *t, enum zdm_signal_id id, double value, int64_t second)
{
    struct zdm_signal signals[ZDM_SIGNALS] = {
        [ZDM_SIGNAL_FILE] = {.on = true, .limit = 1, .every_us = S},
        [ZDM_SIGNAL_LAG] = {.on = true, .limit = 5000, .every_us = S}};

    zdm_signal_set(&signals[ZDM_SIGNAL_FILE], 0, NULL, second * S);
    zdm_signal_set(&signals[ZDM_SIGNAL_LAG], 0, "db2", second * S);
    zdm_signal_set(&signals[id], value, "db2", second * S);
    zdm_throttle_sample(t, signals, second * S);
}

/* Workers leave first, then the rate is lowered; a switch that somebody turns sends nobody away. */
static void
test_before_the_rate(void **state)
{
    struct zdm_throttle t;

    (void)state;
    zdm_throttle_init(&t, 0, true, 100 * S);
    zdm_crew_init(&t.crew, 2);
    double rate = t.rate.per_s;
    sample(&t, ZDM_SIGNAL_LAG, 4500, 101);
    assert_int_equal(t.crew.may, 2);
    sample(&t, ZDM_SIGNAL_LAG, 4500, 102);
    assert_int_equal(t.crew.may, 1);
    assert_true(t.rate.per_s == rate);
    char *why = zdm_throttle_strain(&t, 102 * S);
    assert_string_equal(why, "replica db2 lag 4.5 s, limit 5.0 s");
    free(why);
    sample(&t, ZDM_SIGNAL_LAG, 4500, 103);
    assert_true(t.rate.per_s < rate);

    zdm_throttle_init(&t, 0, true, 100 * S);
    zdm_crew_init(&t.crew, 4);
    for (int64_t second = 101; second < 110; second++)
        sample(&t, ZDM_SIGNAL_FILE, 1, second);
    assert_true(t.holding);
    assert_int_equal(t.crew.may, 4);
    for (int64_t second = 200; second < 203; second++)
        sample(&t, ZDM_SIGNAL_LAG, 6000, second);
    assert_int_equal(t.crew.may, 2);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_leaves_one_by_one),
        cmocka_unit_test(test_halves_at_the_limit),
        cmocka_unit_test(test_comes_back),
        cmocka_unit_test(test_one_stays),
        cmocka_unit_test(test_before_the_rate),
    };

    return cmocka_run_group_tests_name("batch_crew", tests, NULL, NULL);
}
