/* Hold or go on: pure decisions, with their reasons; and the meter. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "batch/meter.h"
#include "batch/throttle.h"

#define S INT64_C(1000000)

/* A throttle, its signals and its clock. */
struct scene {
    struct zdm_throttle t;
    struct zdm_signal signals[ZDM_SIGNALS];
    int64_t now;
};

static void
turn_on(struct scene *scene, enum zdm_signal_id id, double limit)
{
    scene->signals[id] = (struct zdm_signal){.on = true, .limit = limit, .every_us = S};
}

static struct scene
start(int64_t wal_rate, bool carried)
{
    struct scene scene = {.now = 100 * S};

    turn_on(&scene, ZDM_SIGNAL_LAG, 5000);
    turn_on(&scene, ZDM_SIGNAL_BLOCKED, 100);
    zdm_throttle_init(&scene.t, wal_rate, carried, scene.now);
    return scene;
}

/* A second later: a lag and a wait, and what is to come of it. */
static void
expect(struct scene *scene, double lag, double blocked, bool hold, const char *reason)
{
    scene->now += S;
    zdm_signal_set(&scene->signals[ZDM_SIGNAL_LAG], lag, "db2", scene->now);
    zdm_signal_set(&scene->signals[ZDM_SIGNAL_BLOCKED], blocked, "pid 7", scene->now);
    assert_int_equal(zdm_throttle_sample(&scene->t, scene->signals, scene->now), hold);

    char *why = zdm_throttle_reason(&scene->t, NULL, scene->now);
    if (reason)
        assert_string_equal(why, reason);
    else
        assert_null(why);
    free(why);
}

static void
test_hysteresis(void **state)
{
    struct scene s = start(0, false);

    (void)state;
    expect(&s, 0, 0, false, NULL);
    expect(&s, 4900, 0, false, NULL);
    expect(&s, 5000, 0, true, "replica db2 lag 5.0 s >= 5.0 s");
    expect(&s, 7400, 250, true,
        "replica db2 lag 7.4 s >= 5.0 s; session pid 7 waits for zdm for 250 ms >= 100 ms");
    expect(&s, 4900, 0, true, "replica db2 lag 4.9 s, limit 5.0 s, not yet clear of it");
    expect(&s, 3400, 0, true, "going on when all signals stay clear for three seconds");
    expect(&s, 3400, 0, true, "going on when all signals stay clear for three seconds");
    expect(&s, 3600, 0, true, "replica db2 lag 3.6 s, limit 5.0 s, not yet clear of it");
    expect(&s, 3400, 0, true, "going on when all signals stay clear for three seconds");
    expect(&s, 3400, 0, true, "going on when all signals stay clear for three seconds");
    expect(&s, 3400, 0, false, NULL);
    expect(&s, 4900, 0, false, NULL);
}

static void
test_unknown_and_zero(void **state)
{
    struct zdm_signal s = {
        .on = true, .value = (double)NAN, .limit = 5, .read_us = S, .every_us = S};

    (void)state;
    assert_true(zdm_signal_pressure(ZDM_SIGNAL_LOAD, &s, S) >= 1); /* unknown is not "fine" */
    s.limit = s.value = 0;
    assert_true(zdm_signal_pressure(ZDM_SIGNAL_LOAD, &s, S) == 0);
    s.value = 1;
    assert_true(isinf(zdm_signal_pressure(ZDM_SIGNAL_LOAD, &s, S)));
    s.on = false;
    assert_true(zdm_signal_pressure(ZDM_SIGNAL_LOAD, &s, S) == 0);
}

/* What is not read any more: lag holds, load goes by what was seen last. */
static void
test_stale(void **state)
{
    struct scene s = start(0, false);

    (void)state;
    assert_true(zdm_throttle_sample(&s.t, s.signals, s.now)); /* never read */
    char *why = zdm_throttle_reason(&s.t, "connection refused", s.now);
    assert_string_equal(why, "not known: replica lag (connection refused)");
    free(why);

    s = start(0, false);
    expect(&s, 0, 90, false, NULL);
    s.now += 5 * S;
    assert_false(zdm_throttle_sample(&s.t, s.signals, s.now));
    assert_true(fabs(s.t.pressure - 0.9) < 0.001); /* the last wait counts on */
    s.now += 1;
    assert_true(zdm_throttle_sample(&s.t, s.signals, s.now));
    why = zdm_throttle_reason(&s.t, NULL, s.now);
    assert_string_equal(why, "not known for 5.0 s: replica lag");
    free(why);
}

static void
test_pressure_above_a_baseline(void **state)
{
    struct zdm_signal s = {.on = true, .baseline = 50, .limit = 100, .read_us = S, .every_us = S};
    const double trace[][2] = {
        {0, 0}, {50, 0}, {55, 0.35}, {60, 0.7}, {80, 0.85}, {100, 1}, {150, 1.5}};

    (void)state;
    for (size_t i = 0; i < sizeof trace / sizeof *trace; i++) {
        s.value = trace[i][0];
        assert_true(fabs(zdm_signal_pressure(ZDM_SIGNAL_LOAD, &s, S) - trace[i][1]) < 0.001);
    }
}

static void
test_words_stand_for_numbers(void **state)
{
    struct scene s = start(0, false);

    (void)state;
    turn_on(&s, ZDM_SIGNAL_FILE, 1);
    turn_on(&s, ZDM_SIGNAL_LAG_BYTES, 64 * 1024 * 1024);
    zdm_signal_set(&s.signals[ZDM_SIGNAL_LAG_BYTES], 1.2e9, "db2", s.now + S);
    zdm_signal_set(&s.signals[ZDM_SIGNAL_FILE], 1, NULL, s.now + S);
    strcpy(s.signals[ZDM_SIGNAL_FILE].words, "file /stop is there");
    expect(&s, 0, 0, true, "replica db2 is behind by 1.1 GB >= 64 MB; file /stop is there");
}

static void
test_shares(void **state)
{
    struct scene s = start(0, false);

    (void)state;
    s.now += 100 * S;
    assert_null(zdm_throttle_shares(&s.t, s.now));
    expect(&s, 9000, 0, true, "replica db2 lag 9.0 s >= 5.0 s");
    zdm_throttle_lost(&s.t, 8 * S);
    for (int i = 0; i < 3; i++)
        expect(&s, 0, 0, i < 2,
            i < 2 ? "going on when all signals stay clear for three seconds" : NULL);
    zdm_throttle_lost(&s.t, 4 * S);
    char *shares = zdm_throttle_shares(&s.t, 200 * S);
    assert_string_equal(shares, "held back for 12 % of 1 min 40 s: replica lag 8 %, WAL rate 4 %");
    free(shares);
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
        cmocka_unit_test(test_stale),
        cmocka_unit_test(test_pressure_above_a_baseline),
        cmocka_unit_test(test_words_stand_for_numbers),
        cmocka_unit_test(test_shares),
        cmocka_unit_test(test_meter),
        cmocka_unit_test(test_meter_never_over_hundred_percent),
    };

    return cmocka_run_group_tests_name("batch_throttle", tests, NULL, NULL);
}
