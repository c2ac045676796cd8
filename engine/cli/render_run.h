/*
 * render_run.h - what a run tells, as lines for people (pure, layout.h).
 */
#ifndef ZDM_CLI_RENDER_RUN_H
#define ZDM_CLI_RENDER_RUN_H

#include "base/buf.h"
#include "run/observer.h"

/* Thousandths of the way; -1 while the total is not known. An estimate never claims the end. */
int zdm_progress_permille(const struct zdm_backfill_progress *progress);

/* "45.0 %, 90,000 of about 200,000 rows, 12,345 rows/s, ETA 9 s; waiting: ..." */
void zdm_add_progress_words(struct zdm_buf *out, const struct zdm_backfill_progress *progress);

/* The line that is redrawn in place: what fits `columns` - 1, so that the terminal never wraps it.
 * progress NULL: none was told yet. */
void zdm_render_live(struct zdm_buf *out, const struct zdm_step *step,
    const struct zdm_backfill_progress *progress, int columns);

/* One event as a line, or several for a gate. Nothing for those that a run ends with. */
void zdm_render_event(struct zdm_buf *out, const struct zdm_event *event);

/* The checks of a gate, a line each behind `indent` blanks. */
void zdm_render_checks(struct zdm_buf *out, const struct zdm_gate_result *gate, int indent);

#endif
