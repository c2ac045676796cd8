/*
 * json_statement.h - a classified statement in JSON: the same in zdm check, plan and explain.
 */
#ifndef ZDM_CLI_JSON_STATEMENT_H
#define ZDM_CLI_JSON_STATEMENT_H

#include "check/report.h"
#include "cli/json_out.h"

/* An element of an array. item NULL: without what only a report knows of it. */
void zdm_json_put_statement(struct zdm_json_out *json, const struct zdm_statement *st,
    struct zdm_place at, const struct zdm_checked *item);
/* The same as a value, for a document that is built of such. Returns owned. */
json_t *zdm_json_statement(const struct zdm_statement *st, struct zdm_place at);

#endif
