/* Statements that came after PostgreSQL 15, with whichever grammar this was built with: an older one
 * cannot read them, and no grammar makes them safe when no family knows them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <string.h>

#include "sql/catalog.h"
#include "sql/library.h"
#include "sql_describe.h"

#define NOT_VALID "safe; lock t ACCESS EXCLUSIVE brief; rule break-add-constraint-writers"
#define TABLE     "CREATE TABLE t (a int, b int, s int GENERATED ALWAYS AS (a) STORED);"

/* What the last statement is, in a grammar that has it. */
static const struct {
    int since;
    const char *sql;
    const char *expected; /* NULL: anything, but it is known */
    bool helped;          /* older grammars read it, too: sql/not_null_text.h */
} forms[] = {
    {16, "SELECT * FROM (SELECT 1)", "safe"},
    {16, "CREATE STATISTICS ON a, b FROM t", NULL},
    {16, "REINDEX DATABASE", NULL},
    {16, "REINDEX SYSTEM", NULL},
    {16, "CREATE TABLE u (a text STORAGE external)", "safe"},
    {16, "SELECT 1 IS JSON", "safe"},
    {16, "GRANT a TO b WITH INHERIT TRUE, SET FALSE", NULL},
    {17, "ALTER TABLE t ALTER s SET EXPRESSION AS (a * 2)",
        "unsafe; lock t ACCESS EXCLUSIVE rewrite; rewrite t; rule rewrite-set-expression"},
    {17, "ALTER TABLE t ALTER a SET STATISTICS DEFAULT",
        "safe; lock t SHARE UPDATE EXCLUSIVE brief"},
    {17, "MERGE INTO t USING u ON t.a = u.a WHEN NOT MATCHED BY SOURCE THEN DELETE RETURNING t.*",
        NULL},
    {17, "SELECT * FROM JSON_TABLE('[1]', '$[*]' COLUMNS (a int PATH '$'))", "safe"},
    {17, "SELECT JSON_VALUE('[1]', '$[0]' RETURNING int)", "safe"},
    {17, "ALTER TABLE t SET ACCESS METHOD DEFAULT", "unknown; rule uninspectable"},
    {17, "ALTER DOMAIN d ADD CONSTRAINT n NOT NULL", "unknown; rule uninspectable"},
    {18, "ALTER TABLE t ADD c int GENERATED ALWAYS AS (a * 2)",
        "safe; lock t ACCESS EXCLUSIVE brief; breaks p"},
    {18, "ALTER TABLE t ADD c int NOT NULL GENERATED ALWAYS AS (a * 2) VIRTUAL",
        "unsafe; lock t ACCESS EXCLUSIVE scan; scan t; breaks p; rule scan-set-not-null"},
    {18, "CREATE TABLE u (a int, b int GENERATED ALWAYS AS (a) VIRTUAL)", "safe"},
    {18, "CREATE TABLE u (a int, b int GENERATED ALWAYS AS (a) VIRTUAL UNIQUE)",
        "unsafe; fails 0A000; rule fail-certain"},
    {18, "ALTER TABLE t ADD CONSTRAINT n NOT NULL a",
        "unsafe; lock t ACCESS EXCLUSIVE scan; scan t; breaks w; rule scan-set-not-null", true},
    {18, "ALTER TABLE t ADD CONSTRAINT n NOT NULL a NOT VALID", NOT_VALID, true},
    {18, "ALTER TABLE t ADD/**/NOT/*b*/NULL\"a\"NO -- c\n INHERIT NOT VALID;", NOT_VALID, true},
    {18, "ALTER TABLE IF EXISTS ONLY s.t ADD CHECK (b > 0) NOT VALID, ADD NOT NULL value NOT VALID",
        "safe; lock s.t ACCESS EXCLUSIVE brief; rule add-check-not-valid; rule "
        "break-add-constraint-writers; rule break-add-constraint-writers",
        true},
    {18, "ALTER TABLE t ADD CHECK (a > 0) NOT ENFORCED", NULL},
    {18, "ALTER TABLE t ADD c int CHECK (c > 0) NOT ENFORCED", NULL},
    {18, "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES r NOT ENFORCED", NULL},
    {18, "ALTER TABLE t ALTER CONSTRAINT k NOT ENFORCED", NULL},
    {18, "ALTER TABLE t ALTER CONSTRAINT k NO INHERIT", NULL},
    {18, "CREATE TABLE u (a int4range, b daterange, PRIMARY KEY (a, b WITHOUT OVERLAPS))", "safe"},
    {18,
        "CREATE TABLE u (a int, b daterange, FOREIGN KEY (a, PERIOD b) REFERENCES r (a, PERIOD b))",
        NULL},
    {18, "CREATE FOREIGN TABLE u (a int, NOT NULL a NO INHERIT) SERVER s", NULL},
    {18, "UPDATE t SET a = 1 WHERE b = 2 RETURNING WITH (OLD AS o, NEW AS n) o.a, n.a", NULL},
    {18, "ANALYZE ONLY t", NULL},
};

static int
grammar(void)
{
    return (int)strtol(zdm_sql_library(), NULL, 10);
}

