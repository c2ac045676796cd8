#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "batch/loop.h"

static int64_t
planned(const struct zdm_backfill_spec *spec, enum zdm_knob knob)
{
    switch (knob) {
    case ZDM_KNOB_TARGET:
        return spec->target_ms > 0 ? spec->target_ms : 1;
    case ZDM_KNOB_WORKERS:
        return spec->workers > 1 ? spec->workers : 1;
    case ZDM_KNOB_MAX_LAG:
        return spec->limits.lag_ms;
    case ZDM_KNOB_WAL_RATE:
        return spec->limits.wal_rate;
    case ZDM_KNOB_STRIPES:
        return spec->stripes > 1 ? spec->stripes : 1;
    case ZDM_KNOBS:
        break;
    }
    zdm_die("an unknown knob");
}

static void
set_wanted(struct zdm_job *job, int64_t workers)
{
    job->wanted = (size_t)workers < ZDM_WORKERS_MAX ? (size_t)workers : ZDM_WORKERS_MAX;
}

void
zdm_job_as_planned(struct zdm_job *job)
{
    for (int i = 0; i < ZDM_KNOBS; i++)
        job->knobs[i] = planned(job->spec, (enum zdm_knob)i);
    set_wanted(job, job->knobs[ZDM_KNOB_WORKERS]);
}

static int
turn(struct zdm_job *job, enum zdm_knob knob, int64_t value, struct zdm_err *err)
{
    zdm_job_lock(job);
    job->knobs[knob] = value;
    job->tell_soon = true;
    if (knob == ZDM_KNOB_WORKERS) {
        set_wanted(job, value);
        zdm_crew_init(&job->hold.throttle.crew, (int64_t)job->wanted);
        for (size_t i = 0; i < ZDM_WORKERS_MAX; i++)
            job->workers[i].barred = false; /* the server may have a session for it now */
    }
    zdm_job_unlock(job);

    switch (knob) {
    case ZDM_KNOB_MAX_LAG:
        return zdm_hold_set_lag(job, value, err);
    case ZDM_KNOB_WAL_RATE:
        zdm_rate_limit(&job->hold.throttle.rate, value, job->hold.view.carried, zdm_monotonic_us());
        return 0;
    case ZDM_KNOB_STRIPES:
        zdm_job_tune_hot(job);
        return 0;
    case ZDM_KNOB_WORKERS:
    case ZDM_KNOB_TARGET: /* the workers look at it between two batches */
    case ZDM_KNOBS:
        return 0;
    }
    zdm_die("an unknown knob");
}

int
zdm_job_steer(struct zdm_job *job, struct zdm_err *err)
{
    struct zdm_steering now;

    if (!job->hooks->steer)
        return 0;
    while (job->hooks->steer(job->hooks->self, &now, err) < 0)
        if (zdm_control_again(job, err) < 0)
            return -1;
    job->stuck.since_us = 0;
    free(job->paused);
    job->paused = zdm_strdup(now.paused);
    job->cancelled = now.cancelled;
    for (int i = 0; i < ZDM_KNOBS; i++) {
        enum zdm_knob knob = (enum zdm_knob)i;
        int64_t value = now.knobs[i] == ZDM_AS_PLANNED ? planned(job->spec, knob) : now.knobs[i];
        if (value != job->knobs[i] && turn(job, knob, value, err) < 0)
            return -1;
    }
    return 0;
}
