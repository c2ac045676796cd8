#include "batch/vacuum.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "batch/loop.h"

#define DEAD_LEAST      100000
#define SHARE           0.2
#define HORIZON_MOST_MS 60000
#define AGAIN_US        (60 * 1000000LL)

bool
zdm_vacuum_due(struct zdm_vacuum *v, const struct zdm_monitor_view *seen)
{
    const struct zdm_signal *read = &seen->signals[ZDM_SIGNAL_DEAD];

    if (v->refused || seen->dead < 0 || read->read_us <= v->done_us)
        return false;
    /* Somebody else's vacuum counts as ours. */
    if (v->left < 0 || seen->dead < v->left)
        v->left = seen->dead;
    if (seen->vacuum || seen->horizon_ms > HORIZON_MOST_MS)
        return false;
    /* The backfill holds for them, and nothing dies any more: who would take them away? */
    if (zdm_signal_pressure(ZDM_SIGNAL_DEAD, read, read->read_us) >= 1 &&
        read->read_us - v->done_us > AGAIN_US)
        return true;
    int64_t died = seen->dead - v->left;
    return died > DEAD_LEAST && (double)died > SHARE * (double)(seen->live + seen->dead);
}

/* What the server warns of: that we may not, or that somebody had the lock. */
static void
hear(void *self, const char *severity, const char *sqlstate, const char *message)
{
    char **warning = self;

    (void)sqlstate;
    if (strcmp(severity, "WARNING") != 0 || *warning)
        return;
    *warning = zdm_strdup(message);
}

static int
run(struct zdm_job *job, const char *command, char **warning, struct zdm_err *err)
{
    char *sql = zdm_strf("%s %s", command, zdm_job_target(job)->relation);

    zdm_conn_on_notice(job->control, hear, warning);
    int rc = zdm_conn_exec(job->control, sql, NULL, err);
    zdm_conn_on_notice(job->control, NULL, NULL);
    free(sql);
    return rc;
}

int
zdm_job_vacuum(struct zdm_job *job, struct zdm_err *err)
{
    struct zdm_vacuum *v = &job->hold.vacuum;
    char *warning = NULL;

    int rc = run(job, "VACUUM (SKIP_LOCKED, TRUNCATE false)", &warning, err);
    v->done_us = zdm_monotonic_us();
    v->left = -1;
    if (rc < 0 && (err->code != ZDM_ERR_FAILED || zdm_conn_lost(job->control))) {
        rc = zdm_control_again(job, err);
    } else if (rc < 0 || warning) {
        v->refused = true;
        zdm_job_note(job, "warning", "note", "no VACUUM between batches: %s",
            rc < 0 ? err->message : warning);
        zdm_err_clear(err);
        rc = 0;
    } else {
        zdm_job_note(job, "info", "note", "VACUUM of %s", zdm_job_target(job)->relation);
    }
    free(warning);
    return rc;
}

void
zdm_job_analyze(struct zdm_job *job)
{
    struct zdm_err err = ZDM_ERR_INIT;
    char *warning = NULL;

    if (!job->spec->limits.vacuum)
        return;
    if (run(job, "ANALYZE (SKIP_LOCKED)", &warning, &err) < 0 || warning)
        zdm_job_note(job, "warning", "note", "no ANALYZE of %s at the end: %s",
            zdm_job_target(job)->relation, warning ? warning : err.message);
    free(warning);
    zdm_err_release(&err);
}
