#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sql/condition.h"

static struct zdm_catalog *catalog;
static struct zdm_relation *table;

static void
add_column(const char *name, const char *type)
{
    struct zdm_type *found = zdm_catalog_type(catalog, "pg_catalog", type);

    if (!found)
        found = zdm_catalog_add_type(catalog, "pg_catalog", type, ZDM_TYPE_BASE);
    zdm_relation_add_column(catalog, table, name)->type = found;
}

static int
make_table(void **state)
{
    (void)state;
    catalog = zdm_catalog_new();
    catalog->time_zone = zdm_catalog_string(catalog, "Europe/Berlin");
    table = zdm_catalog_add_relation(catalog, "public", "t", ZDM_RELATION_TABLE);
    add_column("i", "int4");
    add_column("n", "numeric");
    add_column("d", "date");
    add_column("ts", "timestamp");
    add_column("tz", "timestamptz");
    add_column("t", "text");
    add_column("b", "bool");
    struct zdm_type *mood = zdm_catalog_add_type(catalog, "public", "mood", ZDM_TYPE_ENUM);
    zdm_catalog_append(catalog, &mood->values, "sad");
    zdm_catalog_append(catalog, &mood->values, "ok");
    zdm_catalog_append(catalog, &mood->values, "happy");
    zdm_relation_add_column(catalog, table, "m")->type = mood;
    return 0;
}

static int
drop_table(void **state)
{
    (void)state;
    zdm_catalog_free(catalog);
    return 0;
}

static const struct {
    const char *given, *wanted;
    enum zdm_truth truth;
} proofs[] = {
    {"i = 5", "i > 4", ZDM_YES},
    {"i = 5", "i > 5", ZDM_NO},
    {"i > 10", "i >= 10", ZDM_YES},
    {"i >= 10", "i > 10", ZDM_NO},
    {"10 < i", "i > 9", ZDM_YES},
    {"i < -5", "i < -4", ZDM_YES},
    {"i < -4", "i < -5", ZDM_NO},
    {"i > 9", "i > 10", ZDM_NO},
    {"i > 1 AND i < 3", "i < 4", ZDM_YES},
    {"i BETWEEN 2 AND 3", "i >= 1 AND i < 4", ZDM_YES},
    {"i NOT BETWEEN 2 AND 3", "i < 2 OR i > 3", ZDM_YES},
    {"i IN (1, 2)", "i = 1 OR i = 2 OR i = 3", ZDM_YES},
    {"i IN (1, 2)", "i = 1", ZDM_NO},
    {"i = ANY (ARRAY[1, 2])", "i IN (2, 1)", ZDM_YES},
    {"i <> ALL (ARRAY[1, 2])", "i <> 1", ZDM_YES},
    {"i NOT IN (1, 2)", "i <> 1 AND i <> 2", ZDM_YES},
    {"i = 1", "i <> 2", ZDM_YES},
    {"i > 3", "i <> 3", ZDM_YES},
    {"i >= 3", "i <> 3", ZDM_NO},
    {"NOT (i < 3 OR i > 5)", "i >= 3 AND i <= 5", ZDM_YES},
    {"NOT (i IS NULL)", "i IS NOT NULL", ZDM_YES},
    /* A CHECK passes what is NULL: no comparison says that there is a value. */
    {"i > 3", "i IS NOT NULL", ZDM_NO},
    {"i > 3 AND i IS NOT NULL", "i IS NOT NULL", ZDM_YES},
    {"i IS NOT NULL OR n > 0", "i IS NOT NULL", ZDM_NO},
    {"n > 1.50", "n >= 1.5", ZDM_YES},
    {"n < 99.9", "n < 100", ZDM_YES},
    {"n > -1.2", "n > -1.3", ZDM_YES},
    {"n < 0100", "n < 100.0", ZDM_YES},
    {"d >= '2024-02-01' AND d < '2024-03-01'", "d >= '2024-01-01' AND d < '2025-01-01'", ZDM_YES},
    {"d >= '2024-02-01'::date", "d >= '2024-02-02'::date", ZDM_NO},
    {"d = 'today'", "d >= '2024-01-01'", ZDM_UNSURE},
    {"ts < '2024-01-01 12:00'", "ts < '2024-01-01 12:00:00.5'", ZDM_YES},
    {"tz >= '2024-01-01 00:00:00+02'", "tz >= '2023-12-31 22:00:00+00'", ZDM_YES},
    {"tz >= '2024-01-01 00:00:00+00'", "tz >= '2024-01-01 00:00:00+02'", ZDM_YES},
    {"tz >= '2024-01-01'", "tz >= '2023-12-31 00:00:00+00'", ZDM_UNSURE},
    {"t = 'x'", "t = 'y'", ZDM_NO},
    {"t = 'a'", "t >= 'a' AND t < 'b'", ZDM_YES},
    {"t > 'Zoë'", "t > 'a'", ZDM_UNSURE},
    {"t = 'it''s'::text", "t = 'it''s'", ZDM_YES},
    {"b", "b = true", ZDM_YES},
    {"NOT b", "b <> true", ZDM_YES},
    {"m = 'ok'", "m < 'happy'", ZDM_YES},
    {"m = 'happy'", "m <= 'ok'", ZDM_NO},
    {"lower(t) = 'a'", "lower((t)::text) = 'a'::text", ZDM_YES},
    {"lower(t) = 'a'", "lower(t) <= 'b'", ZDM_UNSURE},
    {"f(i)", "i > 3", ZDM_UNSURE},
    {"nobody > 3", "i > 3", ZDM_NO},
};

