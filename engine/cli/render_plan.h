/*
 * render_plan.h - a checked plan as text (layout.h) or JSON, for who reviews it (pure).
 */
#ifndef ZDM_CLI_RENDER_PLAN_H
#define ZDM_CLI_RENDER_PLAN_H

#include <jansson.h>

#include "base/buf.h"
#include "cli/preview.h"
#include "plan/check.h"
#include "plan/plan.h"
#include "run/status.h"

/* status: where it stands in a target, previews: what its backfills will do there; NULL when none was
 * asked. */
void zdm_render_plan(struct zdm_buf *out, const struct zdm_plan *plan,
    const struct zdm_plan_report *report, const struct zdm_plan_status *status,
    const struct zdm_previews *previews);
/* A comment for a pull request. plan NULL, or errors: they are it; sound: the plan is, and is shown behind them. */
void zdm_markdown_plan(struct zdm_buf *out, const char *file, const struct zdm_plan *plan,
    const struct zdm_plan_report *report, const struct zdm_plan_status *status,
    const struct zdm_previews *previews, const struct zdm_errlist *errors, bool sound);
/* "8 steps: 5 expand, ...; strongest lock ..." */
void zdm_add_plan_summary(
    struct zdm_buf *out, const struct zdm_plan *plan, const struct zdm_plan_report *report);
/* The body of steps[index], below its title. preview NULL: offline. */
void zdm_render_step(struct zdm_buf *out, const struct zdm_plan *plan,
    const struct zdm_plan_report *report, const struct zdm_step_preview *preview, size_t index);

/* plan NULL: the file could not be read or evaluated, `errors` says why. Returns owned. */
json_t *zdm_json_plan(const char *file, const struct zdm_plan *plan,
    const struct zdm_plan_report *report, const struct zdm_plan_status *status,
    const struct zdm_previews *previews, const struct zdm_errlist *errors);

/* The strongest lock of the whole plan; NULL when it takes none. */
const struct zdm_lock *zdm_plan_strongest(const struct zdm_plan_report *report);
/* "briefly", "while it scans" ... */
const char *zdm_held_words(enum zdm_held held);
/* How many steps of the plan are in that phase. */
size_t zdm_plan_count_phase(const struct zdm_plan *plan, enum zdm_phase phase);

#endif
