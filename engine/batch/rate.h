/*
 * rate.h - how much WAL a second a backfill may write (pure).
 *
 * A token bucket in bytes of WAL that holds one second of the rate. Batches spend it; when it is
 * empty the backfill rests until it is full again, so at least a second: short rests between batches
 * were measured to be worse for the foreground than none.
 *
 * The rate follows the pressure (signal.h), once a second: below 0.4 it is raised, from 0.7 lowered
 * by a tenth, and halved when a signal made the backfill hold. Raising doubles until the first
 * pressure, then goes by a tenth; it raises only a rate that is used. What nobody has to carry away
 * (no replica, slot or archive) starts without a rate.
 */
#ifndef ZDM_BATCH_RATE_H
#define ZDM_BATCH_RATE_H

#include <stdbool.h>
#include <stdint.h>

#define ZDM_RATE_START (16.0 * 1024 * 1024)
#define ZDM_RATE_LEAST (256.0 * 1024)

struct zdm_rate {
    double per_s;   /* bytes; 0: no rate */
    double ceiling; /* the author's; 0: none */
    double tokens;
    bool resting; /* until the bucket is full */
    bool felt;    /* there was pressure: raise slowly from here on */
    double spent; /* since the last tick */
    double used;  /* a second, smoothed: what is really written */
    int64_t refilled_us, ticked_us;
};

/* carried: somebody has to carry the WAL away. */
void zdm_rate_init(struct zdm_rate *r, int64_t ceiling, bool carried, int64_t now_us);
/* Another ceiling, 0: none. The rate finds its way anew. */
void zdm_rate_limit(struct zdm_rate *r, int64_t ceiling, bool carried, int64_t now_us);
void zdm_rate_spend(struct zdm_rate *r, int64_t bytes, int64_t now_us);
/* Once a second while batches may run. */
void zdm_rate_tick(struct zdm_rate *r, double pressure, int64_t now_us);
/* A signal holds the backfill from now on. */
void zdm_rate_held(struct zdm_rate *r);
/* It goes on: what happened meanwhile is no measure. */
void zdm_rate_resume(struct zdm_rate *r, int64_t now_us);
/* Milliseconds to rest; 0: the next batch may run. */
int64_t zdm_rate_rest_ms(struct zdm_rate *r, int64_t now_us);

#endif
