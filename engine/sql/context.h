/*
 * context.h - what holds for every statement of several texts, beside the catalog. Private to
 * engine/sql; see classify.h.
 */
#ifndef ZDM_SQL_CONTEXT_H
#define ZDM_SQL_CONTEXT_H

#include "sql/classify.h"

/* The major version that the text is for; 0: not known. */
int zdm_sql_context_version(const struct zdm_sql_context *context);

enum zdm_severity zdm_sql_context_severity(
    const struct zdm_sql_context *context, const struct zdm_rule *rule);

/* Another statement waits for a lock on the relation that shuts out writers: how many did. */
size_t zdm_sql_context_count_wait(struct zdm_sql_context *context, const char *relation);
/* Is any of the style rules on? */
bool zdm_sql_context_is_styled(const struct zdm_sql_context *context);

/* Shall statements ask for rows? Relations, as locks name them, whose rows or columns an earlier
 * statement may have changed are asked for no more. */
bool zdm_context_asks_rows(const struct zdm_sql_context *context);
void zdm_context_change_rows(struct zdm_sql_context *context, const char *relation);
bool zdm_context_rows_changed(const struct zdm_sql_context *context, const char *relation);

#endif
