#include "batch/cuts.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void
zdm_cuts_add(struct zdm_cuts *cuts, const char *upto, int64_t keys, bool whole)
{
    cuts->items = zdm_grow(cuts->items, cuts->count + 1, sizeof *cuts->items);
    cuts->items[cuts->count++] =
        (struct zdm_cut){.upto = zdm_strdup(upto), .keys = keys, .whole = whole};
}

struct zdm_cut *
zdm_cuts_behind(const struct zdm_cuts *cuts, const char *after)
{
    size_t i = 0;

    while (after && i < cuts->count && strcmp(cuts->items[i].upto, after) != 0)
        i++;
    if (after)
        i++;
    return i < cuts->count ? &cuts->items[i] : NULL;
}

bool
zdm_cuts_average(const struct zdm_cuts *cuts, int64_t stripes, int64_t *keys, double *ms)
{
    int64_t n = 0, sum = 0;
    double slowest = 0;

    for (size_t i = 0; i < cuts->count; i++) {
        const struct zdm_cut *cut = &cuts->items[i];
        if (!cut->whole || cut->slowest_ms <= 0)
            continue;
        n++;
        sum += (cut->keys + stripes - 1) / stripes;
        slowest += cut->slowest_ms;
    }
    if (n == 0)
        return false;
    *keys = sum / n;
    *ms = slowest / (double)n;
    return true;
}

void
zdm_cuts_clear(struct zdm_cuts *cuts)
{
    for (size_t i = 0; i < cuts->count; i++)
        free(cuts->items[i].upto);
    free(cuts->items);
    *cuts = (struct zdm_cuts){.count = 0};
}
