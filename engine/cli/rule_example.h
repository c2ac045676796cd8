/*
 * rule_example.h - the bad example of a rule's page, classified as zdm check would do it offline.
 */
#ifndef ZDM_CLI_RULE_EXAMPLE_H
#define ZDM_CLI_RULE_EXAMPLE_H

#include "check/check.h"
#include "sql/pages.h"

struct zdm_rule_example {
    struct zdm_source source;
    struct zdm_check_settings settings;
    struct zdm_check_report report; /* findings of the rule alone */
    struct zdm_parsed *parsed;
    size_t n_findings;
};

/* SQL of the page as its directives say: as a script, or as a step of a plan. Returns owned. */
struct zdm_parsed *zdm_rule_example_classify(
    const struct zdm_rule_page *page, const char *sql, struct zdm_sql_context *context);

/* What is set up first is known to the classifier, but not new any more. Borrows the page. */
void zdm_rule_example_init(struct zdm_rule_example *out, const struct zdm_rule_page *page);
void zdm_rule_example_release(struct zdm_rule_example *example);

#endif
