/*
 * throttle.h - whether the backfill may go on now.
 *
 * A signal is a number with a limit. Pressure is the worst value / limit over
 * all of them; from 1 on the backfill holds, and goes on below 0.7 (hysteresis).
 * The decision is pure; the signals are read by signal functions, one a file.
 */
#ifndef ZDM_BATCH_THROTTLE_H
#define ZDM_BATCH_THROTTLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "pg/conn.h"

struct zdm_signal {
    const char *name; /* "replica lag" */
    const char *unit; /* "ms" */
    double value, limit;
};

struct zdm_throttle {
    bool holding;
    double pressure;
};

/* Takes the current values and says whether to hold. `reason` (may be NULL) becomes an owned line
 * with every signal at or above its limit: "replica lag 7400 >= 5000 ms", or NULL. */
bool zdm_throttle_decide(
    struct zdm_throttle *t, const struct zdm_signal *signals, size_t n, char **reason);

/* Signal: how far the slowest replica is behind in replaying. *hidden: how many replicas our role may
 * not look at. */
int zdm_signal_replica_lag(struct zdm_conn *control, int64_t limit_ms, struct zdm_signal *out,
    int64_t *hidden, struct zdm_err *err);

#endif
