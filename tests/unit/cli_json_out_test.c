#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/json.h"
#include "cli/json_out.h"

static json_t *
text_alone(const char *s)
{
    json_t *array = json_array();

    json_array_append_new(array, zdm_json_text(s));
    return array;
}

/* Every string reads as jansson has it, byte for byte. */
static void
same_text(const char *s)
{
    struct zdm_buf out = ZDM_BUF_INIT;
    struct zdm_json_out json = {.out = &out};
    json_t *value = text_alone(s);
    char *expected = json_dumps(value, JSON_INDENT(2));

    zdm_json_put_texts(&json, NULL, &s, 1);
    assert_int_equal(out.s[out.len - 1], '\n');
    assert_int_equal(out.len, strlen(expected) + 1);
    assert_memory_equal(out.s, expected, out.len - 1);
    free(expected);
    json_decref(value);
    zdm_buf_release(&out);
}

static void
strings(void **state)
{
    static const char *const odd[] = {"", "plain", "\"\\/\b\f\n\r\t\x01\x1f\x7f",
        "d\xc3\xa9j\xc3\xa0", "\xf0\x9f\x98\x80!", "\xed\xa0\x80", "\xed\x9f\xbf", "\xe0\x80\x80",
        "\xe0\xa0\x80", "\xf0\x80\x80\x80", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf",
        "\xf4\x90\x80\x80", "\xc0\x80", "\xf5\x80\x80\x80", "\xff", "a\xe2\x82", "\xe2\x82z"};

    (void)state;
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        same_text(odd[i]);
    same_text(NULL);
    /* All pairs of bytes, with something behind that may complete a character or not. */
    for (int a = 1; a < 256; a++)
        for (int b = 1; b < 256; b++) {
            const char pair[] = {(char)a, (char)b, (char)0x80, (char)0xbf, 'z', 0};
            same_text(pair);
        }
}

static void
documents(void **state)
{
    static const char *const words[] = {"a", NULL};
    struct zdm_buf out = ZDM_BUF_INIT, whole = ZDM_BUF_INIT;
    struct zdm_json_out json = {.out = &out};

    (void)state;
    zdm_json_open(&json, NULL, '{');
    zdm_json_open(&json, "empty", '[');
    zdm_json_close(&json, ']');
    zdm_json_open(&json, "none", '{');
    zdm_json_close(&json, '}');
    /* Emptying the buffer changes nothing. */
    zdm_buf_add(&whole, out.s);
    zdm_buf_clear(&out);
    zdm_json_put_texts(&json, "words", words, 2);
    zdm_json_put_number(&json, "least", INT64_MIN);
    zdm_json_put_place(&json, "line", 0);
    zdm_json_put_place(&json, "column", 7);
    zdm_json_put_bool(&json, "yes", true);
    zdm_json_put(&json, "value", json_pack("{s:[i,s],s:{},s:n}", "list", 1, "x\ny", "o", "z"));
    zdm_json_put(&json, "scalar", json_integer(3));
    zdm_json_close(&json, '}');
    zdm_buf_add(&whole, out.s);
    zdm_buf_release(&out);

    json_t *value = json_loads(whole.s, 0, NULL);
    assert_non_null(value);
    char *again = json_dumps(value, JSON_INDENT(2));
    assert_string_equal(json_string_value(json_array_get(json_object_get(value, "words"), 0)), "a");
    assert_true(json_is_null(json_object_get(value, "line")));
    assert_int_equal(json_integer_value(json_object_get(value, "column")), 7);
    assert_int_equal(json_object_size(value), 9);
    assert_int_equal(whole.len, strlen(again) + 1);
    assert_memory_equal(whole.s, again, whole.len - 1);
    free(again);
    json_decref(value);
    zdm_buf_release(&whole);
}

/* Deeper than the run of blanks that is written at once. */
static void
deep(void **state)
{
    enum { DEPTH = 100 };
    struct zdm_buf out = ZDM_BUF_INIT;
    struct zdm_json_out json = {.out = &out};

    (void)state;
    for (int i = 0; i < DEPTH; i++)
        zdm_json_open(&json, NULL, '[');
    zdm_json_put_number(&json, NULL, 1);
    for (int i = 0; i < DEPTH; i++)
        zdm_json_close(&json, ']');
    json_t *value = json_loads(out.s, 0, NULL);
    char *again = json_dumps(value, JSON_INDENT(2));
    assert_int_equal(out.len, strlen(again) + 1);
    assert_memory_equal(out.s, again, out.len - 1);
    free(again);
    json_decref(value);
    zdm_buf_release(&out);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings),
        cmocka_unit_test(documents),
        cmocka_unit_test(deep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
