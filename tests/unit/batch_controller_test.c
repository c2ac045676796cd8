/* The size of a batch: traces of durations in, rows out. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "batch/controller.h"

static void
test_starts_within_its_limits(void **state)
{
    struct zdm_controller c;

    (void)state;
    zdm_controller_init(&c, 25, 50, 50000);
    assert_int_equal(c.rows, 500);
    zdm_controller_init(&c, 25, 1000, 50000);
    assert_int_equal(c.rows, 1000);
    zdm_controller_init(&c, 25, 1, 10);
    assert_int_equal(c.rows, 10);
    zdm_controller_init(&c, 25, 0, 0); /* nonsense still gives a batch */
    assert_int_equal(c.rows, 1);
    zdm_controller_init(&c, 25, 100, 10);
    assert_int_equal(c.rows, 100);
}

/* Steady rows: within 5 % of the target after a few batches, and it stays there. */
static void
test_converges(void **state)
{
    const double ms_per_row[] = {0.0006, 0.005, 0.05, 0.2, 0.45};

    (void)state;
    for (size_t i = 0; i < sizeof ms_per_row / sizeof *ms_per_row; i++) {
        struct zdm_controller c;
        zdm_controller_init(&c, 25, 50, 50000);
        for (int batch = 0; batch < 20; batch++)
            zdm_controller_feed(&c, c.rows, (double)c.rows * ms_per_row[i]);
        double want = fmin(25 / ms_per_row[i], 50000);
        assert_true(fabs((double)c.rows - want) <= want * 0.05 + 1);
    }
}

static void
test_doubles_or_halves_at_most(void **state)
{
    struct zdm_controller c;

    (void)state;
    zdm_controller_init(&c, 25, 50, 50000);
    zdm_controller_feed(&c, 500, 0.1);
    assert_int_equal(c.rows, 1000);
    zdm_controller_feed(&c, 1000, 0.2);
    assert_int_equal(c.rows, 2000);

    zdm_controller_init(&c, 25, 50, 50000);
    zdm_controller_feed(&c, 100, 49); /* under twice the target, but far too dear a row */
    assert_int_equal(c.rows, 250);
}

static void
test_panics_at_twice_the_target(void **state)
{
    struct zdm_controller c;

    (void)state;
    zdm_controller_init(&c, 25, 10, 50000);
    for (int i = 0; i < 20; i++)
        zdm_controller_feed(&c, c.rows, (double)c.rows * 0.005);
    assert_in_range(c.rows, 4900, 5100);
    zdm_controller_feed(&c, c.rows, 100); /* four times too long */
    assert_in_range(c.rows, 1200, 1300);
    zdm_controller_feed(&c, c.rows, 60000); /* the floor is a tenth a batch */
    assert_in_range(c.rows, 120, 130);
    /* What was learned before the panic is forgotten: the next batch speaks for itself. */
    zdm_controller_feed(&c, 120, 25);
    assert_in_range(c.rows, 118, 125);
}

static void
test_clamps_and_nonsense(void **state)
{
    struct zdm_controller c;

    (void)state;
    zdm_controller_init(&c, 25, 50, 600);
    zdm_controller_feed(&c, 500, 0);
    assert_int_equal(c.rows, 600);
    zdm_controller_feed(&c, 600, -5);
    assert_int_equal(c.rows, 600);
    zdm_controller_feed(&c, 600, (double)NAN);
    assert_int_equal(c.rows, 600);
    zdm_controller_feed(&c, 0, 1000); /* no row walked: says nothing */
    zdm_controller_feed(&c, -3, 1000);
    assert_int_equal(c.rows, 600);
    zdm_controller_feed(&c, 600, (double)INFINITY);
    assert_int_equal(c.rows, 60);
    zdm_controller_feed(&c, 60, 1e9);
    assert_int_equal(c.rows, 50);
}

static void
test_disturbed_halves_once_and_recovers(void **state)
{
    struct zdm_controller c;

    (void)state;
    zdm_controller_init(&c, 25, 50, 50000);
    for (int i = 0; i < 10; i++)
        zdm_controller_feed(&c, c.rows, (double)c.rows * 0.025);
    int64_t before = c.rows;
    double estimate = c.ms_per_row;
    zdm_controller_disturbed(&c);
    assert_int_equal(c.rows, before / 2);
    assert_true(fabs(c.ms_per_row - estimate) < 1e-12);
    zdm_controller_feed(&c, c.rows, (double)c.rows * 0.025);
    assert_in_range(c.rows, before - 10, before + 10);
    for (int i = 0; i < 20; i++)
        zdm_controller_disturbed(&c);
    assert_int_equal(c.rows, 50);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_starts_within_its_limits),
        cmocka_unit_test(test_converges),
        cmocka_unit_test(test_doubles_or_halves_at_most),
        cmocka_unit_test(test_panics_at_twice_the_target),
        cmocka_unit_test(test_clamps_and_nonsense),
        cmocka_unit_test(test_disturbed_halves_once_and_recovers),
    };

    return cmocka_run_group_tests_name("batch_controller", tests, NULL, NULL);
}
