/* Fragments of SQL: expressions, queries, names, literals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <string.h>

#include "base/mem.h"
#include "sql/syntax.h"
#include "sql/tree.h"

static const char *const expressions[] = {
    "email",
    "lower(email) || ' x'",
    "(1, 2)",
    "ROW(1, 2)",
    "(SELECT max(a) FROM t)",
    "CASE WHEN a > 0 THEN 'x' ELSE 'y' END",
    "a IS DISTINCT FROM b -- the rest",
    "a /* , */ + 1",
    "ARRAY[1, 2]",
    "'it''s; ) -- fine'",
    "$$ ) $$",
    "a[1]",
    "\"Mixed Case\" + 1",
    "now() - interval '1 day'",
    "f(a, b)",
    "NULL",
    "true",
};

/* Text, the position where the error is, part of its message. */
static const struct wrong {
    const char *text;
    int position;
    const char *message;
} wrong_expressions[] = {
    {"", 1, "the expression is empty"},
    {"  -- nothing\n", 1, "the expression is empty"},
    {"1, 2", 2, "not a single expression"},
    {"1) , (2", 2, "not a single expression"},
    {"ä); DROP TABLE t; SELECT (1", 2, "not a single expression"},
    {"1; DROP TABLE t", 2, "not a single expression"},
    {"SELECT 1", 1, "a query is not an expression"},
    {"WITH a AS (SELECT 1) SELECT 1", 1, "a query is not an expression"},
    {"1 +", 4, "syntax error at end of input"},
    {"'ä' + + + )", 11, "not a single expression"},
    {"a b c", 3, "syntax error"},
    {"'open", 1, "unterminated quoted string"},
    {"a FROM t", 3, "syntax error"},
    {"a AS b", 3, "syntax error"},
    {"*", 1, "syntax error"},
    {"DEFAULT", 1, "DEFAULT is not an expression"},
    {"$1", 0, "parameters such as $1"},
    {"a = (SELECT $2)", 0, "parameters such as $1"},
    {"(1", 3, "syntax error at end of input"},
};

static void
expressions_pass(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof expressions / sizeof *expressions; i++) {
        struct zdm_err err = ZDM_ERR_INIT;
        if (zdm_sql_check_expression(expressions[i], &err) < 0)
            fail_msg("%s: %s", expressions[i], err.message);
    }
}

static void
wrong_expressions_fail(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong_expressions / sizeof *wrong_expressions; i++) {
        const struct wrong *w = &wrong_expressions[i];
        struct zdm_err err = ZDM_ERR_INIT;
        if (zdm_sql_check_expression(w->text, &err) == 0)
            fail_msg("passed: %s", w->text);
        assert_int_equal(err.code, ZDM_ERR_PLAN);
        if (err.position != w->position || !strstr(err.message, w->message))
            fail_msg("%s: %d %s", w->text, err.position, err.message);
        zdm_err_release(&err);
    }
}

static void
queries(void **state)
{
    static const char *const good[] = {"SELECT 1", "VALUES (true);", "TABLE t",
        "WITH a AS (SELECT 1) SELECT * FROM a -- x", "(SELECT 1) UNION SELECT 2",
        "SELECT count(*) = 0 FROM t WHERE a IS NULL"};
    static const struct wrong bad[] = {
        {"", 1, "the query is empty"},
        {"-- x", 1, "the query is empty"},
        {"SELECT 1; SELECT 2", 0, "one query is expected"},
        {"UPDATE t SET a = 1", 1, "only a query"},
        {"WITH a AS (DELETE FROM t RETURNING *) SELECT * FROM a", 0, "the query writes"},
        {"SELECT 1 INTO t", 0, "the query writes"},
        {"SELECT $1", 0, "parameters"},
        {"SELECT 'ö', FROM t", 13, "syntax error"},
        {"BEGIN", 1, "only a query"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct zdm_err err = ZDM_ERR_INIT;
        if (zdm_sql_check_query(good[i], &err) < 0)
            fail_msg("%s: %s", good[i], err.message);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct zdm_err err = ZDM_ERR_INIT;
        assert_int_equal(zdm_sql_check_query(bad[i].text, &err), -1);
        if (err.position != bad[i].position || !strstr(err.message, bad[i].message))
            fail_msg("%s: %d %s", bad[i].text, err.position, err.message);
        zdm_err_release(&err);
    }
}

static void
transaction_control(void **state)
{
    (void)state;
    assert_true(zdm_sql_is_transaction_control("BEGIN"));
    assert_true(zdm_sql_is_transaction_control("  /* x */ commit;"));
    assert_true(zdm_sql_is_transaction_control("SELECT 1; ROLLBACK AND CHAIN"));
    assert_false(zdm_sql_is_transaction_control("SAVEPOINT a"));
    assert_false(zdm_sql_is_transaction_control("ROLLBACK TO SAVEPOINT a"));
    assert_false(zdm_sql_is_transaction_control("RELEASE a"));
    assert_false(zdm_sql_is_transaction_control("SELECT 1"));
    assert_false(zdm_sql_is_transaction_control("not sql"));
    assert_false(zdm_sql_is_transaction_control(""));
}

#define SIXTY_THREE "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijk"

static void
names_split(void **state)
{
    static const struct {
        const char *text, *schema, *name;
    } good[] = {
        {"users", NULL, "users"},
        {"Public.USERS", "public", "users"},
        {" \"My Schema\" . \"T\"\"x\" ", "My Schema", "T\"x"},
        {"größe", NULL, "größe"},
        {"ÄB", NULL, "Äb"}, /* only ASCII is folded */
        {"public.user", "public", "user"},
        {SIXTY_THREE, NULL, SIXTY_THREE},
        {"\"" SIXTY_THREE "\".t", SIXTY_THREE, "t"},
        {"name", NULL, "name"},
    };
    static const char *const bad[] = {"", " ", "user", "select", "a.b.c", "a b", "a;b", "a.", ".a",
        "a -- x", "\"\"", "\"open", "1a", "a, b", "t; DROP TABLE x", "only t", "t *", "'t'", "a.*",
        "U&\"d\\0061ta\"", SIXTY_THREE "l", "\"" SIXTY_THREE "l\"", "x." SIXTY_THREE "l", "\xff"};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct zdm_err err = ZDM_ERR_INIT;
        char *schema, *name;
        if (zdm_sql_split_name(good[i].text, &schema, &name, &err) < 0)
            fail_msg("%s: %s", good[i].text, err.message);
        assert_string_equal(name, good[i].name);
        if (good[i].schema)
            assert_string_equal(schema, good[i].schema);
        else
            assert_null(schema);
        free(schema);
        free(name);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct zdm_err err = ZDM_ERR_INIT;
        char *schema, *name;
        if (zdm_sql_split_name(bad[i], &schema, &name, &err) == 0)
            fail_msg("passed: %s", bad[i]);
        assert_int_equal(err.code, ZDM_ERR_PLAN);
        assert_non_null(err.hint);
        zdm_err_release(&err);
    }
}

