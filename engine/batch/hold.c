#include <stdlib.h>

#include "batch/loop.h"

#define LOOK_EVERY_US 1000000

static int
read_signals(struct zdm_job *job, struct zdm_signal *lag, struct zdm_err *err)
{
    int64_t hidden = 0;

    while (zdm_signal_replica_lag(job->control, job->spec->max_lag_ms, lag, &hidden, err) < 0)
        if (zdm_control_again(job, err) < 0)
            return -1;
    job->stuck.since_us = 0;
    if (hidden > 0 && !job->told_blind) {
        job->told_blind = true;
        zdm_job_note(job, "warning", "note",
            "this role may not look at replicas, so their lag holds nothing up: grant it "
            "pg_monitor, or say max_lag = \"0s\"");
    }
    return 0;
}

int
zdm_job_hold(struct zdm_job *job, bool *held, struct zdm_err *err)
{
    *held = false;
    if (job->spec->max_lag_ms == 0 || zdm_monotonic_us() - job->signals_us < LOOK_EVERY_US)
        return 0;
    for (;;) {
        struct zdm_signal lag;
        char *reason = NULL;

        if (read_signals(job, &lag, err) < 0)
            return -1;
        job->signals_us = zdm_monotonic_us();
        if (!zdm_throttle_decide(&job->throttle, &lag, 1, &reason))
            break;
        if (zdm_job_worth_a_note(job))
            zdm_job_note(job, "info", "throttle", "holding: %s", reason);
        *held = true;
        zdm_job_waits(job, reason);
        free(reason);
        zdm_job_tell(job, false);
        if (zdm_sleep_ms(LOOK_EVERY_US / 1000) < 0)
            return zdm_job_stopped(job, err);
    }
    if (*held)
        zdm_job_waits(job, NULL);
    return 0;
}
