/*
 * Every rule has a page and every page a rule; how a page is read.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "sql/pages.h"

static void
test_every_rule_has_a_page(void **state)
{
    (void)state;
    struct zdm_buf missing = ZDM_BUF_INIT;
    size_t n;
    const struct zdm_rule *rules = zdm_sql_rules(&n);

    for (size_t i = 0; i < n; i++) {
        struct zdm_rule_page *page = zdm_rule_page(rules[i].id);
        if (!page)
            zdm_buf_addf(&missing, " %s", rules[i].id);
        zdm_rule_page_free(page);
        if (!zdm_rule_area(rules[i].id))
            fail_msg("%s stands in no file that pages.c knows", rules[i].id);
    }
    if (missing.len)
        fail_msg("no page:%s", missing.s);
    zdm_buf_release(&missing);
}

static void
test_every_page_has_a_rule(void **state)
{
    (void)state;
    struct zdm_buf lost = ZDM_BUF_INIT;
    size_t n = 0;

    for (const struct zdm_embedded *file = zdm_rule_pages; file->name; file++, n++) {
        char id[128];
        struct zdm_err err = ZDM_ERR_INIT;
        struct zdm_rule_page *page;
        assert_true(strlen(file->name) > 4 && strlen(file->name) < sizeof id);
        snprintf(id, sizeof id, "%.*s", (int)strlen(file->name) - 4, file->name);
        if (!zdm_sql_rule(id))
            zdm_buf_addf(&lost, " %s", id);
        if (zdm_rule_page_parse(id, file->data, &page, &err) < 0)
            fail_msg("%s:%d: %s", file->name, err.line, err.message);
        if (strlen(page->title) > 76)
            fail_msg("%s: the title is longer than 76 bytes", id);
        if (page->title[strlen(page->title) - 1] == '.')
            fail_msg("%s: the title ends with a full stop", id);
        zdm_rule_page_free(page);
    }
    assert_true(n > 0);
    if (lost.len)
        fail_msg("no rule:%s", lost.s);
    zdm_buf_release(&lost);
}

static void
test_parts(void **state)
{
    (void)state;
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_rule_page *page;

    assert_int_equal(0, zdm_rule_page_parse("r",
                            "-- A title\n"
                            "--\n"
                            "-- One line\n"
                            "-- and its end.\n"
                            "--\n"
                            "-- Another.\n"
                            "--! versions: 14-17\n"
                            "--! wrap: always\n"
                            "--! catalog\n"
                            "-- setup\n"
                            "CREATE TABLE t ();\n"
                            "-- bad\n"
                            "-- a remark\n"
                            "DROP TABLE t;\n"
                            "\n"
                            "-- good\n"
                            "SELECT 1;",
                            &page, &err));
    assert_string_equal(page->id, "r");
    assert_string_equal(page->title, "A title");
    assert_string_equal(page->prose, "One line and its end.\n\nAnother.");
    assert_string_equal(page->setup, "CREATE TABLE t ();\n");
    assert_string_equal(page->bad, "-- a remark\nDROP TABLE t;\n");
    assert_string_equal(page->good, "SELECT 1;\n");
    assert_int_equal(page->since, 14);
    assert_int_equal(page->until, 17);
    assert_int_equal(page->wrap, ZDM_WRAP_ALWAYS);
    assert_true(page->needs_catalog);
    assert_false(page->traced);
    assert_null(page->not_run);
    assert_null(page->offline);
    zdm_rule_page_free(page);
}

static void
test_versions(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int since, until;
    } cases[] = {{"15", 15, 15}, {"17-", 17, 0}, {"-16", 0, 16}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct zdm_err err = ZDM_ERR_INIT;
        struct zdm_rule_page *page;
        char text[200];
        snprintf(
            text, sizeof text, "-- T\n-- P.\n--! versions: %s\n-- bad\nSELECT 1;\n", cases[i].text);
        assert_int_equal(0, zdm_rule_page_parse("r", text, &page, &err));
        assert_int_equal(page->since, cases[i].since);
        assert_int_equal(page->until, cases[i].until);
        zdm_rule_page_free(page);
    }
}

static void
test_mistakes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int line;
        const char *message;
    } cases[] = {
        {"", 0, "a page needs a title and some lines that explain: r"},
        {"-- T\n-- bad\nSELECT 1;\n", 3, "a page needs a title and some lines that explain: r"},
        {"-- T\n-- P.\n", 2, "a page needs a bad example: r"},
        {"--\n", 1, "the first line is the title: --"},
        {"-- T\nSELECT 1;\n", 2, "no comment and in no section: SELECT 1;"},
        {"-- T\n--! wrap: once\n", 2, "wrap is always or several: once"},
        {"-- T\n--! versions: new\n", 2, "these are no versions: new"},
        {"-- T\n--! not-run:\n", 2, "unknown directive: not-run:"},
        {"-- T\n--! fast\n", 2, "unknown directive: fast"},
        {"-- T\n-- P.\n-- bad\nSELECT 1;\n-- setup\n", 5,
            "this section is not in its place: -- setup"},
        {"-- T\n-- P.\n-- bad\nSELECT 1;\n-- bad\n", 5, "this section is not in its place: -- bad"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct zdm_err err = ZDM_ERR_INIT;
        struct zdm_rule_page *page;
        assert_int_equal(-1, zdm_rule_page_parse("r", cases[i].text, &page, &err));
        assert_string_equal(err.message, cases[i].message);
        assert_int_equal(err.line, cases[i].line);
        zdm_err_release(&err);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_rule_has_a_page),
        cmocka_unit_test(test_every_page_has_a_rule),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_versions),
        cmocka_unit_test(test_mistakes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
