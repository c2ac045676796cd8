/*
 * retry.h - tries the rows in quarantine again, as the owner of the plan.
 */
#ifndef ZDM_RUN_RETRY_H
#define ZDM_RUN_RETRY_H

#include "run/runner.h"

struct zdm_retry_options {
    const char *conninfo, *ledger_path, *who;
    const char *step; /* id of a backfill; NULL: all. Unknown: ZDM_ERR_USAGE */
    const char *key;  /* a position (batch/position.h); NULL: all rows */
    struct zdm_host host;
    struct zdm_observer observer;
};
/* Takes the plan over, as a run does: ZDM_ERR_OWNED while somebody runs it, ZDM_ERR_PAUSED,
 * ZDM_ERR_MISMATCH when a backfill has changed since. out: n_steps of the plan, zeroed; counted there
 * even on failure. *left: rows of the plan that are in quarantine now. */
int zdm_retry(const struct zdm_plan *plan, const struct zdm_plan_report *report,
    const struct zdm_retry_options *options, struct zdm_retried *out, int64_t *left,
    struct zdm_err *err);

#endif