static void
test_forms(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct zdm_parsed *parsed;
        zdm_sql_classify_script(forms[i].sql, ZDM_WRAP_NEVER, NULL, &parsed);
        assert_int_equal(1, parsed->count);
        const struct zdm_statement *st = &parsed->statements[0];
        char *actual = describe(st);
        if (grammar() < forms[i].since && !forms[i].helped) {
            assert_int_equal(st->verdict, ZDM_VERDICT_UNKNOWN);
            if (st->parsed)
                fail_msg("%s is no news", forms[i].sql);
        } else {
            if (forms[i].expected && strcmp(forms[i].expected, actual) != 0)
                fail_msg("%s\n  %s\n  %s", forms[i].sql, actual, forms[i].expected);
            if (!forms[i].expected && st->verdict == ZDM_VERDICT_UNKNOWN)
                fail_msg("%s\n  %s", forms[i].sql, actual);
        }
        free(actual);
        zdm_parsed_free(parsed);
    }
}

/* Where the server is older the same is told in words that every version knows, with the author's names. */
static void
test_not_null_in_words(void **state)
{
    static const struct {
        const char *sql, *words; /* NULL: none */
    } cases[] = {
        {"ALTER TABLE ONLY app.\"T\" ADD CONSTRAINT \"n n\" NOT NULL \"A\" NOT VALID",
            "ALTER TABLE ONLY app.\"T\" ADD CONSTRAINT \"n n\" CHECK (\"A\" IS NOT NULL) NOT "
            "VALID; "
            "ALTER TABLE ONLY app.\"T\" VALIDATE CONSTRAINT \"n n\"; "
            "ALTER TABLE ONLY app.\"T\" ALTER COLUMN \"A\" SET NOT NULL; "
            "ALTER TABLE ONLY app.\"T\" DROP CONSTRAINT \"n n\"."},
        {"ALTER TABLE IF EXISTS t ADD NOT NULL a", "ALTER TABLE t ALTER COLUMN a SET NOT NULL;"},
        {"ALTER TABLE t ADD NOT NULL", NULL},
        {"ALTER TABLE t ADD", NULL},
        {"ALTER TABLE", NULL},
        {"ALTER TABLE t ADD CONSTRAINT", NULL},
        {"ALTER TABLE t ADD NOT NULL a DEFERRABLE", NULL},
        {"ALTER TABLE t ADD CONSTRAINT n NOT NULL a NOT VALID NOT VALID, ADD", NULL},
        {"ALTER TABLE t ADD CONSTRAINT n NOT NULL (a)", NULL},
        {"CREATE TABLE t (a int, NOT NULL (a))", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct zdm_sql_context *context = zdm_sql_context_on(zdm_catalog_new(), 17);
        struct zdm_parsed *parsed;
        zdm_sql_classify_script(cases[i].sql, ZDM_WRAP_NEVER, context, &parsed);
        const struct zdm_statement *st = &parsed->statements[0];
        assert_int_equal(1, st->n_findings);
        assert_int_equal(st->parsed, cases[i].words != NULL);
        const char *hint = st->findings[0].hint;
        if (cases[i].words ? !hint || !strstr(hint, cases[i].words) : hint != NULL)
            fail_msg("%s\n  %s", cases[i].sql, hint ? hint : "no hint");
        zdm_parsed_free(parsed);
        zdm_sql_context_free(context);
    }
}

/* A text that an older grammar was helped with is cut where the author's is, and means the same. */
static void
test_not_null_among_others(void **state)
{
    static const char text[] =
        "CREATE TABLE t (a int, \"B b\" int); ALTER TABLE t ADD CONSTRAINT n\n NOT   NULL a;\n"
        "ALTER TABLE t ADD NOT NULL \"B b\" NO INHERIT NOT VALID, ADD d int UNIQUE ;SELECT 1";
    struct zdm_catalog *catalog = zdm_catalog_new();
    struct zdm_sql_context *context = zdm_sql_context_on(catalog, 18);
    struct zdm_parsed *parsed;

    (void)state;
    zdm_sql_classify_script(text, ZDM_WRAP_NEVER, context, &parsed);
    assert_int_equal(4, parsed->count);
    assert_string_equal("ALTER TABLE t ADD CONSTRAINT n\n NOT   NULL a", parsed->statements[1].sql);
    assert_int_equal(strstr(text, "ALTER TABLE t ADD NOT") - text, parsed->statements[2].offset);
    assert_string_equal("SELECT 1", parsed->statements[3].sql);
    const struct zdm_relation *t = zdm_catalog_relation(catalog, NULL, "t");
    const struct zdm_constraint *named = zdm_relation_constraint(t, "n");
    const struct zdm_constraint *other = zdm_relation_constraint(t, "t_B b_not_null");
    assert_non_null(named);
    assert_true(named->kind == ZDM_CONSTRAINT_NOT_NULL && named->validated && !named->no_inherit);
    assert_non_null(other);
    assert_true(other->kind == ZDM_CONSTRAINT_NOT_NULL && !other->validated && other->no_inherit);
    assert_true(zdm_relation_column(t, "a")->not_null_valid);
    assert_non_null(zdm_relation_constraint(t, "t_d_key"));
    zdm_parsed_free(parsed);
    zdm_sql_context_free(context);
}

/* On the server before the one that brought them they fail, as far as that is certain. */
static void
test_older_server(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct zdm_sql_context *context = zdm_sql_context_on(zdm_catalog_new(), forms[i].since - 1);
        struct zdm_parsed *parsed;
        bool any = strstr(forms[i].sql, "JSON_") || strncmp(forms[i].sql, "GRANT", 5) == 0 ||
                   strncmp(forms[i].sql, "ANALYZE", 7) == 0;
        zdm_sql_classify_script(forms[i].sql, ZDM_WRAP_NEVER, context, &parsed);
        const struct zdm_statement *st = &parsed->statements[0];
        if (st->parsed && !any && (!st->fails_with || strcmp(st->fails_with, "42601") != 0))
            fail_msg("%s: %s", forms[i].sql, st->fails_with ? st->fails_with : "does not fail");
        zdm_parsed_free(parsed);
        zdm_sql_context_free(context);
    }
}

