#include "cli/rule_example.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/check_rows.h"
#include "sql/catalog.h"

static void
keep_rule(struct zdm_statement *st, const char *rule)
{
    size_t n = 0;

    for (size_t i = 0; i < st->n_findings; i++) {
        if (strcmp(st->findings[i].rule, rule) == 0)
            st->findings[n++] = st->findings[i];
    }
    st->n_findings = n;
}

static void
add_items(struct zdm_rule_example *example, const char *rule)
{
    struct zdm_check_report *report = &example->report;
    struct zdm_parsed *parsed = example->parsed;
    size_t line = 1, column = 1, at = 0;

    report->items = zdm_alloc((parsed->count + 1) * sizeof *report->items);
    for (size_t i = 0; i < parsed->count; i++) {
        struct zdm_statement *st = &parsed->statements[i];
        zdm_check_advance(example->source.text + at, st->offset - at, &line, &column);
        at = st->offset;
        keep_rule(st, rule);
        example->n_findings += st->n_findings;
        report->items[report->n++] = (struct zdm_checked){
            .source = &example->source, .line = line, .column = column, .st = st};
    }
}

struct zdm_parsed *
zdm_rule_example_classify(
    const struct zdm_rule_page *page, const char *sql, struct zdm_sql_context *context)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_parsed *parsed;

    if (!page->plan)
        zdm_sql_classify_script(sql, page->wrap, context, &parsed);
    else if (zdm_sql_classify_in(sql, page->wrap, context, &parsed, &err) < 0)
        zdm_die(err.message); /* the tests classify every page */
    return parsed;
}

void
zdm_rule_example_init(struct zdm_rule_example *out, const struct zdm_rule_page *page)
{
    const struct zdm_rule *rule = zdm_sql_rule(page->id);
    struct zdm_sql_context *context = zdm_sql_context_on(zdm_catalog_new(), page->since);
    struct zdm_parsed *setup;

    *out = (struct zdm_rule_example){
        .source = {.path = zdm_strdup("bad.sql"), .wrap = page->wrap},
    };
    out->source.text = zdm_strdup(page->bad);
    out->source.original = out->source.text;
    if (rule && rule->severity == ZDM_SEVERITY_OFF)
        zdm_sql_context_set_severity(context, page->id, ZDM_SEVERITY_WARNING);
    if (!page->offline) {
        zdm_sql_classify_script(page->setup, ZDM_WRAP_NEVER, context, &setup);
        zdm_parsed_free(setup);
        zdm_sql_context_settle(context);
    }
    out->parsed = zdm_rule_example_classify(page, out->source.text, context);
    zdm_sql_context_free(context);
    add_items(out, page->id);
}

void
zdm_rule_example_release(struct zdm_rule_example *example)
{
    free(example->source.path);
    free(example->source.text);
    free(example->report.items);
    zdm_parsed_free(example->parsed);
    *example = (struct zdm_rule_example){.n_findings = 0};
}
