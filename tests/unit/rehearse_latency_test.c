/* The histogram of latencies: its error, its ends, and that parts add up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "rehearse/latency.h"

static void
test_nothing(void **state)
{
    struct zdm_latency none = {0};

    (void)state;
    assert_int_equal(zdm_latency_at(&none, 990), 0);
    assert_int_equal(none.longest_us, 0);
}

static void
test_one_value_is_exact(void **state)
{
    static const int64_t values[] = {0, 1, 15, 16, 31, 32, 33, 1000, 123456789, INT64_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        struct zdm_latency one = {0};
        zdm_latency_add(&one, values[i]);
        assert_int_equal(zdm_latency_at(&one, 0), values[i]);
        assert_int_equal(zdm_latency_at(&one, 500), values[i]);
        assert_int_equal(zdm_latency_at(&one, 1000), values[i]);
    }
}

/* Never too small, at most a sixteenth too large. */
static void
test_error_is_bounded(void **state)
{
    (void)state;
    for (int64_t us = 1; us < INT64_C(1) << 35; us = us * 9 / 8 + 1) {
        struct zdm_latency two = {0};
        zdm_latency_add(&two, us);
        zdm_latency_add(&two, INT64_C(1) << 36);
        int64_t half = zdm_latency_at(&two, 500);
        assert_true(half >= us);
        assert_true(half - us <= us / ZDM_LATENCY_PARTS);
    }
}

static void
test_parts_add_up(void **state)
{
    struct zdm_latency all = {0}, odd = {0}, even = {0};

    (void)state;
    for (int64_t us = 1; us <= 1000; us++) {
        zdm_latency_add(&all, us);
        zdm_latency_add(us % 2 ? &odd : &even, us);
    }
    zdm_latency_add(&all, -5);
    zdm_latency_add(&odd, -5);
    zdm_latency_merge(&even, &odd);
    assert_int_equal(even.count, 1001);
    assert_int_equal(even.longest_us, 1000);
    for (int permille = 0; permille <= 1000; permille += 10)
        assert_int_equal(zdm_latency_at(&even, permille), zdm_latency_at(&all, permille));
    assert_in_range(zdm_latency_at(&all, 500), 500, 531);
    assert_in_range(zdm_latency_at(&all, 990), 990, 1000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_one_value_is_exact),
        cmocka_unit_test(test_error_is_bounded),
        cmocka_unit_test(test_parts_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
