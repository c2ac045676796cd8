/*
 * preview.h - what zdm plan looks up in a target about the backfills of a plan.
 */
#ifndef ZDM_CLI_PREVIEW_H
#define ZDM_CLI_PREVIEW_H

#include <jansson.h>

#include "base/buf.h"
#include "batch/preview.h"
#include "cli/load.h"
#include "run/status.h"

struct zdm_step_preview {
    bool looked; /* false: no backfill, or one that is done */
    struct zdm_backfill_spec spec;
    struct zdm_foreseen foreseen;
    struct zdm_backfill_preview seen;
    const char
        *rate_from; /* where an earlier run was that went as fast; NULL: the speed is assumed */
};

struct zdm_previews {
    struct zdm_step_preview *steps; /* n_steps of the plan */
    size_t n;
    struct zdm_arena *arena;
};
#define ZDM_PREVIEWS_INIT                                                                          \
    {                                                                                              \
        .steps = NULL                                                                              \
    }

/* Reads only, each backfill in a transaction of its own. ledger: its path. Releases nothing on
 * failure: zdm_previews_release(). */
int zdm_previews_read(struct zdm_conn *conn, const struct zdm_loaded *loaded,
    const struct zdm_plan_status *status, const char *ledger, struct zdm_previews *out,
    struct zdm_err *err);
void zdm_previews_release(struct zdm_previews *previews);

/* Lines below those of the step itself. */
void zdm_render_preview(struct zdm_buf *out, const struct zdm_step_preview *preview);
/* Owned. */
json_t *zdm_json_preview(const struct zdm_step_preview *preview);

#endif
