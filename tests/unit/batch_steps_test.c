/* Ends of ranges that are computed: numbers as the keys order them, up to both ends of their types. */
#include "batch/steps.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define INT8_MIN_TEXT "-9223372036854775808"
#define INT8_MAX_TEXT "9223372036854775807"
#define UUID_FIRST    "00000000-0000-0000-0000-000000000000"
#define UUID_LAST     "ffffffff-ffff-ffff-ffff-ffffffffffff"

/* Looking up is dear. */
static struct zdm_steps
steps(enum zdm_step_by by)
{
    struct zdm_steps s;

    zdm_steps_init(&s, by, 0);
    for (int i = 0; i < 10; i++)
        zdm_steps_looked(&s, 1000, 10);
    zdm_steps_worked(&s, 1000, 10);
    return s;
}

static void
assert_end(struct zdm_steps *s, const char *after, const char *bound, int64_t keys, const char *end)
{
    char *got = zdm_steps_end(s, after, bound, keys);

    if (end)
        assert_string_equal(got, end);
    else
        assert_null(got);
    free(got);
}

static void
test_integers(void **state)
{
    struct zdm_steps s = steps(ZDM_STEP_INTEGER);

    (void)state;
    zdm_steps_slice(&s, "-1000", "1000", 2000);
    assert_end(&s, "-1000", "1000", 250, "-750");
    assert_end(&s, "-100", "1000", 250, "150");
    assert_end(&s, "749", "1000", 250, "999");
    assert_end(&s, "750", "1000", 250, "1000");
    assert_end(&s, "751", "1000", 250, "1000");
    assert_end(&s, "1000", "1000", 250, NULL);
    /* A tenth of a key each. */
    zdm_steps_slice(&s, "0", "1000000", 100000);
    assert_end(&s, "0", "1000000", 100, "1000");
}

static void
test_ends_of_int8(void **state)
{
    struct zdm_steps s = steps(ZDM_STEP_INTEGER);

    (void)state;
    zdm_steps_slice(&s, INT8_MIN_TEXT, INT8_MAX_TEXT, 1 << 20);
    assert_end(&s, INT8_MIN_TEXT, INT8_MAX_TEXT, 1 << 19, "0");
    assert_end(&s, "0", INT8_MAX_TEXT, 1 << 18, "4611686018427387904");
    assert_end(&s, "9223372036854775800", INT8_MAX_TEXT, 1 << 18, INT8_MAX_TEXT);
    assert_end(&s, INT8_MIN_TEXT, INT8_MAX_TEXT, INT64_MAX, INT8_MAX_TEXT);
}

static void
test_uuid(void **state)
{
    struct zdm_steps s = steps(ZDM_STEP_UUID);

    (void)state;
    zdm_steps_slice(&s, UUID_FIRST, UUID_LAST, 1 << 20);
    assert_end(&s, UUID_FIRST, UUID_LAST, 1 << 19, "80000000-0000-0000-0000-000000000000");
    assert_end(&s, "80000000-0000-0000-0000-000000000001", UUID_LAST, 1 << 18,
        "c0000000-0000-0000-0000-000000000001");
    assert_end(&s, "c0000000-0000-0000-0000-000000000001", UUID_LAST, 1 << 18, UUID_LAST);
    /* Only the last digits, across the two halves. */
    zdm_steps_slice(
        &s, "00000000-0000-0001-ffff-fffffffffff0", "00000000-0000-0002-0000-0000000000f0", 256);
    assert_end(&s, "00000000-0000-0001-ffff-fffffffffff0", "00000000-0000-0002-0000-0000000000f0",
        128, "00000000-0000-0002-0000-000000000070");
}

static void
test_what_is_no_number(void **state)
{
    struct zdm_steps s = steps(ZDM_STEP_UUID);

    (void)state;
    zdm_steps_slice(&s, UUID_FIRST, UUID_LAST, 1 << 20);
    assert_end(&s, NULL, UUID_LAST, 1000, NULL);
    assert_end(&s, "7", UUID_LAST, 1000, NULL);
    assert_end(&s, "80000000x0000-0000-0000-000000000001", UUID_LAST, 1000, NULL);
    assert_end(&s, "8000000g-0000-0000-0000-000000000001", UUID_LAST, 1000, NULL);
    s = steps(ZDM_STEP_NONE);
    zdm_steps_slice(&s, "1", "9", 5);
    assert_end(&s, "1", "9", 1000, NULL);
    s = steps(ZDM_STEP_INTEGER);
    zdm_steps_slice(&s, "1", "90000", 50000);
    assert_end(&s, "1x", "90000", 1000, NULL);
    assert_end(&s, "", "90000", 1000, NULL);
    assert_int_equal(zdm_step_by_type("pg_catalog.int4"), ZDM_STEP_INTEGER);
    assert_int_equal(zdm_step_by_type("pg_catalog.uuid"), ZDM_STEP_UUID);
    assert_int_equal(zdm_step_by_type("public.uuid"), ZDM_STEP_NONE);
    assert_int_equal(zdm_step_by_type("pg_catalog.text"), ZDM_STEP_NONE);
}

