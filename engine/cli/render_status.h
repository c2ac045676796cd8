/*
 * render_status.h - where plans stand, as text (layout.h) or JSON (pure).
 */
#ifndef ZDM_CLI_RENDER_STATUS_H
#define ZDM_CLI_RENDER_STATUS_H

#include <jansson.h>

#include "base/buf.h"
#include "cli/options.h"
#include "run/status.h"

/* Adds "2026-11-21 07:03:38Z". */
void zdm_add_time(struct zdm_buf *out, int64_t at_ms);

/* Lines about a pause and about what was tuned; nothing when there is neither. */
void zdm_add_control(struct zdm_buf *out, const struct zdm_control *control);

/* args: for the commands to type next. */
void zdm_render_status(struct zdm_buf *out, const struct zdm_args *args,
    const struct zdm_plan *plan, const struct zdm_plan_status *status);
json_t *zdm_json_meets(const struct zdm_journal_meetings *meets); /* owned */
json_t *zdm_json_status(const struct zdm_plan *plan, const struct zdm_plan_status *status);

void zdm_render_known_plans(
    struct zdm_buf *out, const char *where, const struct zdm_known_plan *plans, size_t n);
json_t *zdm_json_known_plans(const char *where, const struct zdm_known_plan *plans, size_t n);

#endif
