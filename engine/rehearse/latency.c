#include "rehearse/latency.h"

#include <stddef.h>

/* Below ZDM_LATENCY_PARTS each value has a bucket of its own; above, each power of two has
 * ZDM_LATENCY_PARTS of them. */
static size_t
bucket_of(int64_t us)
{
    int shift = 0;

    while (us >> shift >= 2 * ZDM_LATENCY_PARTS)
        shift++;
    size_t n = (size_t)(us >> shift) + (size_t)shift * ZDM_LATENCY_PARTS;
    return n < ZDM_LATENCY_BUCKETS ? n : ZDM_LATENCY_BUCKETS - 1;
}

/* The largest value that belongs there. */
static int64_t
end_of(size_t bucket)
{
    if (bucket < 2 * ZDM_LATENCY_PARTS)
        return (int64_t)bucket;
    int shift = (int)(bucket / ZDM_LATENCY_PARTS) - 1;
    int64_t first = (int64_t)(bucket - (size_t)shift * ZDM_LATENCY_PARTS) << shift;
    return first + ((int64_t)1 << shift) - 1;
}

void
zdm_latency_add(struct zdm_latency *latency, int64_t us)
{
    if (us < 0)
        us = 0;
    latency->count++;
    latency->buckets[bucket_of(us)]++;
    if (us > latency->longest_us)
        latency->longest_us = us;
}

void
zdm_latency_merge(struct zdm_latency *latency, const struct zdm_latency *other)
{
    latency->count += other->count;
    for (size_t i = 0; i < ZDM_LATENCY_BUCKETS; i++)
        latency->buckets[i] += other->buckets[i];
    if (other->longest_us > latency->longest_us)
        latency->longest_us = other->longest_us;
}

int64_t
zdm_latency_at(const struct zdm_latency *latency, int permille)
{
    int64_t wanted = (latency->count * permille + 999) / 1000, seen = 0;

    for (size_t i = 0; i < ZDM_LATENCY_BUCKETS; i++) {
        seen += latency->buckets[i];
        if (seen > 0 && seen >= wanted) {
            int64_t end = end_of(i);
            return end < latency->longest_us && i < ZDM_LATENCY_BUCKETS - 1 ? end
                                                                            : latency->longest_us;
        }
    }
    return 0;
}
