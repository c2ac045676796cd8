/*
 * lock_wait.h - how a step comes to its locks: it does not ask while an old transaction is in the way;
 * then tries that are short at first, so that nobody queues behind them, up to the plan's lock_budget,
 * until lock_patience or lock_tries is used up. Private to run/.
 *
 *     zdm_lock_wait_init(&wait, s, step, NULL, 0);
 *     do {
 *         zdm_lock_wait_ready(&wait, err);     nobody old is in the way
 *         zdm_lock_wait_begin(&wait);
 *         ... BEGIN, lock_timeout of zdm_lock_wait_timeout(&wait), the work ...
 *         zdm_lock_wait_end(&wait);
 *     } while (55P03, and zdm_lock_wait_next(&wait, err) == 0);
 *     zdm_lock_wait_release(&wait);
 */
#ifndef ZDM_RUN_LOCK_WAIT_H
#define ZDM_RUN_LOCK_WAIT_H

#include "base/clock.h"
#include "plan/lock_policy.h"
#include "run/lock_watch.h"
#include "run/session.h"

struct zdm_lock_told { /* what was said or done about whom */
    char *whom;
    int64_t at_us;
};

struct zdm_lock_wait {
    struct zdm_session *s;
    const struct zdm_step *step;
    struct zdm_lock_policy policy;
    struct zdm_lock_watch *watch; /* NULL: behind a pooler nobody knows which backend is ours */
    struct zdm_lock_sight sight;  /* of the last try */
    int64_t try_ms;               /* the next try waits */
    int64_t begun_us;             /* the last try */
    int64_t started_us;           /* 0: no try failed yet */
    int64_t told_us;
    unsigned tries;
    struct zdm_backoff backoff;
    int64_t old_us, old_told_us; /* waited for old transactions so far */
    struct zdm_lock_told *told;  /* n_told, by zdm_unblock */
    size_t n_told;
};

/* along: n other steps of the plan whose locks the same transaction takes. */
void zdm_lock_wait_init(struct zdm_lock_wait *wait, struct zdm_session *s,
    const struct zdm_step *step, const size_t *along, size_t n);
void zdm_lock_wait_release(struct zdm_lock_wait *wait);
/* Before a try, outside a transaction: waits while an old transaction is in the way. -1 when
 * wait_for_old_transactions is used up (*err names them), or ^C came. */
int zdm_lock_wait_ready(struct zdm_lock_wait *wait, struct zdm_err *err);
/* A try begins, is over. */
void zdm_lock_wait_begin(struct zdm_lock_wait *wait);
void zdm_lock_wait_end(struct zdm_lock_wait *wait);
/* For each lock of this try, and for the work of a statement with them (0: none). */
int64_t zdm_lock_wait_timeout(const struct zdm_lock_wait *wait);
int64_t zdm_lock_wait_statement_ms(const struct zdm_lock_wait *wait);
/* Is this 57014 our statement_timeout, which hit while the statement waited for a lock? */
bool zdm_lock_wait_was_lock(const struct zdm_lock_wait *wait, const struct zdm_err *err);
/* Of a statement_timeout of ours that hit what was believed to be brief: says so. Returns -1. */
int zdm_lock_wait_explain(const struct zdm_lock_wait *wait, struct zdm_err *err);
/* After a try in vain and ROLLBACK: names who is in the way, does what on_blocked says, waits, and
 * lengthens the next try. -1 when patience is used up (*err says who held the lock) or ^C came. */
int zdm_lock_wait_next(struct zdm_lock_wait *wait, struct zdm_err *err);

/* --- unblock.c --- */
/* Does what on_blocked says about these, outside a transaction; tells what was done, and what was not
 * and why. -1: the session was lost. */
int zdm_unblock(
    struct zdm_lock_wait *wait, const struct zdm_blockers *blockers, struct zdm_err *err);

/* --- preflight.c --- */
/* The strong locks of the step, as the server calls them; owned. */
struct zdm_wanted_lock *zdm_lock_wait_wanted(const struct zdm_lock_wait *wait, size_t *n);

#endif
