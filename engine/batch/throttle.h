/*
 * throttle.h - whether the backfill may go on now, and how fast (pure).
 *
 * Pressure is that of the worst signal. From 1 on the backfill holds, and goes on when it was below
 * 0.7 for three samples; below 1 it steers how many workers run (crew.h), and the rate of WAL (rate.h). Nothing
 * overrides a signal that holds; every one of them is named with its numbers.
 */
#ifndef ZDM_BATCH_THROTTLE_H
#define ZDM_BATCH_THROTTLE_H

#include "batch/crew.h"
#include "batch/rate.h"
#include "batch/signal.h"

struct zdm_throttle {
    struct zdm_signal signals[ZDM_SIGNALS]; /* the last sample */
    bool holding;
    double pressure;
    int calm;                 /* samples below 0.7 in a row while it holds */
    enum zdm_signal_id cause; /* the worst signal, when it last was at 0.7 or above */
    struct zdm_rate rate;
    struct zdm_crew crew; /* of one until somebody says how many */
    int64_t began_us;
    int64_t held_us;              /* since when it holds; 0: it does not */
    int64_t lost_us[ZDM_SIGNALS]; /* time lost to holding, by cause */
    int64_t rested_us;            /* and to the rate */
    int64_t paused_us;            /* and to people */
};

void zdm_throttle_init(struct zdm_throttle *t, int64_t wal_rate, bool carried, int64_t now_us);
/* A new sample (ZDM_SIGNALS of them), once a second. True: hold. */
bool zdm_throttle_sample(struct zdm_throttle *t, const struct zdm_signal *signals, int64_t now_us);
/* Why not all workers run: what is at 0.7 or above. Owned. */
char *zdm_throttle_strain(const struct zdm_throttle *t, int64_t now_us);
/* Why it holds or rests: "replica db2 lag 7.4 s >= 5.0 s; WAL 31 MB/s >= 16 MB/s"; NULL: it does
 * neither. Owned. */
char *zdm_throttle_reason(const struct zdm_throttle *t, const char *trouble, int64_t now_us);
/* `us` of time went to what holds now. */
void zdm_throttle_lost(struct zdm_throttle *t, int64_t us);
/* What time was lost to, each cause once: cause[] and us[] of ZDM_SIGNALS + 2; returns how many. */
size_t zdm_throttle_losses(const struct zdm_throttle *t, const char **causes, int64_t *us);
/* "held back for 12 % of 3 min: replica lag 8 %, WAL rate 4 %"; NULL: less than 1 %. Owned. */
char *zdm_throttle_shares(const struct zdm_throttle *t, int64_t now_us);

#endif