static void
identifiers(void **state)
{
    struct zdm_err err = ZDM_ERR_INIT;
    char *name;

    (void)state;
    assert_int_equal(zdm_sql_identifier("Email", &name, &err), 0);
    assert_string_equal(name, "email");
    free(name);
    assert_int_equal(zdm_sql_identifier("\"E mail\"", &name, &err), 0);
    assert_string_equal(name, "E mail");
    free(name);
    assert_int_equal(zdm_sql_identifier("a.b", &name, &err), -1);
    assert_int_equal(zdm_sql_identifier("a = 1, b", &name, &err), -1);
    assert_int_equal(zdm_sql_identifier("\"" SIXTY_THREE "\"\"\"", &name, &err), -1);
    assert_non_null(strstr(err.detail, "64 bytes"));
    zdm_err_release(&err);
}

static void
quoting(void **state)
{
    static const struct {
        const char *name, *quoted;
    } idents[] = {
        {"users", "users"},
        {"Users", "\"Users\""},
        {"user", "\"user\""},
        {"select", "\"select\""},
        {"name", "name"},         /* an unreserved keyword */
        {"values", "\"values\""}, /* cannot be a function or type name */
        {"a b", "\"a b\""},
        {"a\"b", "\"a\"\"b\""},
        {"1a", "\"1a\""},
        {"größe", "\"größe\""},
        {"", "\"\""},
        {"a$b", "\"a$b\""},
        {"_a1", "_a1"},
    };
    static const struct {
        const char *text, *quoted;
    } literals[] = {{"", "''"}, {"it's", "'it''s'"}, {"a\\b", "E'a\\\\b'"}, {"ä", "'ä'"}};

    (void)state;
    for (size_t i = 0; i < sizeof idents / sizeof *idents; i++) {
        char *quoted = zdm_sql_quote_ident(idents[i].name);
        assert_string_equal(quoted, idents[i].quoted);
        free(quoted);
    }
    char *qualified = zdm_sql_quote_qualified("My", "t");
    assert_string_equal(qualified, "\"My\".t");
    free(qualified);
    qualified = zdm_sql_quote_qualified(NULL, "t");
    assert_string_equal(qualified, "t");
    free(qualified);
    for (size_t i = 0; i < sizeof literals / sizeof *literals; i++) {
        char *quoted = zdm_sql_quote_literal(literals[i].text);
        assert_string_equal(quoted, literals[i].quoted);
        free(quoted);
    }
}

/* Of every length around the longest one that is quoted whole. */
static void
messages_quote_only_the_beginning(void **state)
{
    (void)state;
    for (int n = 100; n < 200; n++) {
        struct zdm_err err = ZDM_ERR_INIT;
        char *text = zdm_strf("'%0*d\xc3\xa4\xc3\xa4\xc3\xa4", n, 0);
        assert_int_equal(zdm_sql_check_expression(text, &err), -1);
        assert_in_range(strlen(err.message), 40, 164);
        assert_int_equal(zdm_invalid_utf8(err.message), strlen(err.message));
        assert_int_equal(err.message[strlen(err.message) - 1], '"');
        zdm_err_release(&err);
        free(text);
    }
}

static void
literals_are_left_out_of_logs(void **state)
{
    static const struct {
        const char *text, *shown;
    } texts[] = {
        {"UPDATE t SET a = 'secret', b = 4.5 WHERE id = 17",
            "UPDATE t SET a = ?, b = ? WHERE id = ?"},
        {"SELECT $$ secret $$, E'x', U&'y', B'1', \"Col 1\" -- secret",
            "SELECT ?, ?, ?, ?, \"Col 1\"  "},
        {"SELECT 'ä', 'sec", "SELECT ?, ..."},
        {"SELECT /* sec", "SELECT ..."},
        {"SELECT $q$ sec", "SELECT ..."},
        {"SELECT 1, 'ab\xc3", "SELECT ?, ..."},
        {"", ""},
        {"'sec", "..."},
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char *shown = zdm_sql_normalise(texts[i].text);
        assert_string_equal(shown, texts[i].shown);
        free(shown);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expressions_pass),
        cmocka_unit_test(wrong_expressions_fail),
        cmocka_unit_test(queries),
        cmocka_unit_test(transaction_control),
        cmocka_unit_test(names_split),
        cmocka_unit_test(identifiers),
        cmocka_unit_test(quoting),
        cmocka_unit_test(messages_quote_only_the_beginning),
        cmocka_unit_test(literals_are_left_out_of_logs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