static void
test_only_when_looking_up_is_dear(void **state)
{
    struct zdm_steps s;

    (void)state;
    zdm_steps_init(&s, ZDM_STEP_INTEGER, 0);
    zdm_steps_slice(&s, "0", "100000", 100000);
    assert_end(&s, "0", "100000", 1000, NULL); /* nothing is known */
    zdm_steps_looked(&s, 1000, 1);
    zdm_steps_worked(&s, 1000, 9);
    assert_true(zdm_steps_share(&s) > 0.099 && zdm_steps_share(&s) < 0.101);
    assert_end(&s, "0", "100000", 1000, NULL);
    for (int i = 0; i < 10; i++)
        zdm_steps_looked(&s, 1000, 9);
    assert_end(
        &s, "0", "100000", 1000, NULL); /* dear, but for 91 ms only: the server may be busy */
    zdm_steps_looked(&s, 1000, 9);
    assert_end(&s, "0", "100000", 1000, "1000");
    assert_end(&s, "0", "100000", ZDM_STEPS_LEAST - 1, NULL);
}

static void
test_density_follows_what_is_hit(void **state)
{
    struct zdm_steps s = steps(ZDM_STEP_INTEGER);

    (void)state;
    zdm_steps_slice(&s, "0", "1000000", 1000000);
    for (int i = 0; i < 40; i++)
        zdm_steps_hit(&s, 1000, (int64_t)(1000 * 0.1 / s.density), true);
    assert_true(s.density > 0.099 && s.density < 0.101);
    /* Rows that need no change say only that there are no fewer. */
    zdm_steps_hit(&s, 1000, 10, false);
    assert_true(s.density > 0.099);
    zdm_steps_hit(&s, 1000, 3000, false);
    assert_true(s.density > 0.15);
    /* Nor does what is unknown. */
    zdm_steps_slice(&s, NULL, "1000000", 1000000);
    assert_end(&s, "0", "1000000", 1000, NULL);
    zdm_steps_dense(&s, "5000", "15000", 1000);
    assert_end(&s, "0", "1000000", 1000, "10000");
}

static void
test_empty_ranges(void **state)
{
    struct zdm_steps s = steps(ZDM_STEP_INTEGER);
    int looks = 0;

    (void)state;
    zdm_steps_slice(&s, "0", "1000000", 1000000);
    for (int i = 0; i < 2; i++)
        zdm_steps_hit(&s, 1000, 0, false);
    assert_end(&s, "0", "1000000", 1000, "1000");
    zdm_steps_hit(&s, 1000, 0, false);
    assert_end(&s, "0", "1000000", 1000, NULL); /* a look */
    assert_end(&s, "0", "1000000", 1000, "1000");
    /* A walk over rows that need nothing: looks get rare. */
    for (int i = 0; i < 3000; i++) {
        zdm_steps_hit(&s, 1000, 0, false);
        char *end = zdm_steps_end(&s, "0", "1000000", 1000);
        looks += end == NULL;
        free(end);
    }
    assert_in_range(looks, 7, 10);
    zdm_steps_hit(&s, 1000, 1, false);
    for (int i = 0; i < 3; i++)
        zdm_steps_hit(&s, 1000, 0, false);
    assert_end(&s, "0", "1000000", 1000, NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_ends_of_int8),
        cmocka_unit_test(test_uuid),
        cmocka_unit_test(test_what_is_no_number),
        cmocka_unit_test(test_only_when_looking_up_is_dear),
        cmocka_unit_test(test_density_follows_what_is_hit),
        cmocka_unit_test(test_empty_ranges),
    };

    return cmocka_run_group_tests_name("batch_steps", tests, NULL, NULL);
}
