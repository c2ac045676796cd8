/* Positions: what goes in comes out, byte for byte, and nothing else is taken for one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "batch/position.h"

static void
round_trip(const char *const *keys, size_t n, const char *expected)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_position p = {.n = 0};
    char *text = NULL;

    assert_int_equal(zdm_position_join(keys, n, &text, &err), 0);
    assert_string_equal(text, expected);
    assert_int_equal(zdm_position_split(text, n, &p, &err), 0);
    assert_int_equal(p.n, n);
    for (size_t i = 0; i < n; i++)
        assert_string_equal(p.keys[i], keys[i]);
    zdm_position_release(&p);
    free(text);
}

static void
test_one_key_is_itself(void **state)
{
    (void)state;
    round_trip((const char *[]){"7"}, 1, "7");
    round_trip((const char *[]){""}, 1, "");
    round_trip((const char *[]){"[\"a\",\"b\"]"}, 1, "[\"a\",\"b\"]");
    round_trip((const char *[]){"\xff\xfe"}, 1, "\xff\xfe");
}

static void
test_several_keys(void **state)
{
    (void)state;
    round_trip((const char *[]){"7", "Ann"}, 2, "[\"7\",\"Ann\"]");
    round_trip((const char *[]){"", "", ""}, 3, "[\"\",\"\",\"\"]");
    round_trip((const char *[]){"a\"b", "c\\d"}, 2, "[\"a\\\"b\",\"c\\\\d\"]");
    round_trip((const char *[]){"é\n\t\x01", "\xf0\x9f\x90\x98"}, 2,
        "[\"é\\n\\t\\u0001\",\"\xf0\x9f\x90\x98\"]");
    round_trip((const char *[]){"null", "1e999"}, 2, "[\"null\",\"1e999\"]");
}

static void
test_not_utf8(void **state)
{
    struct zdm_err err = ZDM_ERR_INIT;
    char *text = (char *)"untouched";

    (void)state;
    assert_int_equal(zdm_position_join((const char *[]){"a", "\xff"}, 2, &text, &err), -1);
    assert_string_equal(text, "untouched");
    assert_string_equal(err.message, "a key is no UTF-8 text");
    zdm_err_release(&err);
}

static void
test_refused(void **state)
{
    static const char *const texts[] = {"", "7", "[]", "[\"a\"]", "[\"a\",\"b\",\"c\"]",
        "[\"a\",null]", "[\"a\",1]", "[\"a\",\"b\"", "[\"a\",\"b\"] ]", "{\"a\":\"b\"}",
        "[\"a\",\"b\\u0000\"]"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct zdm_err err = ZDM_ERR_INIT;
        struct zdm_position p = {.n = 0};
        assert_int_equal(zdm_position_split(texts[i], 2, &p, &err), -1);
        assert_int_equal(err.code, ZDM_ERR_MISMATCH);
        assert_int_equal(p.n, 0);
        zdm_err_release(&err);
    }
}

static void
test_common(void **state)
{
    struct zdm_position a = {.n = 3, .keys = {(char *)"1", (char *)"x", (char *)"y"}};
    struct zdm_position b = {.n = 3, .keys = {(char *)"1", (char *)"x", (char *)"z"}};
    struct zdm_position c = {.n = 3, .keys = {(char *)"1.0", (char *)"x", (char *)"y"}};

    (void)state;
    assert_int_equal(zdm_position_common(&a, &b), 2);
    assert_int_equal(zdm_position_common(&a, &c), 0);
    assert_int_equal(zdm_position_common(&a, &a), 3);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_key_is_itself),
        cmocka_unit_test(test_several_keys),
        cmocka_unit_test(test_not_utf8),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_common),
    };

    return cmocka_run_group_tests_name("batch_position", tests, NULL, NULL);
}
