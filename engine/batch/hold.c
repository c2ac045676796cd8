#include <stdlib.h>

#include "batch/loop.h"

#define LOOK_EVERY_US 1000000

static int
read_signals(struct zdm_loop *l, struct zdm_signal *lag, struct zdm_err *err)
{
    int64_t hidden = 0;

    while (zdm_signal_replica_lag(l->control, l->spec->max_lag_ms, lag, &hidden, err) < 0)
        if (zdm_control_again(l, err) < 0)
            return -1;
    if (hidden > 0 && !l->told_blind) {
        l->told_blind = true;
        zdm_loop_note(l, "warning", "note",
            "this role may not look at replicas, so their lag holds nothing up: grant it "
            "pg_monitor, or say max_lag = \"0s\"");
    }
    return 0;
}

int
zdm_loop_hold(struct zdm_loop *l, struct zdm_err *err)
{
    bool held = false;

    if (l->spec->max_lag_ms == 0 || zdm_monotonic_us() - l->signals_us < LOOK_EVERY_US)
        return 0;
    for (;;) {
        struct zdm_signal lag;
        char *reason = NULL;

        if (read_signals(l, &lag, err) < 0)
            return -1;
        l->signals_us = zdm_monotonic_us();
        if (!zdm_throttle_decide(&l->throttle, &lag, 1, &reason))
            break;
        if (zdm_loop_worth_a_note(l))
            zdm_loop_note(l, "info", "throttle", "holding: %s", reason);
        held = true;
        zdm_loop_waits(l, reason);
        free(reason);
        zdm_loop_tell(l, false);
        if (zdm_sleep_ms(LOOK_EVERY_US / 1000) < 0)
            return zdm_loop_stopped(l, err);
    }
    if (held) {
        /* Caches have cooled down, and what held us up says nothing about the batches. */
        l->unclean = true;
        zdm_loop_waits(l, NULL);
    }
    return 0;
}
