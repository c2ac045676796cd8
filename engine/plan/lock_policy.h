/*
 * lock_policy.h - how a step gets its locks, by what its statements do.
 *
 * A lock that is waited for is as bad as one that is held: whoever comes after waits behind it. So
 * strong locks are tried for briefly, again and again, and what is believed to be brief is cancelled
 * when it is not. What must not be cut short has no timeout at all.
 */
#ifndef ZDM_PLAN_LOCK_POLICY_H
#define ZDM_PLAN_LOCK_POLICY_H

#include "plan/check.h"
#include "plan/plan.h"

enum zdm_lock_class {
    ZDM_LOCKS_BRIEF, /* strong locks, every one of them held briefly, by the classification */
    ZDM_LOCKS_LONG,  /* strong locks, and work under them (scans, rewrites, builds), or not known */
    ZDM_LOCKS_ROWS, /* no strong lock: it may wait for rows, and nobody waits behind it for a table */
    ZDM_LOCKS_ALONE,   /* outside transactions: waits as long as it takes */
    ZDM_LOCKS_BATCHES, /* a backfill: its own lock_timeout, batch by batch */
    ZDM_LOCKS_NONE,    /* a gate, a command: nothing is locked */
};
const char *zdm_lock_class_name(enum zdm_lock_class class); /* "brief" ... */

struct
    zdm_lock_need { /* of a step: a relation as the classification names it, its strongest mode */
    const char *relation;
    enum zdm_lock_mode mode;
    enum zdm_lock_reach reach;
    enum zdm_lock_mode below; /* the strongest that goes down to what `reach` says */
};

struct zdm_lock_policy {
    enum zdm_lock_class class;
    int64_t first_ms,
        most_ms; /* a try waits, the first and the longest; 0: for ever. Of ALONE: most_ms */
    int64_t statement_ms; /* a statement may work; 0: for ever */
    /* Relations in the order in which the step locks them, each once; a share of a try for each, so
     * that who waits for the first one waits no longer than a try. Views. */
    struct zdm_lock_need *needs;
    size_t n_needs;
};
void zdm_lock_policy_of(const struct zdm_plan *plan, const struct zdm_plan_report *report,
    size_t index, struct zdm_lock_policy *out);
/* Of SQL: the statements of `step` among these, which stand in the order of their steps (an undo's, for
 * one). None: it is brief. */
void zdm_lock_policy_of_sql(const struct zdm_lock_rules *rules,
    const struct zdm_plan_statement *statements, size_t n, size_t step, enum zdm_run_mode mode,
    struct zdm_lock_policy *out);
/* Takes in what another step locks, in the same transaction: brief only when both are. Views as there. */
void zdm_lock_policy_add(struct zdm_lock_policy *sum, const struct zdm_lock_policy *more);
void zdm_lock_policy_release(struct zdm_lock_policy *policy);
/* What one relation's lock gets of a try that waits `try_ms` in all: at least 10 ms. */
int64_t zdm_lock_share_ms(const struct zdm_lock_policy *policy, int64_t try_ms);

/* Does it block who writes, or what a schema change of somebody else needs? */
#define ZDM_LOCK_STRONG ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE

#endif
