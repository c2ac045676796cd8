/* How long work takes by assumed, measured and earlier speeds, and what it is said from. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "sql/speed.h"

#define MB INT64_C(1000000)

static void
expect(const struct zdm_speeds *speeds, const int64_t *bytes, int64_t least, int64_t most,
    const char *basis)
{
    struct zdm_buf text = ZDM_BUF_INIT;
    int64_t least_ms, most_ms;

    zdm_speeds_time(speeds, bytes, &least_ms, &most_ms);
    zdm_speeds_add_basis(&text, speeds, bytes);
    assert_string_equal(text.s, basis);
    assert_int_equal(least_ms, least);
    assert_int_equal(most_ms, most);
    zdm_buf_release(&text);
}

static const int64_t scan[ZDM_SPEED_KINDS] = {[ZDM_SPEED_SCAN] = 20000 * MB};
static const int64_t build[ZDM_SPEED_KINDS] = {[ZDM_SPEED_BUILD] = 3000 * MB};
static const int64_t both[ZDM_SPEED_KINDS] = {
    [ZDM_SPEED_SCAN] = 2000 * MB, [ZDM_SPEED_BUILD] = 3000 * MB};

static void
test_assumed(void **state)
{
    (void)state;
    struct zdm_speeds speeds;

    zdm_speeds_assume(&speeds);
    expect(&speeds, scan, 10000, 100000, "assumed speeds");
    expect(&speeds, both, 11000, 110000, "assumed speeds");
    expect(&speeds, (const int64_t[ZDM_SPEED_KINDS]){0}, 0, 0, "there are no rows");
}

static void
test_measured(void **state)
{
    (void)state;
    struct zdm_speeds speeds;

    zdm_speeds_assume(&speeds);
    zdm_speeds_measure(&speeds, 10 * MB, 10000, true); /* too little */
    zdm_speeds_measure(&speeds, 1000 * MB, 99, true);  /* too short */
    expect(&speeds, scan, 10000, 100000, "assumed speeds");
    /* Whole tables: 40 MB/s, rounded down to 2^15 bytes a ms. */
    zdm_speeds_measure(&speeds, 4000 * MB, 100000, true);
    expect(&speeds, scan, 10000, 20000 * MB / 32768, "from reads of this server, 32 MB/s");
    expect(&speeds, both, 11000, 2000 * MB / 32768 + 100000,
        "from reads of this server, 32 MB/s and assumed speeds");
    /* A little more changes nothing, so a comment stays as it is. */
    zdm_speeds_assume(&speeds);
    zdm_speeds_measure(&speeds, 4100 * MB, 100000, true);
    expect(&speeds, scan, 10000, 20000 * MB / 32768, "from reads of this server, 32 MB/s");
    /* Single pages: a scan is not slower, and may be faster. */
    zdm_speeds_assume(&speeds);
    zdm_speeds_measure(&speeds, 4000 * MB, 100000, false);
    expect(&speeds, scan, 10000, 100000, "assumed speeds");
    zdm_speeds_measure(&speeds, 400000 * MB, 100000, false);
    expect(&speeds, scan, 20000 * MB / (2 * 2097152), 20000 * MB / 2097152,
        "from reads of this server, 2097 MB/s");
}

static void
test_learned(void **state)
{
    (void)state;
    struct zdm_speeds speeds;

    zdm_speeds_assume(&speeds);
    zdm_speeds_learn(&speeds, ZDM_SPEED_BUILD, 1000, 1000); /* all overhead */
    zdm_speeds_learn(&speeds, ZDM_SPEED_BUILD, 100 * MB, 1);
    expect(&speeds, build, 10000, 100000, "assumed speeds");
    zdm_speeds_learn(&speeds, ZDM_SPEED_BUILD, 100 * MB, 10000); /* 10 MB/s */
    expect(&speeds, build, 149985, 599880, "from 1 index build on this target");
    zdm_speeds_learn(&speeds, ZDM_SPEED_BUILD, 100 * MB, 1000); /* 100 MB/s */
    expect(&speeds, build, 14999, 599880, "from 2 index builds on this target");
    expect(&speeds, both, 15999, 609880, "from 2 index builds on this target and assumed speeds");
    /* What the server measured of its reads says less than what steps took. */
    zdm_speeds_learn(&speeds, ZDM_SPEED_SCAN, 2000 * MB, 2000);
    zdm_speeds_measure(&speeds, 4000 * MB, 100000, true);
    expect(&speeds, scan, 9999, 39999, "from 1 scan on this target");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_assumed),
        cmocka_unit_test(test_measured),
        cmocka_unit_test(test_learned),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
