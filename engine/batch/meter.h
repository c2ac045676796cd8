/*
 * meter.h - how fast a backfill goes and how long it will take (pure).
 *
 * Keys a second are smoothed over about 10 s: each stretch of time weighs
 * 1 - exp(-t / 10 s). Time spent waiting counts, so that the estimate is honest.
 */
#ifndef ZDM_BATCH_METER_H
#define ZDM_BATCH_METER_H

#include <stdint.h>

struct zdm_meter {
    int64_t walked; /* keys, over all runs */
    int64_t total;  /* -1 unknown; never below walked */
    double rows_per_s;
    int64_t since_us; /* when the stretch that is being measured began */
    int64_t keys;     /* walked in it */
    int64_t first;    /* walked by earlier runs */
};

void zdm_meter_start(struct zdm_meter *m, int64_t walked, int64_t total, int64_t now_us);
void zdm_meter_walk(struct zdm_meter *m, int64_t keys, int64_t now_us);
int64_t zdm_meter_eta_ms(const struct zdm_meter *m); /* -1 unknown */
/* The same at the pace of this run's `busy_us`, the time in which nothing held it up. */
int64_t zdm_meter_eta_free_ms(const struct zdm_meter *m, int64_t busy_us);

#endif
