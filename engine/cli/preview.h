/*
 * preview.h - what zdm plan looks up in a target about the steps of a plan.
 */
#ifndef ZDM_CLI_PREVIEW_H
#define ZDM_CLI_PREVIEW_H

#include <jansson.h>

#include "base/buf.h"
#include "batch/preview.h"
#include "batch/sample.h"
#include "cli/load.h"
#include "run/status.h"

struct zdm_step_preview {
    int64_t ran_ms; /* how long a step that is done took, by the ledger; -1: not known */
    bool looked;    /* false: no backfill, or one that is done */
    struct zdm_backfill_spec spec;
    struct zdm_foreseen foreseen;
    struct zdm_backfill_preview seen;
    bool sampled;
    struct zdm_backfill_sample sample;
    /* Of an sql step: what would stop it as things stand, n_stops messages and hints (NULL: none). */
    const struct zdm_require **stops;
    size_t n_stops;
    /* Where an earlier run was whose speed it is; NULL: there was none. */
    const char *rate_from;
};

struct zdm_previews {
    struct zdm_step_preview *steps; /* n_steps of the plan */
    size_t n;
    struct zdm_arena *arena;
    struct zdm_err
        stop; /* why a run would be refused before its first step; ZDM_OK: it would not */
};
#define ZDM_PREVIEWS_INIT                                                                          \
    {                                                                                              \
        .steps = NULL                                                                              \
    }

struct zdm_preview_options {
    const char *ledger; /* its path */
    int64_t sample;     /* rows of each backfill to try it on; 0: none */
    bool values;        /* messages of rows that fail may hold what is in them */
};

/* Reads only, each backfill in a transaction of its own. Releases nothing on failure:
 * zdm_previews_release(). */
int zdm_previews_read(struct zdm_conn *conn, const struct zdm_loaded *loaded,
    const struct zdm_plan_status *status, const struct zdm_preview_options *options,
    struct zdm_previews *out, struct zdm_err *err);
/* What the samples ask the command to end with: 4 when rows would fail, 2 when a backfill could not be
 * tried, else 0. */
int zdm_previews_exit_code(const struct zdm_previews *previews);
void zdm_previews_release(struct zdm_previews *previews);

/* Lines below those of the step itself. */
void zdm_render_preview(struct zdm_buf *out, const struct zdm_step_preview *preview);
void zdm_render_sample(struct zdm_buf *out, const struct zdm_step_preview *preview);
/* Owned. */
json_t *zdm_json_sample(const struct zdm_step_preview *preview);
json_t *zdm_json_costs(const struct zdm_prediction *costs);
json_t *zdm_json_preview(const struct zdm_step_preview *preview);

#endif
