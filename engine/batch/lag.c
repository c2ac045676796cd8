#include "batch/lag.h"

/* Drops the look that tells least: the one with the smallest gap around it for its age. */
static void
thin_out(struct zdm_lag_looks *looks, int64_t now_us)
{
    size_t least = 1;
    double smallest = 2;

    for (size_t i = 1; i + 1 < looks->count; i++) {
        const struct zdm_lag_look *look = &looks->items[i];
        double gap = (double)(look[1].at_us - look[-1].at_us) / (double)(now_us - look[-1].at_us);
        if (gap < smallest) {
            smallest = gap;
            least = i;
        }
    }
    looks->count--;
    for (size_t i = least; i < looks->count; i++)
        looks->items[i] = looks->items[i + 1];
}

void
zdm_lag_note(struct zdm_lag_looks *looks, int64_t wal, int64_t now_us)
{
    size_t n = looks->count;

    if (n > 0 && wal < looks->items[n - 1].wal)
        n = 0;
    else if (n > 0 && wal == looks->items[n - 1].wal)
        return;
    looks->count = n;
    if (n == ZDM_LAG_LOOKS)
        thin_out(looks, now_us);
    looks->items[looks->count++] = (struct zdm_lag_look){wal, now_us};
}

int64_t
zdm_lag_ms(const struct zdm_lag_looks *looks, int64_t replayed, int64_t now_us, bool *since_start)
{
    *since_start = false;
    for (size_t i = 0; i < looks->count; i++)
        if (looks->items[i].wal > replayed) {
            *since_start = i == 0;
            return (now_us - looks->items[i].at_us) / 1000;
        }
    return 0;
}
