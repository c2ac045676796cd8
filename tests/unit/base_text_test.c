/* Numbers, durations, nearest names, places in text, hashes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void
test_integers(void **state)
{
    static const struct {
        const char *text;
        bool ok;
        int64_t value;
    } cases[] = {
        {"0", true, 0},
        {"-1", true, -1},
        {"007", true, 7},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {"+1", false, 0},
        {" 1", false, 0},
        {"1 ", false, 0},
        {"1.0", false, 0},
        {"0x10", false, 0},
        {"1e3", false, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t value = 42;
        if (zdm_parse_i64(cases[i].text, &value) != cases[i].ok)
            fail_msg("\"%s\" should %sbe a number", cases[i].text, cases[i].ok ? "" : "not ");
        assert_int_equal(value, cases[i].ok ? cases[i].value : 42);
    }
}

static void
test_durations(void **state)
{
    static const struct {
        const char *text;
        int64_t ms; /* -1: refused */
    } cases[] = {
        {"0ms", 0},
        {"250ms", 250},
        {"1.5s", 1500},
        {"1.5h", 5400000},
        {"2 h", 7200000},
        {"3m", 180000},
        {"3min", 180000},
        {"48h", 172800000},
        {"2d", 172800000},
        {"1w", 604800000},
        {"0.0004s", 0},
        {"0.0006s", 1},
        {"36600d", 3162240000000},
        {"36601d", -1},
        {"99999999999999999999h", -1},
        {"1", -1},
        {"", -1},
        {"h", -1},
        {"-1s", -1},
        {"+1s", -1},
        {" 1s", -1},
        {"1s ", -1},
        {".5s", -1},
        {"1.2.3s", -1},
        {"1e3s", -1},
        {"0x1s", -1},
        {"1S", -1},
        {"1 hour", -1},
        {"nan", -1},
        {"infs", -1},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t ms = -1;
        bool ok = zdm_parse_duration_ms(cases[i].text, &ms);
        if (ok != (cases[i].ms >= 0) || ms != cases[i].ms)
            fail_msg("\"%s\": %s, %lld ms", cases[i].text, ok ? "taken" : "refused", (long long)ms);
    }
}

static void
test_showing(void **state)
{
    static const struct {
        int64_t n;
        const char *text;
    } durations[] =
        {
            {0, "0 ms"},
            {999, "999 ms"},
            {1000, "1.0 s"},
            {1540, "1.5 s"},
            {10000, "10 s"},
            {59499, "59 s"},
            {59500, "1 min"},
            {60000, "1 min"},
            {200000, "3 min 20 s"},
            {3600000, "1 h"},
            {7500000, "2 h 5 min"},
            {48LL * 3600 * 1000, "2 d"},
            {76LL * 3600 * 1000, "3 d 4 h"},
        },
      counts[] = {
          {0, "0"},
          {999, "999"},
          {1000, "1,000"},
          {1234567, "1,234,567"},
          {-999, "-999"},
          {-123456, "-123,456"},
          {INT64_MIN, "-9,223,372,036,854,775,808"},
          {INT64_MAX, "9,223,372,036,854,775,807"},
      };
    char out[32];

    (void)state;
    for (size_t i = 0; i < COUNT(durations); i++)
        assert_string_equal(zdm_show_duration(durations[i].n, out), durations[i].text);
    for (size_t i = 0; i < COUNT(counts); i++)
        assert_string_equal(zdm_show_count(counts[i].n, out), counts[i].text);
    assert_string_equal(zdm_show_bytes(999, out), "999 B");
    assert_string_equal(zdm_show_bytes(64 * 1024, out), "64 kB");
    assert_string_equal(zdm_show_bytes(1.25 * 1024 * 1024, out), "1.2 MB");
    assert_string_equal(zdm_show_bytes(9.96 * 1024 * 1024, out), "10 MB");
    assert_string_equal(zdm_show_bytes(3000.0 * 1024 * 1024 * 1024 * 1024, out), "3000 TB");
}

static void
test_nearest(void **state)
{
    static const char *const names[] = {"table", "where", "set", "timeout", "because", "id"};
    static const struct {
        const char *name, *nearest;
    } cases[] = {
        {"tabel", "table"}, /* two letters swapped: one edit */
        {"TABLE", "table"}, /* case does not count */
        {"were", "where"},
        {"time_out", "timeout"},
        {"becuase", "because"},
        {"sets", "set"},
        {"ID", "id"},
        {"i", "id"},
        {"xyz", NULL},
        {"column", NULL},
        {"", NULL},
    };
    char longest[70];

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *found = zdm_nearest(cases[i].name, names, COUNT(names));
        if (!cases[i].nearest ? found != NULL : !found || strcmp(found, cases[i].nearest) != 0)
            fail_msg("nearest to \"%s\" is %s", cases[i].name, found ? found : "none");
    }
    assert_null(zdm_nearest("table", NULL, 0));

    /* Names of 63 bytes are compared, longer garbage is not. */
    memset(longest, 'a', sizeof longest);
    longest[63] = '\0';
    const char *const one[] = {longest};
    char typo[64];
    memcpy(typo, longest, sizeof typo);
    typo[10] = 'b';
    assert_ptr_equal(zdm_nearest(typo, one, 1), longest);
    longest[63] = 'a';
    longest[69] = '\0';
    assert_null(zdm_nearest(longest, names, COUNT(names)));
    assert_null(zdm_nearest("table", one, 1));
}

static void
test_line_and_column(void **state)
{
    static const char text[] = "SELECT 'ä€😀',\n\n  x;\r\ny";
    static const struct {
        const char *at;
        int line, column;
    } cases[] = {
        {"SELECT", 1, 1},
        {"ä", 1, 9},
        {"€", 1, 10},
        {"😀", 1, 11},
        {"',", 1, 12},
        {"\n\n", 1, 14},
        {"\n  x", 2, 1},
        {"x", 3, 3},
        {"y", 4, 1},
    };
    int line, column;

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *at = strstr(text, cases[i].at);
        assert_non_null(at);
        zdm_line_column(text, (size_t)(at - text), &line, &column);
        if (line != cases[i].line || column != cases[i].column)
            fail_msg("case %zu is at %d:%d", i, line, column);
    }
    /* Behind the end is the end. */
    zdm_line_column(text, 1000, &line, &column);
    assert_int_equal(line, 4);
    assert_int_equal(column, 2);
    zdm_line_column("", 0, &line, &column);
    assert_int_equal(line, 1);
    assert_int_equal(column, 1);
    assert_int_equal(zdm_character_offset("x€😀y", 3), 4);
    assert_int_equal(zdm_character_offset("x€😀y", 4), 8);
    assert_int_equal(zdm_character_offset("x€", 9), 4);
    assert_int_equal(zdm_character_offset("", 1), 0);
}

/* FIPS 180-4 examples. */
static void
test_sha256(void **state)
{
    char hex[65];

    (void)state;
    zdm_sha256_hex("", 0, hex);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    zdm_sha256_hex("abc", 3, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    zdm_sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56, hex);
    assert_string_equal(hex, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    zdm_sha256_hex("\0", 1, hex);
    assert_string_equal(hex, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_integers),
        cmocka_unit_test(test_durations),
        cmocka_unit_test(test_showing),
        cmocka_unit_test(test_nearest),
        cmocka_unit_test(test_line_and_column),
        cmocka_unit_test(test_sha256),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
