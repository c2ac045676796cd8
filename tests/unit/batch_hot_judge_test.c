/* When stripes pay: traces of updates and of the horizon in, what becomes of the stripes out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "batch/hot_judge.h"

#define S INT64_C(1000000)

/* A server on which a table is updated: so many rows a second, so many percent of them HOT. */
struct world {
    struct zdm_hot h;
    int64_t now, updated, hot;
    bool stripes;
};

static struct world
world(void)
{
    /* Rows were updated before this run began. */
    return (struct world){.now = 1000 * S, .updated = 700000, .hot = 350000, .stripes = true};
}

/* Goes on for `seconds`, with five looks a second. Somebody has kept dead rows since `since` (0: nobody). Each second
 * gives a letter: '=' nothing changed, '+' stripes again, '-' none from here on; a second without a reading is '.'. */
static const char *
run(struct world *w, int seconds, int64_t rows, int64_t hot_percent, int64_t since)
{
    static char said[256];

    assert_true(seconds < (int)sizeof said);
    for (int i = 0; i < seconds; i++) {
        said[i] = '.';
        for (int tick = 0; tick < 5; tick++) {
            int64_t horizon_ms = since ? (w->now - since) / 1000 : 0, percent = -1;
            w->now += S / 5;
            w->updated += rows / 5;
            w->hot += rows * hot_percent / 100 / 5;
            if (!zdm_hot_due(&w->h, w->now, horizon_ms))
                continue;
            assert_true(said[i] == '.'); /* once a second */
            said[i] = '=';
            switch (zdm_hot_judge(&w->h, w->updated, w->hot, w->now, horizon_ms, true, &percent)) {
            case ZDM_HOT_STAY:
                break;
            case ZDM_HOT_ON:
                said[i] = '+';
                w->stripes = true;
                break;
            case ZDM_HOT_OFF:
                assert_in_range(percent, 0, 100);
                said[i] = '-';
                w->stripes = false;
                break;
            }
        }
    }
    said[seconds] = '\0';
    return said;
}

/* Nobody keeps dead rows: whatever is read, stripes stay. The first reading is where the counting begins. */
static void
test_hot(void **state)
{
    struct world w = world();

    (void)state;
    assert_string_equal(run(&w, 10, 90000, 85, 0), "+=========");
    assert_int_equal(w.h.seen_updated, 10 * 90000 - 90000);
    assert_int_equal(w.h.seen_hot * 100 / w.h.seen_updated, 85);
    assert_int_equal(zdm_hot_rested_us(&w.h, w.now), 0);
}

/* Few rows say nothing: they are judged together. */
static void
test_slow(void **state)
{
    struct world w = world();

    (void)state;
    assert_string_equal(run(&w, 12, 5000, 0, 0), "+===-....+==");
}

/* A long report: off, and tried after 5, 10, 20, 40 and then every 60 seconds, a second each, until it is a minute
 * old; then not at all while it is there. */
static void
test_rests_get_longer(void **state)
{
    struct world w = world();
    int64_t report = w.now;

    (void)state;
    assert_string_equal(run(&w, 8, 90000, 0, report), "+-....+-");
    assert_int_equal(w.h.rest_us, 10 * S);
    assert_string_equal(run(&w, 22, 90000, 0, report), ".........+-...........");
    assert_string_equal(run(&w, 29, 90000, 0, report), "........+-...................");
    assert_string_equal(run(&w, 120, 90000, 0, report),
        "........................................................................................"
        "................................");
    assert_false(w.stripes);
}

/* Whoever kept the dead rows is gone: back at once, though the rest would have lasted much longer. */
static void
test_back_when_gone(void **state)
{
    struct world w = world();
    int64_t report = w.now - 20 * S;

    (void)state;
    run(&w, 8, 90000, 0, report);
    assert_int_equal(w.h.rest_us, 10 * S);
    assert_false(w.stripes);
    /* He commits; somebody else's transactions are never older than a moment. */
    assert_string_equal(run(&w, 4, 90000, 80, w.now - 300000), "+===");
    assert_true(w.stripes);
    /* They helped: the next time is the first again. */
    assert_int_equal(w.h.rest_us, 0);
    assert_string_equal(run(&w, 7, 90000, 0, w.now), "=-....+");
}

