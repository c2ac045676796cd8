/* What ALTER TABLE does to columns, with a catalog made by hand: the same statement over different
 * tables. tests/truth asks a server; here are the parts that no server of today shows, and messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <stdio.h>

#include "sql_catalog_fixture.h"

static void
expect(struct zdm_catalog *catalog, int version, const char *sql, const char *expected)
{
    char *seen = fixture_describe(catalog, version, sql);

    if (strcmp(seen, expected) != 0)
        fail_msg("%s\n  expected %s\n  seen     %s", sql, expected, seen);
    free(seen);
}

static void
not_null(void **state)
{
    static const char *const conditions[][2] = {{"(a IS NOT NULL)", "proven"},
        {"((a IS NOT NULL) AND (a > 0))", "proven"}, {"(NOT (a IS NULL))", "proven"},
        {"(NOT ((a IS NULL) OR (a < 0)))", "proven"},
        {"(((a IS NOT NULL) AND (a > 0)) OR (a IS NOT NULL))", "proven"}, {"(a > 0)", "scan"},
        {"((a IS NOT NULL) OR (a > 0))", "scan"}, {"((a)::text IS NOT NULL)", "scan"},
        {"(COALESCE(a, 0) <> 0)", "scan"}, {"((a IS NOT NULL) IS TRUE)", "scan"},
        {"(NOT (a IS NOT NULL))", "scan"}, {"this is no condition", "scan"}};

    (void)state;
    for (size_t i = 0; i < sizeof conditions / sizeof *conditions; i++) {
        struct zdm_catalog *catalog = fixture_catalog();
        struct zdm_relation *t = fixture_table(catalog, "public", "t", 10);
        fixture_column(catalog, t, "a", "int4", -1);
        fixture_check(catalog, t, "proof", "a", conditions[i][0]);
        expect(catalog, 15, "ALTER TABLE t ALTER a SET NOT NULL",
            strcmp(conditions[i][1], "proven") == 0
                ? "safe; lock public.t ACCESS EXCLUSIVE brief; rule set-not-null-proven"
                : "unsafe; lock public.t ACCESS EXCLUSIVE scan; scan public.t; breaks w; rule "
                  "scan-set-not-null");
    }
}

/* A constraint of 18 that is there and not valid. */
static void
not_null_not_valid(void **state)
{
    struct zdm_catalog *catalog = fixture_catalog();
    struct zdm_relation *t = fixture_table(catalog, "public", "t", 10);
    struct zdm_column *a = fixture_column(catalog, t, "a", "int4", -1);

    (void)state;
    a->not_null = true;
    a->not_null_valid = false;
    struct zdm_constraint *constraint =
        zdm_relation_add_constraint(catalog, t, ZDM_CONSTRAINT_NOT_NULL, "t_a_not_null", NULL);
    constraint->columns = fixture_names(catalog, "a");
    constraint->n_columns = 1;
    constraint->validated = false;
    expect(catalog, 18, "ALTER TABLE t ALTER a SET NOT NULL",
        "unsafe; lock public.t ACCESS EXCLUSIVE scan; scan public.t; rule "
        "pg18-not-null-not-valid");
}

static void
rows_decide(void **state)
{
    static const struct {
        int64_t rows;
        const char *fails;
    } tables[] = {{10, "; fails 23502"}, {0, ""}, {-1, ""}};

    (void)state;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        struct zdm_catalog *catalog = fixture_catalog();
        char expected[256];
        fixture_table(catalog, "public", "t", tables[i].rows);
        snprintf(expected, sizeof expected,
            "unsafe; lock public.t ACCESS EXCLUSIVE scan; scan public.t; breaks w p%s; rule "
            "fail-required-column",
            tables[i].fails);
        expect(catalog, 15, "ALTER TABLE t ADD COLUMN a int NOT NULL", expected);
    }
}

