/*
 * range.h - the key ranges ahead, probed 16 at a time.
 *
 * Every range but the last holds as many keys as it was probed with; the last
 * one ends at the bound and may hold fewer. By pages: as many rows as pages have by the estimate; where that
 * is less than a page, ranges within it are probed, and the last of them ends with the page.
 */
#ifndef ZDM_BATCH_RANGE_H
#define ZDM_BATCH_RANGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "batch/statement.h"

#define ZDM_RANGES_AHEAD 16

struct zdm_ranges {
    char *upto[ZDM_RANGES_AHEAD + 1]; /* ascending upper ends, the bound when it is near */
    size_t next, count;
    int64_t rows; /* keys a range was probed with */
    bool whole;   /* the range last given holds that many keys */
};

/* The upper end of the next range behind `after` (NULL: the first), at most the bound. Probes when
 * none is left, when `after` is not the upper end given last, or when `rows` has moved by more than a
 * quarter since. *upto NULL: nothing lies between `after` and the bound. View until the next call. */
int zdm_ranges_next(struct zdm_ranges *r, struct zdm_conn *control, const struct zdm_batch_sql *sql,
    int64_t rows, const char *after, const char *bound, const char **upto, struct zdm_err *err);
/* Is the next range behind `after` among those that were probed, for about that many keys? */
bool zdm_ranges_ready(const struct zdm_ranges *r, int64_t rows, const char *after);
/* How many of the ranges that were probed are left, when the last of them ends at the bound; else
 * SIZE_MAX: there may be any number. */
size_t zdm_ranges_left(const struct zdm_ranges *r, const char *bound);
/* Forgets what was probed (another size, another position). */
void zdm_ranges_clear(struct zdm_ranges *r);

#endif
