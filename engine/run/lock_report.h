/*
 * lock_report.h - what is told of a lock that is not free: words for people, JSON for the ledger and for
 * --format json. Pure.
 */
#ifndef ZDM_RUN_LOCK_REPORT_H
#define ZDM_RUN_LOCK_REPORT_H

#include "base/buf.h"
#include "pg/locks.h"

enum zdm_lock_stage {
    ZDM_LOCK_STAGE_OLD,     /* not asked for yet: an old transaction is in the way */
    ZDM_LOCK_STAGE_TRY,     /* a try was in vain */
    ZDM_LOCK_STAGE_UNBLOCK, /* something was done, or not, about who is in the way */
};

struct zdm_lock_report {
    enum zdm_lock_stage stage;
    int64_t tries, try_ms; /* so far; what the last one waited at most */
    int64_t waited_ms;     /* since the first try, or for the old transactions */
    const struct zdm_blocker *blockers;
    size_t n_blockers;
    size_t n_behind;   /* sessions that waited behind us */
    int64_t behind_ms; /* the longest of them */
    const char *act;   /* UNBLOCK: "cancelled", "terminated", "over", "denied", "left"; else NULL */
};

/* Their lines, three at most, with "; " between; "" for none. */
void zdm_add_blockers(struct zdm_buf *out, const struct zdm_blocker *blockers, size_t n);
/* "; 3 sessions waited behind us, up to 120 ms", or nothing. */
void zdm_add_behind(struct zdm_buf *out, const struct zdm_lock_report *report);
/* Returns owned. */
char *zdm_lock_report_json(const struct zdm_lock_report *report);

#endif
