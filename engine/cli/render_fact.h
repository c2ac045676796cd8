/*
 * render_fact.h - the lines below a step's title (pure, layout.h): a label, and
 * text or SQL beside or below it.
 */
#ifndef ZDM_CLI_RENDER_FACT_H
#define ZDM_CLI_RENDER_FACT_H

#include "base/buf.h"
#include "plan/check.h"
#include "plan/plan.h"

#define ZDM_LABEL_COLUMN 5
#define ZDM_TEXT_COLUMN  14
#define ZDM_SQL_COLUMN   7

/* style: a mark of layout.h, for the label. */
void zdm_add_fact(struct zdm_buf *out, const char *style, const char *label, const char *text);
/* zdm_add_fact() that releases the text. */
void zdm_add_fact_of(
    struct zdm_buf *out, const char *style, const char *label, struct zdm_buf *text);

/* Columns before the text in the plan file; -1 when it does not stand there as it is. */
int zdm_columns_before(const struct zdm_sql_text *sql);
void zdm_add_sql_block(struct zdm_buf *out, const struct zdm_sql_text *sql, int indent);
/* A text of one line stands beside its label, others below it. Nothing for one not given. */
void zdm_add_sql_fact(struct zdm_buf *out, const char *label, const struct zdm_sql_text *sql);

/* "less than 1 s", "4 s to 40 s": an estimate. */
void zdm_add_time_range(struct zdm_buf *out, int64_t least_ms, int64_t most_ms);

/* Why unsafe rules are allowed; nothing when none is. */
void zdm_add_because(struct zdm_buf *out, const struct zdm_allow *allow);

/* The statements of an sql step, each with what it locks and does. */
void zdm_render_sql_step(struct zdm_buf *out, const struct zdm_step *step,
    const struct zdm_plan_report *report, size_t index);

#endif
