/* Before a step asks for strong locks: is there an old transaction in their way? */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "catalog/locked.h"
#include "run/lock_report.h"
#include "run/lock_wait.h"

enum { TELL_EVERY_US = 10 * 1000 * 1000 };

static const char *
server_mode(enum zdm_lock_mode mode)
{
    static const char *const names[] = {
        [ZDM_LOCK_NONE] = "AccessShareLock",
        [ZDM_LOCK_ACCESS_SHARE] = "AccessShareLock",
        [ZDM_LOCK_ROW_SHARE] = "RowShareLock",
        [ZDM_LOCK_ROW_EXCLUSIVE] = "RowExclusiveLock",
        [ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE] = "ShareUpdateExclusiveLock",
        [ZDM_LOCK_SHARE] = "ShareLock",
        [ZDM_LOCK_SHARE_ROW_EXCLUSIVE] = "ShareRowExclusiveLock",
        [ZDM_LOCK_EXCLUSIVE] = "ExclusiveLock",
        [ZDM_LOCK_ACCESS_EXCLUSIVE] = "AccessExclusiveLock",
    };
    return names[mode];
}

static enum zdm_wanted_below
below_of(enum zdm_lock_reach reach)
{
    return reach == ZDM_REACH_FAMILY ? ZDM_WANTED_CHILDREN : ZDM_WANTED_PARTITIONS;
}

struct zdm_wanted_lock *
zdm_lock_wait_wanted(const struct zdm_lock_wait *wait, size_t *n)
{
    const struct zdm_lock_policy *policy = &wait->policy;
    struct zdm_wanted_lock *wanted = zdm_alloc((2 * policy->n_needs + 1) * sizeof *wanted);

    *n = 0;
    for (size_t i = 0; i < policy->n_needs; i++) {
        const struct zdm_lock_need *need = &policy->needs[i];
        if (need->mode >= ZDM_LOCK_STRONG)
            wanted[(*n)++] =
                (struct zdm_wanted_lock){need->relation, server_mode(need->mode), ZDM_WANTED_ALONE};
        if (need->reach != ZDM_REACH_SELF)
            wanted[(*n)++] = (struct zdm_wanted_lock){
                need->relation, server_mode(need->below), below_of(need->reach)};
    }
    return wanted;
}

/* An autovacuum holds its lock for hours, and is cancelled by the server for who waits for it. */
static bool
gives_way(const struct zdm_blocker *b)
{
    return b->backend && strcmp(b->backend, "autovacuum worker") == 0 && !b->prevents_wraparound;
}

/* Drops who is not old. An age that is not shown to our role is no reason to wait for ever. */
static void
keep_old(struct zdm_blockers *all, int64_t old_ms)
{
    struct zdm_blockers young = {.count = 0};
    size_t kept = 0;

    for (size_t i = 0; i < all->count; i++) {
        struct zdm_blocker b = all->items[i];
        if (b.prevents_wraparound || (b.transaction_age_ms >= old_ms && !gives_way(&b))) {
            all->items[kept++] = b;
            continue;
        }
        young.items = zdm_grow(young.items, young.count + 1, sizeof *young.items);
        young.items[young.count++] = b;
    }
    all->count = kept;
    zdm_blockers_release(&young);
}

static void
tell(struct zdm_lock_wait *wait, const struct zdm_blockers *old)
{
    struct zdm_buf text = ZDM_BUF_INIT;
    const struct zdm_lock_report report = {
        .stage = ZDM_LOCK_STAGE_OLD,
        .tries = wait->tries,
        .waited_ms = wait->old_us / 1000,
        .blockers = old->items,
        .n_blockers = old->count,
    };

    zdm_buf_add(&text, "not asked for a lock yet, an old transaction is in the way: ");
    zdm_add_blockers(&text, old->items, old->count);
    zdm_session_tell(wait->s, &(struct zdm_event){
                                  .kind = ZDM_EVENT_LOCK_WAIT,
                                  .level = "warning",
                                  .step = wait->step,
                                  .message = text.s,
                                  .rows = -1,
                                  .lock = &report,
                              });
    zdm_buf_release(&text);
}

static int
waited_enough(const struct zdm_lock_wait *wait, const struct zdm_blockers *old, struct zdm_err *err)
{
    struct zdm_buf names = ZDM_BUF_INIT;
    char waited[32];

    zdm_add_blockers(&names, old->items, old->count);
    zdm_fail(err, ZDM_ERR_FAILED,
        "step \"%s\" did not ask for its locks: an old transaction is in the way, after %s of "
        "waiting",
        wait->step->id, zdm_show_duration(wait->old_us / 1000, waited));
    zdm_err_detail(err, "in the way: %s", names.s);
    zdm_err_hint(err,
        "nothing was changed by this step; end what is in the way, or raise "
        "wait_for_old_transactions, and run the plan \"%s\" again",
        wait->s->plan->name);
    zdm_buf_release(&names);
    return zdm_err_at(err, wait->step->at);
}

/* One look; *clear: nobody old is there any more. */
static int
look(struct zdm_lock_wait *wait, const struct zdm_wanted_lock *wanted, size_t n, bool *clear,
    struct zdm_err *err)
{
    const struct zdm_lock_rules *rules = &wait->step->locks;
    struct zdm_blockers old;
    int64_t now = zdm_monotonic_us();

    if (zdm_blockers_find(wait->s->conn, n, wanted, &old, err) < 0)
        return -1;
    keep_old(&old, rules->old_ms);
    zdm_blockers_normalise(&old);
    *clear = old.count == 0;
    bool over = !*clear && wait->old_us >= rules->wait_old_ms * 1000;
    if (!*clear && (over || wait->old_told_us == 0 || now - wait->old_told_us >= TELL_EVERY_US)) {
        tell(wait, &old);
        wait->old_told_us = now;
    }
    int rc = over ? waited_enough(wait, &old, err) : *clear ? 0 : zdm_unblock(wait, &old, err);
    zdm_blockers_release(&old);
    return rc;
}

int
zdm_lock_wait_ready(struct zdm_lock_wait *wait, struct zdm_err *err)
{
    struct zdm_backoff backoff = {.base_ms = 100, .max_ms = 2000};
    size_t n;
    struct zdm_wanted_lock *wanted = zdm_lock_wait_wanted(wait, &n);
    bool clear = n == 0 || wait->step->locks.old_ms == 0;
    int rc = 0;

    while (rc == 0 && !clear) {
        int64_t start = zdm_monotonic_us();
        rc = look(wait, wanted, n, &clear, err);
        if (rc < 0 || clear)
            break;
        if (zdm_sleep_ms(zdm_backoff_next(&backoff)) < 0)
            rc = zdm_fail(
                err, ZDM_ERR_INTERRUPTED, "interrupted while waiting for old transactions");
        else if (wait->s->steer)
            rc = zdm_session_go_on(wait->s, err);
        wait->old_us += zdm_monotonic_us() - start;
    }
    free(wanted);
    return rc;
}
