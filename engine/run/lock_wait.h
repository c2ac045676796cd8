/*
 * lock_wait.h - attempts for a strong lock: short at first so that nobody
 * queues behind them, up to the plan's lock_budget, until its lock_patience is
 * used up. Private to run/.
 */
#ifndef ZDM_RUN_LOCK_WAIT_H
#define ZDM_RUN_LOCK_WAIT_H

#include "base/clock.h"
#include "run/session.h"

struct zdm_lock_wait {
    int64_t timeout_ms; /* of the next attempt */
    int64_t started_us; /* 0: no attempt failed yet */
    int64_t told_us;
    unsigned attempts;
    struct zdm_backoff backoff;
};

void zdm_lock_wait_init(struct zdm_lock_wait *wait);
/* After 55P03 and ROLLBACK: names who is in the way, waits, and lengthens the next attempt. -1 when
 * patience is used up (*err says who held the lock) or ^C came. */
int zdm_lock_wait_next(struct zdm_lock_wait *wait, struct zdm_session *s,
    const struct zdm_step *step, struct zdm_err *err);

#endif
