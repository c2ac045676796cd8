#include "run/lock_wait.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/signals.h"
#include "base/text.h"
#include "catalog/locked.h"
#include "run/judge.h"
#include "run/lock_report.h"

enum { TELL_EVERY_US = 10 * 1000 * 1000 };

void
zdm_lock_wait_init(struct zdm_lock_wait *wait, struct zdm_session *s, const struct zdm_step *step,
    const size_t *along, size_t n)
{
    *wait = (struct zdm_lock_wait){
        .s = s,
        .step = step,
        .backoff = {.base_ms = 100, .max_ms = 5000},
    };
    zdm_judged_policy(s, (size_t)(step - s->plan->steps), &wait->policy);
    for (size_t i = 0; i < n; i++) {
        struct zdm_lock_policy more;
        zdm_judged_policy(s, along[i], &more);
        zdm_lock_policy_add(&wait->policy, &more);
        zdm_lock_policy_release(&more);
    }
    wait->try_ms = wait->policy.first_ms;
    if (!zdm_conn_proxied(s->conn)) {
        char *application = zdm_strf("zdm/%s/locks", s->plan->name);
        wait->watch = zdm_lock_watch_new(zdm_conn_conninfo(s->conn), application);
        free(application);
    }
}

void
zdm_lock_wait_release(struct zdm_lock_wait *wait)
{
    zdm_lock_watch_free(wait->watch);
    zdm_lock_sight_release(&wait->sight);
    zdm_lock_policy_release(&wait->policy);
    for (size_t i = 0; i < wait->n_told; i++)
        free(wait->told[i].whom);
    free(wait->told);
}

void
zdm_lock_wait_begin(struct zdm_lock_wait *wait)
{
    wait->begun_us = zdm_monotonic_us();
    zdm_lock_sight_release(&wait->sight);
    if (wait->watch)
        zdm_lock_watch_begin(wait->watch, zdm_conn_pid(wait->s->conn));
}

void
zdm_lock_wait_end(struct zdm_lock_wait *wait)
{
    if (wait->watch)
        zdm_lock_watch_end(wait->watch, &wait->sight);
    zdm_blockers_normalise(&wait->sight.queue.blockers);
}

int64_t
zdm_lock_wait_timeout(const struct zdm_lock_wait *wait)
{
    return zdm_lock_share_ms(&wait->policy, wait->try_ms);
}

int64_t
zdm_lock_wait_statement_ms(const struct zdm_lock_wait *wait)
{
    return wait->policy.statement_ms > 0 ? wait->policy.statement_ms + wait->try_ms : 0;
}

/* Somebody else may cancel our statement, too: that comes at any time, and mostly earlier. */
static bool
timed_out(const struct zdm_lock_wait *wait, const struct zdm_err *err)
{
    int64_t limit_ms = zdm_lock_wait_statement_ms(wait);

    return err->code == ZDM_ERR_FAILED && limit_ms > 0 && strcmp(err->sqlstate, "57014") == 0 &&
           zdm_monotonic_us() - wait->begun_us >= limit_ms * 1000;
}

bool
zdm_lock_wait_was_lock(const struct zdm_lock_wait *wait, const struct zdm_err *err)
{
    return timed_out(wait, err) && wait->sight.waited;
}

int
zdm_lock_wait_explain(const struct zdm_lock_wait *wait, struct zdm_err *err)
{
    char limit[32];

    if (!timed_out(wait, err))
        return -1;
    zdm_show_duration(wait->policy.statement_ms, limit);
    zdm_err_wrap(err, "a statement that is believed to be brief worked for %s", limit);
    zdm_err_detail(err, "it was cancelled, since others wait for its locks; nothing was changed by "
                        "this step");
    return zdm_err_hint(err,
        "when the server was only slow, run the plan \"%s\" again; when the statement has more to "
        "do than zdm knows, find a form that holds its locks briefly, or give the step "
        "statement_timeout = \"0s\" and say when nobody minds",
        wait->s->plan->name);
}

/* Takes `from` behind `to`: all of them, or only the prepared ones. */
static void
append(struct zdm_blockers *to, struct zdm_blockers *from, bool only_prepared)
{
    size_t left = 0;

    for (size_t i = 0; i < from->count; i++) {
        if (only_prepared && from->items[i].pid != 0) {
            from->items[left++] = from->items[i];
            continue;
        }
        to->items = zdm_grow(to->items, to->count + 1, sizeof *to->items);
        to->items[to->count++] = from->items[i];
    }
    from->count = left;
    zdm_blockers_release(from);
}

/* Who was in the way: as the watch saw it, else who has locks in the way now. The names of prepared
 * transactions come from there in any case. */