/* The constraint is read although its node is another one since 18, and so is the partitioning. */
static void
test_changed_nodes(void **state)
{
    static const char text[] = "CREATE TABLE r (a int PRIMARY KEY);"
                               "CREATE TABLE k (a int CONSTRAINT fk REFERENCES r);"
                               "ALTER TABLE k ALTER CONSTRAINT fk DEFERRABLE INITIALLY DEFERRED;"
                               "CREATE TABLE p (a int, b int) PARTITION BY RANGE (a);"
                               "CREATE TABLE q (a int, b int) PARTITION BY LIST (a);"
                               "CREATE TABLE h (a int, b int) PARTITION BY HASH (a)";
    struct zdm_catalog *catalog = zdm_catalog_new();
    struct zdm_sql_context *context = zdm_sql_context_on(catalog, 0);
    struct zdm_parsed *parsed;
    struct zdm_err err = ZDM_ERR_INIT;

    (void)state;
    assert_int_equal(0, zdm_sql_classify_in(text, ZDM_WRAP_NEVER, context, &parsed, &err));
    const struct zdm_relation *k = zdm_catalog_relation(catalog, NULL, "k");
    assert_non_null(k);
    const struct zdm_constraint *key = zdm_relation_constraint(k, "fk");
    assert_non_null(key);
    assert_true(key->deferrable && key->initially_deferred);
    assert_int_equal('r', zdm_catalog_relation(catalog, NULL, "p")->partition_strategy);
    assert_int_equal('l', zdm_catalog_relation(catalog, NULL, "q")->partition_strategy);
    assert_int_equal('h', zdm_catalog_relation(catalog, NULL, "h")->partition_strategy);
    zdm_parsed_free(parsed);
    zdm_sql_context_free(context);
}

/* What the library writes is taken only when it reads back as the same tree, wherever it stands there. */
static void
test_reads_back(void **state)
{
    static const char text[] = "ALTER TABLE t ADD CHECK (a = ANY (ARRAY[1, 2]) AND b IN (1, 2))";
    struct zdm_parsed *parsed;

    (void)state;
    zdm_sql_classify_script(text, ZDM_WRAP_NEVER, NULL, &parsed);
    assert_int_equal(1, parsed->statements[0].n_findings);
    assert_int_equal(2, parsed->statements[0].findings[0].n_safer);
    assert_string_equal(parsed->statements[0].findings[0].safer[0],
        "ALTER TABLE t ADD CONSTRAINT t_check CHECK (a = ANY(ARRAY[1, 2]) AND b IN (1, 2)) NOT "
        "VALID");
    zdm_parsed_free(parsed);
}

/* What a new expression changes in the model. */
static void
test_set_expression(void **state)
{
    (void)state;
    if (grammar() < 17) {
        print_message("skipped: the grammar of PostgreSQL %d has no SET EXPRESSION\n", grammar());
        skip();
    }
    struct zdm_catalog *catalog = zdm_catalog_new();
    struct zdm_sql_context *context = zdm_sql_context_on(catalog, 17);
    struct zdm_parsed *parsed;
    zdm_sql_classify_script(TABLE "ALTER TABLE t ADD n int, ALTER s SET EXPRESSION AS (n + 1);"
                                  "ALTER TABLE t ALTER b SET EXPRESSION AS (a)",
        ZDM_WRAP_NEVER, context, &parsed);
    assert_int_equal(3, parsed->count);
    assert_null(parsed->statements[1].fails_with);
    assert_string_equal(
        "n + 1", zdm_relation_column(zdm_catalog_relation(catalog, NULL, "t"), "s")->default_sql);
    assert_string_equal("55000", parsed->statements[2].fails_with);
    zdm_parsed_free(parsed);
    zdm_sql_context_free(context);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_not_null_in_words),
        cmocka_unit_test(test_not_null_among_others),
        cmocka_unit_test(test_older_server),
        cmocka_unit_test(test_changed_nodes),
        cmocka_unit_test(test_reads_back),
        cmocka_unit_test(test_set_expression),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