/* What is left is not much younger than who was in the way, so it may be he: no early return. */
static void
test_another_as_old(void **state)
{
    struct world w = world();
    int64_t report = w.now - 20 * S;

    (void)state;
    run(&w, 8, 90000, 0, report);
    assert_string_equal(run(&w, 4, 90000, 0, report + S), "....");
    assert_false(w.stripes);
}

/* Nobody was known who kept them: nobody can be gone. */
static void
test_nobody_known(void **state)
{
    struct world w = world();

    (void)state;
    assert_string_equal(run(&w, 6, 90000, 10, 0), "+-....");
    assert_int_equal(w.h.pin_us, 0);
    assert_string_equal(run(&w, 2, 90000, 10, 0), "+-");
}

/* A horizon of a minute: off at the next look, however few rows were updated and however HOT they were, and nothing
 * is tried or read; as soon as it is gone they are back. */
static void
test_pinned(void **state)
{
    struct world w = world();
    int64_t backup = w.now - 58 * S;

    (void)state;
    assert_string_equal(run(&w, 8, 100, 90, backup), "+=-.....");
    assert_string_equal(run(&w, 200, 100, 90, backup) + 195, ".....");
    assert_int_equal(w.h.rest_us, 5 * S); /* was never tried again */
    assert_string_equal(run(&w, 3, 90000, 90, 0), "+==");
    assert_true(zdm_hot_rested_us(&w.h, w.now) > 200 * S);
}

/* It was there before the backfill began. */
static void
test_pinned_from_the_start(void **state)
{
    struct world w = world();
    int64_t backup = w.now - 3600 * S;

    (void)state;
    assert_string_equal(run(&w, 5, 90000, 0, backup), "+-...");
    assert_string_equal(run(&w, 2, 90000, 80, 0), "+=");
}

/* pg_stat_reset() in between: counted anew, and nothing is thought of the difference. */
static void
test_reset(void **state)
{
    struct world w = world();

    (void)state;
    run(&w, 3, 90000, 80, 0);
    w.updated = w.hot = 0;
    assert_string_equal(run(&w, 2, 90000, 80, 0), "+=");
    assert_int_equal(w.h.seen_updated, 90000);
}

/* Only counted: of a table that is to have none. Then somebody asks for them. */
static void
test_not_wanted(void **state)
{
    struct world w = world();
    int64_t percent;

    (void)state;
    assert_true(zdm_hot_due(&w.h, w.now, 0));
    assert_int_equal(zdm_hot_judge(&w.h, 1000, 0, w.now, 0, false, &percent), ZDM_HOT_STAY);
    w.now += 2 * S;
    assert_true(zdm_hot_due(&w.h, w.now, 0));
    assert_int_equal(zdm_hot_judge(&w.h, 90000, 500, w.now, 0, false, &percent), ZDM_HOT_STAY);
    assert_int_equal(w.h.seen_updated, 89000);
    assert_int_equal(w.h.seen_hot, 500);
    zdm_hot_retry(&w.h);
    w.now += 2 * S;
    assert_true(zdm_hot_due(&w.h, w.now, 0));
    assert_int_equal(zdm_hot_judge(&w.h, 95000, 500, w.now, 0, true, &percent), ZDM_HOT_ON);
}

/* While they rest they are told not to be at all: the rest has ended, and counts. */
static void
test_told_to_stop(void **state)
{
    struct world w = world();

    (void)state;
    run(&w, 2, 90000, 0, 0);
    assert_false(w.stripes);
    zdm_hot_end_rest(&w.h, w.now + 3 * S);
    int64_t rested = zdm_hot_rested_us(&w.h, w.now + 100 * S);
    assert_in_range(rested, 3 * S, 4 * S);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hot),
        cmocka_unit_test(test_slow),
        cmocka_unit_test(test_rests_get_longer),
        cmocka_unit_test(test_back_when_gone),
        cmocka_unit_test(test_another_as_old),
        cmocka_unit_test(test_nobody_known),
        cmocka_unit_test(test_pinned),
        cmocka_unit_test(test_pinned_from_the_start),
        cmocka_unit_test(test_reset),
        cmocka_unit_test(test_not_wanted),
        cmocka_unit_test(test_told_to_stop),
    };

    return cmocka_run_group_tests_name("batch_hot_judge", tests, NULL, NULL);
}