/* One name, two schemas, two volatilities; and a body that takes the place of the call. */
static void
functions(void **state)
{
    static const char rewrite[] =
        "unsafe; lock public.t ACCESS EXCLUSIVE rewrite; rewrite public.t; breaks p; rule "
        "rewrite-volatile-default";
    static const char brief[] = "safe; lock public.t ACCESS EXCLUSIVE brief; breaks p";
    static const struct {
        const char *value, *expected;
    } values[] = {{"f()", rewrite}, {"public.f()", rewrite}, {"other.f()", brief}, {"g()", brief},
        {"1 + f()", rewrite}, {"coalesce(g(), 1)", brief}, {"inlined()", brief},
        {"circular()", rewrite},
        {"nothing()",
            "unsafe; lock public.t ACCESS EXCLUSIVE brief; fails 42883; rule fail-certain"},
        {"f(1)", "unsafe; lock public.t ACCESS EXCLUSIVE brief; fails 42883; rule fail-certain"}};

    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        struct zdm_catalog *catalog = fixture_catalog();
        char sql[128];
        zdm_catalog_add_schema(catalog, "other");
        fixture_table(catalog, "public", "t", 10);
        fixture_function(catalog, "public", "f", 'v');
        fixture_function(catalog, "other", "f", 'i');
        fixture_function(catalog, "public", "g", 's');
        fixture_function(catalog, "public", "inlined", 'v')->sql_body = " SELECT 1 + 1";
        fixture_function(catalog, "public", "circular", 'v')->sql_body = "SELECT circular()";
        snprintf(sql, sizeof sql, "ALTER TABLE t ADD COLUMN a int DEFAULT %s", values[i].value);
        expect(catalog, 15, sql, values[i].expected);
    }
}

static void
types(void **state)
{
    struct zdm_catalog *catalog = fixture_catalog();
    struct zdm_relation *t = fixture_table(catalog, "public", "t", 10);
    struct zdm_relation *child = fixture_table(catalog, "public", "Child", 10);
    struct zdm_relation *other = fixture_table(catalog, "public", "other", 10);

    (void)state;
    fixture_column(catalog, t, "a", "varchar", 14);
    fixture_column(catalog, t, "b", "int4", -1);
    fixture_column(catalog, child, "b", "int4", -1)->inherited = true;
    fixture_column(catalog, child, "a", "varchar", 14)->inherited = true;
    fixture_column(catalog, other, "b", "int4", -1);
    fixture_inherit(catalog, child, t);
    fixture_index(catalog, t, "t_a_idx", "a");
    fixture_index(catalog, t, "t_a_partial", "a")->predicate_sql = "(a <> ''::text)";
    fixture_check(catalog, child, "child_a", "a", "(a <> ''::text)");
    fixture_foreign(catalog, other, "b", t, "b");
    char *seen = fixture_describe(catalog, 15, "ALTER TABLE t ALTER a TYPE text");
    assert_string_equal(seen,
        "unsafe; lock public.t ACCESS EXCLUSIVE build; lock public.\"Child\" ACCESS EXCLUSIVE "
        "scan; "
        "scan public.\"Child\"; build t_a_partial; breaks p; rule index-rebuild-on-type; "
        "rule type-metadata-only; rule type-plan-invalidation; rule lock-parent-fanout");
    free(seen);
}

static void
types_behind_foreign_keys(void **state)
{
    static const struct {
        const char *type, *expected;
    } types[] = {
        {"oid", "unsafe; lock public.t ACCESS EXCLUSIVE scan; lock public.other ACCESS EXCLUSIVE "
                "scan; scan public.other; scan public.t; breaks p; rule type-fk-column; rule "
                "type-metadata-only; rule type-plan-invalidation"},
        {"int8", "unsafe; lock public.t ACCESS EXCLUSIVE rewrite; lock public.other ACCESS "
                 "EXCLUSIVE scan; rewrite public.t; scan public.other; breaks p; rule "
                 "type-fk-column; rule rewrite-column-type; rule type-plan-invalidation"},
        {"text", "unsafe; lock public.t ACCESS EXCLUSIVE rewrite; rewrite public.t; fails 42804; "
                 "rule fail-certain"}};

    (void)state;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        struct zdm_catalog *catalog = fixture_catalog();
        struct zdm_relation *t = fixture_table(catalog, "public", "t", 10);
        struct zdm_relation *other = fixture_table(catalog, "public", "other", 10);
        char sql[64];
        fixture_column(catalog, t, "b", "int4", -1);
        fixture_column(catalog, other, "b", "int4", -1);
        fixture_foreign(catalog, other, "b", t, "b");
        snprintf(sql, sizeof sql, "ALTER TABLE t ALTER b TYPE %s", types[i].type);
        expect(catalog, 15, sql, types[i].expected);
    }
}

