#include "run/lock_wait.h"

#include <string.h>

#include "base/buf.h"
#include "base/signals.h"
#include "base/text.h"
#include "pg/locks.h"
#include "sql/syntax.h"

enum {
    FIRST_ATTEMPT_MS = 50,
    TELL_EVERY_US = 10 * 1000 * 1000,
    BLOCKERS_TOLD = 3,
};

void
zdm_lock_wait_init(struct zdm_lock_wait *wait)
{
    *wait = (struct zdm_lock_wait){
        .timeout_ms = FIRST_ATTEMPT_MS,
        .backoff = {.base_ms = 100, .max_ms = 5000},
    };
}

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

/* The relations that the step's statements lock, each once, as views; the strongest mode. */
static size_t
step_relations(const struct zdm_session *s, const struct zdm_step *step, const char ***relations,
    enum zdm_lock_mode *strongest)
{
    size_t n = 0;
    *relations = NULL;
    *strongest = ZDM_LOCK_NONE;
    for (size_t i = 0; i < s->report->n_statements; i++) {
        const struct zdm_plan_statement *ps = &s->report->statements[i];
        if (&s->plan->steps[ps->step] != step)
            continue;
        for (size_t k = 0; k < ps->st.n_locks; k++) {
            const struct zdm_lock *lock = &ps->st.locks[k];
            if (lock->mode > *strongest)
                *strongest = lock->mode;
            size_t at = 0;
            while (at < n && strcmp((*relations)[at], lock->relation) != 0)
                at++;
            if (at < n)
                continue;
            *relations = zdm_grow(*relations, n + 1, sizeof(**relations));
            (*relations)[n++] = lock->relation;
        }
    }
    return n;
}

/* One line a blocker, literals out of their queries; "" when nobody is to be seen any more. */
static char *
name_blockers(struct zdm_session *s, const struct zdm_step *step)
{
    const char **relations;
    enum zdm_lock_mode strongest;
    size_t n = step_relations(s, step, &relations, &strongest);
    struct zdm_blockers blockers = {0};
    struct zdm_buf text = ZDM_BUF_INIT;
    struct zdm_err err = ZDM_ERR_INIT;
    if (n > 0 &&
        zdm_blockers_find(s->conn, n, relations, server_mode(strongest), &blockers, &err) < 0)
        zdm_buf_addf(&text, "cannot see who: %s", err.message);
    for (size_t i = 0; i < blockers.count && i < BLOCKERS_TOLD; i++) {
        struct zdm_blocker *b = &blockers.items[i];
        if (b->query) {
            char *plain = zdm_sql_normalise(b->query);
            free(b->query);
            b->query = plain;
        }
        char *line = zdm_blocker_line(b);
        zdm_buf_addf(&text, "%s%s", i ? "; " : "", line);
        free(line);
    }
    if (blockers.count > BLOCKERS_TOLD)
        zdm_buf_addf(&text, "; and %zu more", blockers.count - BLOCKERS_TOLD);
    zdm_err_release(&err);
    zdm_blockers_release(&blockers);
    free(relations);
    return zdm_buf_take(&text);
}

static int
out_of_patience(const struct zdm_lock_wait *wait, const struct zdm_session *s,
    const struct zdm_step *step, const char *blockers, struct zdm_err *err)
{
    char waited[32];
    zdm_show_duration((zdm_monotonic_us() - wait->started_us) / 1000, waited);
    zdm_err_wrap(err, "gave up after %u attempts in %s", wait->attempts, waited);
    if (blockers[0])
        zdm_err_detail(err, "in the way: %s", blockers);
    zdm_err_hint(err,
        "nothing was changed by this step; end what is in the way, or raise lock_patience, and run "
        "the plan \"%s\" again",
        s->plan->name);
    return zdm_err_at(err, step->at);
}

int
zdm_lock_wait_next(struct zdm_lock_wait *wait, struct zdm_session *s, const struct zdm_step *step,
    struct zdm_err *err)
{
    int64_t now = zdm_monotonic_us();
    wait->attempts++;
    if (wait->started_us == 0)
        wait->started_us = now;
    bool patience_over = now - wait->started_us >= s->plan->lock_patience_ms * 1000;
    if (patience_over || wait->told_us == 0 || now - wait->told_us >= TELL_EVERY_US) {
        char *blockers = name_blockers(s, step);
        if (patience_over) {
            out_of_patience(wait, s, step, blockers, err);
            free(blockers);
            return -1;
        }
        wait->told_us = now;
        zdm_session_say(s, ZDM_EVENT_LOCK_WAIT, "info", step,
            "attempt %u, %lld ms: lock not free%s%s", wait->attempts, (long long)wait->timeout_ms,
            blockers[0] ? ": " : "", blockers);
        free(blockers);
    }
    zdm_err_clear(err);
    wait->timeout_ms *= 2;
    if (wait->timeout_ms > s->plan->lock_budget_ms)
        wait->timeout_ms = s->plan->lock_budget_ms;
    if (zdm_sleep_ms(zdm_backoff_next(&wait->backoff)) < 0)
        return zdm_fail(err, ZDM_ERR_INTERRUPTED, "interrupted while waiting for a lock");
    return 0;
}
