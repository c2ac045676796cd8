/*
 * lag.h - how far a replica is behind in time, by one clock (pure).
 *
 * pg_stat_replication.replay_lag says what a replica reported last: it stays when the primary is idle,
 * and when the replica replays nothing it may be NULL or of long ago. So the end of the primary's WAL is
 * noted at each look, with our own time. A replica is behind since the first look at which there was more
 * WAL than it has replayed by now: too little by the time between two looks at most.
 *
 *     zdm_lag_note(&looks, wal_end, now_us);
 *     ms = zdm_lag_ms(&looks, replayed, now_us, &known);
 *
 * Old looks are thinned out, so that the time that they reach back has no end, and the longer ago the coarser
 * they are.
 */
#ifndef ZDM_BATCH_LAG_H
#define ZDM_BATCH_LAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ZDM_LAG_LOOKS 128

struct zdm_lag_looks {
    struct zdm_lag_look {
        int64_t wal; /* bytes since the beginning of all WAL */
        int64_t at_us;
    } items[ZDM_LAG_LOOKS]; /* ascending in both; times at which there was new WAL */
    size_t count;
};

/* A primary whose WAL ends before what was seen is another one: it begins anew. */
void zdm_lag_note(struct zdm_lag_looks *looks, int64_t wal, int64_t now_us);
/* 0: it has replayed all that was seen. *since_start: it was behind at the first look, for nobody knows how
 * long; so long at least. */
int64_t zdm_lag_ms(
    const struct zdm_lag_looks *looks, int64_t replayed, int64_t now_us, bool *since_start);

#endif