static void
proves_as_the_server_does(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof proofs / sizeof *proofs; i++) {
        struct zdm_arena *arena = zdm_arena_new();
        const struct zdm_condition *given = zdm_condition_parse(arena, proofs[i].given);
        const struct zdm_condition *wanted = zdm_condition_parse(arena, proofs[i].wanted);
        assert_non_null(given);
        assert_non_null(wanted);
        enum zdm_truth truth = zdm_condition_implies(catalog, table, given, wanted);
        if (truth != proofs[i].truth)
            fail_msg("%s => %s is %d", proofs[i].given, proofs[i].wanted, truth);
        zdm_arena_free(arena);
    }
}

static void
knows_the_same_condition_again(void **state)
{
    static const struct {
        const char *a, *b;
        bool same;
    } pairs[] = {
        {"i > 0", "(i > 0)", true},
        {"i > 0", "i > 1", false},
        {"t IN ('a', 'b')", "(t = ANY (ARRAY['a'::text, 'b'::text]))", true},
        {"t <> ''", "((t)::text <> ''::text)", true},
        {"i BETWEEN 1 AND 2", "((i >= 1) AND (i <= 2))", true},
        {"lower(t) LIKE 'a%'", "(lower(t) LIKE 'a%'::text)", true},
        {"i > 0 AND n > 0", "n > 0 AND i > 0", false},
        {"\"Mixed Case\" > 0", "(\"Mixed Case\" > 0)", true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct zdm_arena *arena = zdm_arena_new();
        const struct zdm_condition *a = zdm_condition_parse(arena, pairs[i].a);
        const struct zdm_condition *b = zdm_condition_parse(arena, pairs[i].b);
        if (zdm_condition_same(a, b) != pairs[i].same)
            fail_msg("%s and %s", pairs[i].a, pairs[i].b);
        zdm_arena_free(arena);
    }
}

static void
refuses_what_is_no_expression(void **state)
{
    struct zdm_arena *arena = zdm_arena_new();

    (void)state;
    assert_null(zdm_condition_parse(arena, "i >"));
    assert_null(zdm_condition_parse(arena, "1); DROP TABLE t; SELECT (1"));
    assert_null(zdm_condition_parse(arena, "\xff"));
    zdm_arena_free(arena);
}

static void
takes_checks_that_are_valid(void **state)
{
    struct zdm_arena *arena = zdm_arena_new();
    struct zdm_constraint *check =
        zdm_relation_add_constraint(catalog, table, ZDM_CONSTRAINT_CHECK, "c", NULL);
    const struct zdm_condition *wanted = zdm_condition_parse(arena, "i IS NOT NULL AND i > 1");

    (void)state;
    check->check_sql = zdm_catalog_string(catalog, "(i > 5)");
    zdm_relation_column(table, "i")->not_null = true;
    assert_int_equal(
        zdm_condition_implies(catalog, table, zdm_condition_of_relation(arena, table), wanted),
        ZDM_YES);
    check->validated = false;
    assert_int_equal(
        zdm_condition_implies(catalog, table, zdm_condition_of_relation(arena, table), wanted),
        ZDM_NO);
    check->validated = true;
    zdm_relation_column(table, "i")->not_null = false;
    assert_int_equal(
        zdm_condition_implies(catalog, table, zdm_condition_of_relation(arena, table), wanted),
        ZDM_NO);
    zdm_arena_free(arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(proves_as_the_server_does, make_table, drop_table),
        cmocka_unit_test_setup_teardown(knows_the_same_condition_again, make_table, drop_table),
        cmocka_unit_test_setup_teardown(refuses_what_is_no_expression, make_table, drop_table),
        cmocka_unit_test_setup_teardown(takes_checks_that_are_valid, make_table, drop_table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
