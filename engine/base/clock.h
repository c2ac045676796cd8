/*
 * clock.h - time of this machine, randomness and waiting.
 *
 * Decisions that outlive the process (soak) use the server's clock, never this.
 */
#ifndef ZDM_BASE_CLOCK_H
#define ZDM_BASE_CLOCK_H

#include <stdint.h>

int64_t zdm_now_ms(void);       /* wall clock, milliseconds since 1970 UTC */
int64_t zdm_monotonic_us(void); /* for measuring, microseconds */
double zdm_random_double(void); /* [0, 1), from the kernel's generator */

/* Waits; returns early (-1) when a signal asked to stop (signals.h), else 0. */
int zdm_sleep_ms(int64_t ms);

/* "2026-11-21T07:03:38Z" from zdm_now_ms(); fills out[32] and returns it. */
const char *zdm_iso8601(int64_t ms, char out[32]);

/*
 * Exponential backoff with jitter. The n-th wait (n from 0) is uniform in
 * [half, full] of base_ms * 2^n, capped at max_ms: jitter keeps several runners
 * from queueing for the same lock in step.
 */
struct zdm_backoff {
    int64_t base_ms;
    int64_t max_ms;
    unsigned attempt; /* waits taken so far */
};
int64_t zdm_backoff_next(struct zdm_backoff *backoff);

#endif