static int
find_blockers(struct zdm_lock_wait *wait, struct zdm_blockers *out, struct zdm_err *err)
{
    struct zdm_lock_queue *seen = &wait->sight.queue;
    struct zdm_blockers now;
    size_t n;

    *out = seen->blockers;
    seen->blockers = (struct zdm_blockers){.count = 0};
    if (out->count > 0 && !seen->prepared)
        return 0;
    struct zdm_wanted_lock *wanted = zdm_lock_wait_wanted(wait, &n);
    int rc = n > 0 ? zdm_blockers_find(wait->s->conn, n, wanted, &now, err) : 0;
    free(wanted);
    if (rc == 0 && n > 0) {
        zdm_blockers_normalise(&now);
        append(out, &now, out->count > 0);
    }
    return rc;
}

static int
give_up(const struct zdm_lock_wait *wait, const struct zdm_lock_report *report, struct zdm_err *err)
{
    struct zdm_buf blockers = ZDM_BUF_INIT;
    char waited[32];
    bool tries = wait->tries >= wait->step->locks.tries;

    zdm_show_duration(report->waited_ms, waited);
    zdm_err_wrap(err, "gave up after %u tries in %s", wait->tries, waited);
    zdm_add_blockers(&blockers, report->blockers, report->n_blockers);
    if (blockers.len)
        zdm_err_detail(err, "in the way: %s", blockers.s);
    zdm_buf_release(&blockers);
    zdm_err_hint(err,
        "nothing was changed by this step; end what is in the way, or raise %s, and run the plan "
        "\"%s\" again",
        tries ? "lock_tries" : "lock_patience", wait->s->plan->name);
    return zdm_err_at(err, wait->step->at);
}

static void
tell(struct zdm_lock_wait *wait, const struct zdm_lock_report *report)
{
    struct zdm_buf text = ZDM_BUF_INIT;

    zdm_buf_addf(&text, "attempt %u, %lld ms: lock not free", wait->tries, (long long)wait->try_ms);
    if (report->n_blockers) {
        zdm_buf_add(&text, ": ");
        zdm_add_blockers(&text, report->blockers, report->n_blockers);
    }
    zdm_add_behind(&text, report);
    if (wait->told_us == 0 && wait->sight.trouble)
        zdm_buf_addf(&text, "; cannot see who waits behind us: %s", wait->sight.trouble);
    zdm_session_tell(wait->s, &(struct zdm_event){
                                  .kind = ZDM_EVENT_LOCK_WAIT,
                                  .step = wait->step,
                                  .message = text.s,
                                  .rows = -1,
                                  .lock = report,
                              });
    zdm_buf_release(&text);
}

int
zdm_lock_wait_next(struct zdm_lock_wait *wait, struct zdm_err *err)
{
    const struct zdm_lock_rules *rules = &wait->step->locks;
    struct zdm_blockers blockers;
    struct zdm_err trouble = ZDM_ERR_INIT;
    int64_t now = zdm_monotonic_us();

    wait->tries++;
    if (wait->started_us == 0)
        wait->started_us = now;
    bool over = wait->tries >= rules->tries || now - wait->started_us >= rules->patience_ms * 1000;
    if (find_blockers(wait, &blockers, &trouble) < 0)
        zdm_err_detail(err, "cannot see who is in the way: %s", trouble.message);
    zdm_err_release(&trouble);
    const struct zdm_lock_report report = {
        .stage = ZDM_LOCK_STAGE_TRY,
        .tries = wait->tries,
        .try_ms = wait->try_ms,
        .waited_ms = (now - wait->started_us) / 1000,
        .blockers = blockers.items,
        .n_blockers = blockers.count,
        .n_behind = wait->sight.queue.n_behind,
        .behind_ms = wait->sight.queue.behind_ms,
    };
    int rc = 0;
    if (over || wait->told_us == 0 || now - wait->told_us >= TELL_EVERY_US) {
        tell(wait, &report);
        wait->told_us = now;
    }
    if (over) {
        give_up(wait, &report, err);
        rc = -1;
    } else {
        zdm_err_clear(err);
        rc = zdm_unblock(wait, &blockers, err);
    }
    zdm_blockers_release(&blockers);
    if (rc < 0)
        return -1;
    wait->try_ms *= 2;
    if (wait->try_ms > wait->policy.most_ms)
        wait->try_ms = wait->policy.most_ms;
    if (zdm_sleep_ms(zdm_backoff_next(&wait->backoff)) < 0)
        return zdm_fail(err, ZDM_ERR_INTERRUPTED, "interrupted while waiting for a lock");
    return wait->s->steer ? zdm_session_go_on(wait->s, err) : 0;
}
