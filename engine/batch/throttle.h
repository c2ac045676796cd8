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
    const char *name; /* "blocked by us", "pause" */
    const char *unit; /* "ms", "sessions" */
    double value, limit;
};

struct zdm_throttle {
    bool holding;
    double pressure;
};

/* Takes the current values and says whether to hold. `reason` (may be NULL) becomes an owned line
 * with every signal at or above its limit: "blocked by us 2 >= 1 sessions", or NULL. */
bool zdm_throttle_decide(
    struct zdm_throttle *t, const struct zdm_signal *signals, size_t n, char **reason);

/* Signal: sessions that wait for a lock of backend `pid` for over 100 ms (limit 1). */
int zdm_signal_blocked_by_us(
    struct zdm_conn *control, int pid, struct zdm_signal *out, struct zdm_err *err);

#endif
