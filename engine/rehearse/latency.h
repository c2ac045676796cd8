/*
 * latency.h - how long many requests took, in a fixed size (pure).
 *
 * Counts in buckets of a width that grows with the value: an answer is never too small, and at most
 * 1/16 of it too large. The longest is exact.
 *
 *     struct zdm_latency seen = {0};
 *     zdm_latency_add(&seen, 1250);
 *     int64_t p99 = zdm_latency_at(&seen, 990);
 */
#ifndef ZDM_REHEARSE_LATENCY_H
#define ZDM_REHEARSE_LATENCY_H

#include <stdint.h>

enum {
    ZDM_LATENCY_PARTS = 16,                       /* of each power of two */
    ZDM_LATENCY_BUCKETS = ZDM_LATENCY_PARTS * 33, /* up to 2^36 us, 19 hours; more counts as that */
};

struct zdm_latency {
    int64_t count;
    int64_t longest_us; /* exact; 0 while nothing was added */
    int64_t buckets[ZDM_LATENCY_BUCKETS];
};

/* Less than nothing counts as 0. */
void zdm_latency_add(struct zdm_latency *latency, int64_t us);
void zdm_latency_merge(struct zdm_latency *latency, const struct zdm_latency *other);
/* What this many of 1000 took at most, in microseconds; never more than the longest. 0: nothing was
 * added. */
int64_t zdm_latency_at(const struct zdm_latency *latency, int permille);

#endif