static void
versions_differ(void **state)
{
    static const struct {
        int version;
        const char *fails;
    } versions[] = {{16, "42P16"}, {17, NULL}};

    (void)state;
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        struct zdm_catalog *catalog = fixture_catalog();
        struct zdm_relation *t = fixture_table(catalog, "public", "t", -1);
        struct zdm_relation *p = fixture_table(catalog, "public", "p", 10);
        t->kind = ZDM_RELATION_PARTITIONED;
        p->is_partition = true;
        fixture_inherit(catalog, p, t);
        char *seen = fixture_describe(catalog, versions[i].version,
            "ALTER TABLE t ADD COLUMN a int GENERATED ALWAYS AS IDENTITY");
        assert_int_equal(versions[i].fails != NULL, strstr(seen, "; fails 42P16") != NULL);
        assert_int_equal(versions[i].fails == NULL, strstr(seen, "; rewrite public.p") != NULL);
        free(seen);
    }
}

/* What a failed statement did to the catalog is taken back; what a good one did stays. */
static void
sequence(void **state)
{
    static const struct {
        const char *sql, *expected;
    } texts[] = {
        {"ALTER TABLE t ADD COLUMN b int; ALTER TABLE t ADD COLUMN b int",
            "unsafe; lock public.t ACCESS EXCLUSIVE brief; fails 42701; rule fail-certain"},
        {"ALTER TABLE t ADD COLUMN b int, DROP COLUMN nothing; ALTER TABLE t ADD COLUMN b int",
            "safe; lock public.t ACCESS EXCLUSIVE brief; breaks p"},
        {"ALTER TABLE t DROP COLUMN a; ALTER TABLE t ALTER a TYPE text",
            "unsafe; lock public.t ACCESS EXCLUSIVE brief; fails 42703; rule fail-certain"},
        {"ALTER TABLE t ALTER a TYPE varchar(20); ALTER TABLE t ALTER a TYPE varchar(30)",
            "safe; lock public.t ACCESS EXCLUSIVE brief; breaks p; rule type-metadata-only; rule "
            "type-plan-invalidation"},
        {"ALTER TABLE t ALTER a SET NOT NULL; ALTER TABLE t ALTER a SET NOT NULL",
            "safe; lock public.t ACCESS EXCLUSIVE brief; rule set-not-null-proven"},
        {"ALTER TABLE t ALTER a SET NOT NULL; ALTER TABLE t ALTER a DROP NOT NULL; ALTER TABLE t "
         "ALTER a SET NOT NULL",
            "unsafe; lock public.t ACCESS EXCLUSIVE scan; scan public.t; breaks w; rule "
            "scan-set-not-null"}};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct zdm_catalog *catalog = fixture_catalog();
        struct zdm_relation *t = fixture_table(catalog, "public", "t", 10);
        fixture_column(catalog, t, "a", "varchar", 14);
        expect(catalog, 15, texts[i].sql, texts[i].expected);
    }
}

/* A dropped column keeps its place for ever. */
static void
no_place_left(void **state)
{
    static const struct {
        size_t dropped;
        const char *sql;
        bool fits;
    } tables[] = {{1598, "ALTER TABLE t ADD COLUMN b int", true},
        {1599, "ALTER TABLE t ADD COLUMN b int", false},
        {1598, "ALTER TABLE t ADD COLUMN b int, ADD COLUMN c int", false},
        {1598,
            "ALTER TABLE t ADD COLUMN b int; ALTER TABLE t DROP COLUMN a; "
            "ALTER TABLE t ADD COLUMN a int",
            false}};

    (void)state;
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        struct zdm_catalog *catalog = fixture_catalog();
        struct zdm_relation *t = fixture_table(catalog, "public", "t", 10);
        fixture_column(catalog, t, "a", "varchar", 14);
        t->n_dropped_columns = tables[i].dropped;
        char *seen = fixture_describe(catalog, 15, tables[i].sql);
        assert_int_equal(!tables[i].fits, strstr(seen, "; fails 54011") != NULL);
        free(seen);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(not_null),
        cmocka_unit_test(not_null_not_valid), cmocka_unit_test(rows_decide),
        cmocka_unit_test(functions), cmocka_unit_test(types),
        cmocka_unit_test(types_behind_foreign_keys), cmocka_unit_test(versions_differ),
        cmocka_unit_test(sequence), cmocka_unit_test(no_place_left)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
