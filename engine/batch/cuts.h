/*
 * cuts.h - where the batches of a range that is done in stripes end.
 *
 * Each stripe of a range is done in as many batches as the range has cuts, so that between a batch and
 * the one of the next stripe over the same pages there are others: by then no other session's snapshot
 * keeps the rows that the first one left dead from being removed (hot.c).
 *
 * All stripes have the same cuts. They are not in the cursor, which says how far a stripe is: whoever
 * goes on with a range cuts the next stripe anew.
 */
#ifndef ZDM_BATCH_CUTS_H
#define ZDM_BATCH_CUTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zdm_cut {
    char *upto;        /* owned */
    int64_t keys;      /* behind the cut before it, of all stripes; at most when not `whole` */
    bool whole;        /* that is how many there are */
    double slowest_ms; /* clean batch that ended here; 0: none */
};

struct zdm_cuts { /* ascending; the last one is the range's end */
    struct zdm_cut *items;
    size_t count;
};

void zdm_cuts_add(struct zdm_cuts *cuts, const char *upto, int64_t keys, bool whole);
/* The first cut behind `after`, the range's lower end (NULL) or a cut. NULL: there is none, or `after`
 * is not a cut. View until zdm_cuts_add or zdm_cuts_clear. */
struct zdm_cut *zdm_cuts_behind(const struct zdm_cuts *cuts, const char *after);
/* What the controller is fed with when the range is done: keys of a batch and how long the slowest one
 * took, of the average cut. False: nothing is known. */
bool zdm_cuts_average(const struct zdm_cuts *cuts, int64_t stripes, int64_t *keys, double *ms);
void zdm_cuts_clear(struct zdm_cuts *cuts);

#endif
