/* The rate of WAL: traces of pressure and spending in, rates and rests out. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "batch/rate.h"

#define S  INT64_C(1000000)
#define MB (1024.0 * 1024)

static void
about(double value, double expected)
{
    if (fabs(value - expected) > expected * 0.001)
        fail_msg("%f, not %f", value, expected);
}

/* A server that writes at most `speed` MB/s: batches of 25 ms for `seconds`, a tick a second. Returns the
 * seconds of rest. */
static double
run(struct zdm_rate *r, int64_t *now, double speed, double pressure, int seconds)
{
    int64_t end = *now + seconds * S, tick = *now + S, rested = 0;

    while (*now < end) {
        int64_t rest = zdm_rate_rest_ms(r, *now) * 1000;
        if (rest == 0) {
            *now += 25000;
            zdm_rate_spend(r, (int64_t)(speed * MB * 0.025), *now);
        } else {
            /* A rest is looked at in between, as the loop does. */
            if (rest > 250000)
                rest = 250000;
            *now += rest;
            rested += rest;
        }
        if (*now >= tick) {
            zdm_rate_tick(r, pressure, *now);
            tick += S;
        }
    }
    return (double)rested / S;
}

static void
test_nobody_to_carry_no_rate(void **state)
{
    struct zdm_rate r;
    int64_t now = 50 * S;

    (void)state;
    zdm_rate_init(&r, 0, false, now);
    assert_true(r.per_s == 0);
    assert_true(run(&r, &now, 145, 0, 10) == 0);
    /* Pressure makes one of what is written. */
    run(&r, &now, 145, 0.8, 1);
    assert_true(r.per_s > 100 * MB && r.per_s < 145 * MB);
}

static void
test_starts_slow_and_doubles_until_pressure(void **state)
{
    struct zdm_rate r;
    int64_t now = 50 * S;

    (void)state;
    zdm_rate_init(&r, 0, true, now);
    about(r.per_s, ZDM_RATE_START);
    run(&r, &now, 145, 0.1, 6);
    assert_true(r.per_s >= 128 * MB);
    assert_true(run(&r, &now, 145, 0.1, 5) < 1.5); /* full speed within seconds */

    double before = r.per_s;
    zdm_rate_tick(&r, 0.8, now += S);
    about(r.per_s, before * 0.9);
    zdm_rate_spend(&r, (int64_t)before, now);
    zdm_rate_tick(&r, 0.5, now += S); /* between: as it is */
    about(r.per_s, before * 0.9);
    zdm_rate_spend(&r, (int64_t)before, now);
    zdm_rate_tick(&r, 0.1, now += S); /* by a tenth from now on */
    about(r.per_s, before * 0.99);
}

static void
test_an_unused_rate_is_not_raised(void **state)
{
    struct zdm_rate r;
    int64_t now = 50 * S;

    (void)state;
    zdm_rate_init(&r, 0, true, now);
    run(&r, &now, 2, 0, 20);
    about(r.per_s, ZDM_RATE_START);
}

static void
test_a_ceiling_stays(void **state)
{
    struct zdm_rate r;
    int64_t now = 50 * S;

    (void)state;
    zdm_rate_init(&r, (int64_t)(4 * MB), false, now);
    about(r.per_s, 4 * MB);
    double rested = run(&r, &now, 40, 0, 60);
    about(r.per_s, 4 * MB);
    assert_true(rested > 52 && rested < 56); /* a tenth of the time is work */
}

static void
test_rests_are_a_second_or_more(void **state)
{
    struct zdm_rate r;
    int64_t now = 50 * S, total = 0;

    (void)state;
    zdm_rate_init(&r, (int64_t)(16 * MB), true, now);
    for (int i = 0; i < 50; i++) {
        while (zdm_rate_rest_ms(&r, now) == 0) {
            now += 25000;
            zdm_rate_spend(&r, (int64_t)(3 * MB), now);
            total += (int64_t)(3 * MB);
        }
        int64_t rest = zdm_rate_rest_ms(&r, now);
        assert_in_range(rest, 1000, 1300);
        now += rest * 1000;
        assert_int_equal(zdm_rate_rest_ms(&r, now), 0);
    }
    double seconds = (double)(now - 50 * S) / S;
    assert_true((double)total / seconds < 17 * MB && (double)total / seconds > 15 * MB);
}

static void
test_holding_halves_down_to_a_floor(void **state)
{
    struct zdm_rate r;
    int64_t now = 50 * S;

    (void)state;
    zdm_rate_init(&r, 0, true, now);
    zdm_rate_held(&r);
    about(r.per_s, 8 * MB);
    for (int i = 0; i < 50; i++)
        zdm_rate_held(&r);
    about(r.per_s, ZDM_RATE_LEAST);
    zdm_rate_resume(&r, now += 60 * S);
    assert_int_equal(zdm_rate_rest_ms(&r, now), 0);
    /* From the floor it comes back. */
    run(&r, &now, 145, 0, 80);
    assert_true(r.per_s > 64 * MB);

    /* Before anything was written there is nothing to halve. */
    zdm_rate_init(&r, 0, false, now);
    zdm_rate_held(&r);
    assert_true(r.per_s == 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nobody_to_carry_no_rate),
        cmocka_unit_test(test_starts_slow_and_doubles_until_pressure),
        cmocka_unit_test(test_an_unused_rate_is_not_raised),
        cmocka_unit_test(test_a_ceiling_stays),
        cmocka_unit_test(test_rests_are_a_second_or_more),
        cmocka_unit_test(test_holding_halves_down_to_a_floor),
    };

    return cmocka_run_group_tests_name("batch_rate", tests, NULL, NULL);
}
