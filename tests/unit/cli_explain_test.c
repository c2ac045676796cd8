/*
 * What zdm explain makes of the pages of rules.
 */
#include "cli_render.h"

#include <jansson.h>

#include "cli/render_rule.h"
#include "cli/rule_example.h"

/* The text alone shows the hazard, except where the page says that it takes more. */
static void
test_examples_are_found_offline(void **state)
{
    (void)state;
    struct zdm_buf silent = ZDM_BUF_INIT, loud = ZDM_BUF_INIT;
    size_t n;
    const struct zdm_rule *rules = zdm_sql_rules(&n);

    for (size_t i = 0; i < n; i++) {
        struct zdm_rule_page *page = zdm_rule_page(rules[i].id);
        struct zdm_rule_example example;
        assert_non_null(page);
        zdm_rule_example_init(&example, page);
        bool more = page->needs_catalog || page->traced;
        /* What the tests do not have may be a grammar: this one may be newer. */
        if (example.n_findings == 0 && !more && !page->unseen)
            zdm_buf_addf(&silent, " %s", page->id);
        /* With the grammar of 18 the setup of a page for 18 is known without a catalog, too. */
        if (example.n_findings > 0 && more && page->since < 16)
            zdm_buf_addf(&loud, " %s", page->id);
        zdm_rule_example_release(&example);
        zdm_rule_page_free(page);
    }
    if (silent.len)
        fail_msg("the bad example is not found in:%s", silent.s);
    if (loud.len)
        fail_msg("the bad example is found without catalog or trace in:%s", loud.s);
    zdm_buf_release(&silent);
    zdm_buf_release(&loud);
}

static void
test_every_page_fits(void **state)
{
    (void)state;
    size_t n;
    const struct zdm_rule *rules = zdm_sql_rules(&n);

    for (size_t i = 0; i < n; i++) {
        struct zdm_buf text = ZDM_BUF_INIT;
        struct zdm_rule_page *page = zdm_rule_page(rules[i].id);
        zdm_render_rule(&text, &rules[i]);
        char *prose = strstr(text.s, "\n\n");
        assert_non_null(prose);
        assert_non_null(strstr(text.s, rules[i].id));
        char *end = strstr(text.s, "\n" ZDM_BOLD "Instead of");
        assert_non_null(end);
        *end = 0; /* SQL is as wide as its author made it */
        check_columns(text.s, 80);
        zdm_rule_page_free(page);
        zdm_buf_release(&text);
    }
}

static void
test_json(void **state)
{
    (void)state;
    const struct zdm_rule *rule = zdm_sql_rule("rewrite-volatile-default");
    json_t *json = zdm_json_rule(rule);

    assert_string_equal(
        json_string_value(json_object_get(json, "rule")), "rewrite-volatile-default");
    assert_string_equal(json_string_value(json_object_get(json, "area")), "columns");
    assert_string_equal(json_string_value(json_object_get(json, "severity")), "error");
    assert_true(json_is_null(json_object_get(json, "since")));
    assert_true(strlen(json_string_value(json_object_get(json, "why"))) > 80);
    json_t *statement = json_array_get(json_object_get(json, "statements"), 0);
    json_t *finding = json_array_get(json_object_get(statement, "findings"), 0);
    assert_string_equal(json_string_value(json_object_get(finding, "rule")), rule->id);
    json_decref(json);

    json = zdm_json_rules();
    size_t n;
    zdm_sql_rules(&n);
    assert_int_equal(json_array_size(json_object_get(json, "rules")), n);
    json_decref(json);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_examples_are_found_offline),
        cmocka_unit_test(test_every_page_fits),
        cmocka_unit_test(test_json),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
