/*
 * pages.h - the page of a rule: what it is about, and examples that the tests run on a server.
 *
 * rules/pages/ID.sql, embedded. rules/pages/README.md says how one is written.
 */
#ifndef ZDM_SQL_PAGES_H
#define ZDM_SQL_PAGES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/embedded.h"
#include "base/err.h"
#include "sql/classify.h"

/* Names are "ID.sql". */
extern const struct zdm_embedded zdm_rule_pages[];

struct zdm_rule_page {
    char *id;
    char *title;        /* one line, no full stop */
    char *prose;        /* paragraphs, an empty line between them, each one line */
    char *setup;        /* SQL that the examples start from; "" for none */
    char *bad, *good;   /* SQL, ending with a newline; good may be "" */
    enum zdm_wrap wrap; /* how the examples are sent */
    /* Why the examples are not run on a server, or not even classified on its catalog, or why the
     * finding cannot be shown here at all; or NULL. */
    char *not_run, *offline, *unseen;
    bool plan;          /* the examples are steps of a plan */
    bool needs_catalog; /* the text alone does not show it */
    bool traced;        /* only running it does */
    int since, until;   /* major versions that the bad example is for; 0: no bound */
};

/* The page of a rule, NULL when there is none. Returns owned. */
struct zdm_rule_page *zdm_rule_page(const char *id);
/* Reads one; ZDM_ERR_PLAN with the line that is wrong. Returns owned in *out. */
int zdm_rule_page_parse(
    const char *id, const char *text, struct zdm_rule_page **out, struct zdm_err *err);
void zdm_rule_page_free(struct zdm_rule_page *page); /* NULL is fine */

/* Where the rule stands: "columns", "constraints", ... (rules/AREA.def). NULL: there is no such
 * rule. */
const char *zdm_rule_area(const char *id);

#endif
