#include "batch/loop.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define TELL_EVERY_US 250000
#define NOTE_EVERY_US 10000000

void
zdm_job_progress(struct zdm_job *job, struct zdm_backfill_progress *out)
{
    *out = (struct zdm_backfill_progress){
        .rows = job->worker->rows,
        .batches = job->worker->batches,
        .total = job->meter.total,
        .walked = job->meter.walked,
        .rows_per_s = job->meter.rows_per_s,
        .eta_ms = zdm_meter_eta_ms(&job->meter),
        .batch_rows = job->worker->batch_rows,
        .batch_ms = job->worker->batch_ms,
        .pos = job->worker->pos,
        .bound = job->worker->bound,
        .waiting = job->waiting,
    };
}

void
zdm_job_tell(struct zdm_job *job, bool now)
{
    struct zdm_backfill_progress progress;
    int64_t us = zdm_monotonic_us();

    if (!job->hooks->progress || (!now && job->told_us && us - job->told_us < TELL_EVERY_US))
        return;
    job->told_us = us;
    zdm_job_progress(job, &progress);
    job->hooks->progress(job->hooks->self, &progress);
}

void
zdm_job_note(struct zdm_job *job, const char *level, const char *kind, const char *fmt, ...)
{
    va_list ap;

    if (!job->hooks->note)
        return;
    va_start(ap, fmt);
    char *message = zdm_vstrf(fmt, ap);
    va_end(ap);
    job->hooks->note(job->hooks->self, level, kind, message);
    free(message);
}

bool
zdm_job_worth_a_note(struct zdm_job *job)
{
    int64_t now = zdm_monotonic_us();

    if (job->noted_us && now - job->noted_us < NOTE_EVERY_US)
        return false;
    job->noted_us = now;
    return true;
}

void
zdm_job_waits(struct zdm_job *job, const char *why)
{
    if (job->waiting && why && strcmp(job->waiting, why) == 0)
        return;
    if (!job->waiting && !why)
        return;
    free(job->waiting);
    job->waiting = zdm_strdup(why);
    zdm_job_tell(job, why != NULL);
}

int
zdm_job_stopped(const struct zdm_job *job, struct zdm_err *err)
{
    zdm_fail(err, ZDM_ERR_INTERRUPTED, "interrupted between two batches");
    return zdm_err_hint(
        err, "run plan \"%s\" again: the backfill goes on where it is", job->spec->plan);
}
