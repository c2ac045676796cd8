/*
 * context.h - what earlier statements made true. Private to engine/sql; see classify.h.
 *
 * Names are texts of zdm_range_text(): as written, quoted where needed.
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

enum zdm_origin {
    ZDM_ORIGIN_OWN,   /* holds nothing but its own rows, in this database */
    ZDM_ORIGIN_OTHER, /* a view, a foreign table: what it shows is stored elsewhere */
    ZDM_ORIGIN_TEMP,  /* goes with the session: behind the text, the name means another one */
};
void zdm_context_created(
    struct zdm_sql_context *context, const char *relation, enum zdm_origin origin);
void zdm_context_filled(struct zdm_sql_context *context, const char *relation);
void zdm_context_renamed(struct zdm_sql_context *context, const char *from, const char *to);
void zdm_context_dropped(struct zdm_sql_context *context, const char *relation);
bool zdm_context_is_new(const struct zdm_sql_context *context, const char *relation);
/* New, and whoever changes its rows changes no others. */
bool zdm_context_owns_its_rows(const struct zdm_sql_context *context, const char *relation);
bool zdm_context_is_empty(const struct zdm_sql_context *context, const char *relation);
/* The text is at its end. */
void zdm_context_end_text(struct zdm_sql_context *context);
/* Names may mean something else from here on, and what is new may never have been made. */
void zdm_context_forget(struct zdm_sql_context *context);
/* As above, and the end of the text changes them once more: settings of a step end with it. */
void zdm_context_renames_all(struct zdm_sql_context *context);

/* `constraint` proves `column` NOT NULL once it is valid; valid says that it is. */
void zdm_context_proof(struct zdm_sql_context *context, const char *relation,
    const char *constraint, const char *column, bool valid);
void zdm_context_validated(
    struct zdm_sql_context *context, const char *relation, const char *constraint);
/* It is dropped; false when it was none of ours. */
bool zdm_context_unproved(
    struct zdm_sql_context *context, const char *relation, const char *constraint);
/* The column is renamed or dropped: what proved it proves nothing any more. */
void zdm_context_column_gone(
    struct zdm_sql_context *context, const char *relation, const char *column);
/* The constraint that proves it; NULL when none does. View. */
const char *zdm_context_proves(
    const struct zdm_sql_context *context, const char *relation, const char *column);

#endif
