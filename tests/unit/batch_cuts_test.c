/* Where the batches of a striped range end, and what they say about the size of the next ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "batch/cuts.h"

static struct zdm_cuts
three(void)
{
    struct zdm_cuts cuts = {.count = 0};

    zdm_cuts_add(&cuts, "80", 80, true);
    zdm_cuts_add(&cuts, "160", 80, true);
    zdm_cuts_add(&cuts, "171", 80, false);
    return cuts;
}

static void
test_behind(void **state)
{
    struct zdm_cuts cuts = three();

    (void)state;
    assert_string_equal(zdm_cuts_behind(&cuts, NULL)->upto, "80");
    assert_string_equal(zdm_cuts_behind(&cuts, "80")->upto, "160");
    assert_string_equal(zdm_cuts_behind(&cuts, "160")->upto, "171");
    assert_null(zdm_cuts_behind(&cuts, "171"));
    assert_null(zdm_cuts_behind(&cuts, "100")); /* no cut: nothing is known of it */
    zdm_cuts_clear(&cuts);
    assert_null(zdm_cuts_behind(&cuts, NULL));
    assert_null(zdm_cuts_behind(&cuts, "80"));
}

static void
test_average(void **state)
{
    struct zdm_cuts cuts = three();
    int64_t keys = -1;
    double ms = -1;

    (void)state;
    assert_false(zdm_cuts_average(&cuts, 8, &keys, &ms));
    cuts.items[2].slowest_ms = 50; /* of an unknown number of keys */
    assert_false(zdm_cuts_average(&cuts, 8, &keys, &ms));
    cuts.items[1].slowest_ms = 4;
    assert_true(zdm_cuts_average(&cuts, 8, &keys, &ms));
    assert_int_equal(keys, 10);
    assert_float_equal(ms, 4, 0);
    cuts.items[0].slowest_ms = 6;
    assert_true(zdm_cuts_average(&cuts, 3, &keys, &ms));
    assert_int_equal(keys, 27);
    assert_float_equal(ms, 5, 0);
    zdm_cuts_clear(&cuts);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_behind),
        cmocka_unit_test(test_average),
    };

    return cmocka_run_group_tests_name("batch_cuts", tests, NULL, NULL);
}
