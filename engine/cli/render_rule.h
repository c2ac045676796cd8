/*
 * render_rule.h - the page of a rule and the list of all rules (pure): for zdm explain as text
 * (layout.h) and JSON, and for docs/reference/rules.
 */
#ifndef ZDM_CLI_RENDER_RULE_H
#define ZDM_CLI_RENDER_RULE_H

#include <jansson.h>

#include "base/buf.h"
#include "check/report.h"
#include "sql/classify.h"

void zdm_render_rule(struct zdm_buf *out, const struct zdm_rule *rule);
void zdm_render_rules(struct zdm_buf *out);
/* Of what zdm check says about comments and files. */
void zdm_render_note_rule(struct zdm_buf *out, const struct zdm_note_rule *rule);
/* All return owned. */
json_t *zdm_json_rule(const struct zdm_rule *rule);
json_t *zdm_json_note_rule(const struct zdm_note_rule *rule);
json_t *zdm_json_rules(void);

/* docs/reference/rules/ID.md and its README.md. */
void zdm_rule_document(struct zdm_buf *out, const struct zdm_rule *rule);
void zdm_rule_index(struct zdm_buf *out);

#endif
