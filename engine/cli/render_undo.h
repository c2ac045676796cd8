/*
 * render_undo.h - how steps are taken back, for people and programs (pure, layout.h).
 */
#ifndef ZDM_CLI_RENDER_UNDO_H
#define ZDM_CLI_RENDER_UNDO_H

#include <jansson.h>

#include "base/buf.h"
#include "run/rollback.h"

/* The fact "undo" of a step: its SQL and where it comes from, or why there is none. */
void zdm_add_undo_fact(struct zdm_buf *out, const struct zdm_plan_undo *undo);
/* What keeps others out while it reads or writes a whole table, when it does; nothing else. */
void zdm_add_undo_work_fact(
    struct zdm_buf *out, const struct zdm_plan_report *report, size_t index);
/* { source, sql, why, with }; owned. */
json_t *zdm_json_undo(const struct zdm_plan_undo *undo);

/* zdm rollback --dry-run. */
void zdm_render_rollback(struct zdm_buf *out, const struct zdm_plan *plan,
    const struct zdm_plan_report *report, const struct zdm_rollback_view *view);
json_t *zdm_json_rollback(const struct zdm_plan *plan, const struct zdm_plan_report *report,
    const struct zdm_rollback_view *view, const struct zdm_errlist *errors);

#endif
