/*
 * room.h - would room on the pages help a backfill? (pure arithmetic)
 *
 * A new version of a row that finds room on its page needs no entries in indexes (HOT). Stripes make such room
 * (predict.h); where there can be none, or rows grow by much, a lower fillfactor does. It is for pages that are
 * filled from then on: rows that are there get it only when the table is rewritten, which writes all of the
 * table and its indexes once.
 */
#ifndef ZDM_BATCH_ROOM_H
#define ZDM_BATCH_ROOM_H

#include "batch/predict.h"

struct zdm_room {
    int fillfactor;             /* at which nearly all updates are HOT; 0: nothing to advise */
    struct zdm_prediction with; /* of the same backfill, behind a rewrite */
    int64_t rewrite;            /* bytes that the rewrite writes */
    int64_t saved;              /* bytes of WAL that the backfill saves */
};

/* Nothing is advised for tables below 8 MB, few rows, and where half of the updates are HOT as it is. */
void zdm_room_advise(
    const struct zdm_predict_from *from, const struct zdm_prediction *now, struct zdm_room *out);

#endif
