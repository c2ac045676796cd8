/* on_blocked: what is done about sessions in the way of a lock, and what is left alone. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/regex.h"
#include "base/text.h"
#include "run/lock_report.h"
#include "run/lock_wait.h"

/* A cancel may come between two statements: it is worth saying again after a while. */
enum { AGAIN_US = 10 * 1000 * 1000 };

/* Was it told of this one already, lately? Notes that it is now. */
static bool
told_before(struct zdm_lock_wait *wait, const struct zdm_blocker *b)
{
    char *whom = zdm_strf("%d %s %s", b->pid, b->since ? b->since : "", b->state ? b->state : "");
    int64_t now = zdm_monotonic_us();

    for (size_t i = 0; i < wait->n_told; i++) {
        if (strcmp(wait->told[i].whom, whom) != 0)
            continue;
        bool before = now - wait->told[i].at_us < AGAIN_US;
        if (!before)
            wait->told[i].at_us = now;
        free(whom);
        return before;
    }
    wait->told = zdm_grow(wait->told, wait->n_told + 1, sizeof *wait->told);
    wait->told[wait->n_told++] = (struct zdm_lock_told){whom, now};
    return false;
}

/* Why it is none of ours to end; NULL: it is. */
static const char *
why_left(const struct zdm_blocker *b, bool terminate)
{
    if (b->pid == 0)
        return "a prepared transaction has no session: only ROLLBACK PREPARED or COMMIT PREPARED "
               "ends it";
    if (b->prevents_wraparound)
        return "this autovacuum prevents transaction id wraparound: let it end";
    if (b->backend && strcmp(b->backend, "client backend") != 0)
        return "it is a process of the server";
    if (!b->backend || b->transaction_age_ms < 0 || !b->since)
        return "how old its transaction is, is not shown to this role: GRANT pg_read_all_stats";
    if (b->application && strncmp(b->application, "zdm/", 4) == 0)
        return "it is zdm at work";
    if (!terminate && (!b->state || strcmp(b->state, "active") != 0))
        return "it is idle, and only a statement that runs can be cancelled: on_blocked = "
               "\"terminate\" would end its session";
    return NULL;
}

static void
tell(struct zdm_lock_wait *wait, const struct zdm_blocker *b, const char *act, const char *why)
{
    struct zdm_buf text = ZDM_BUF_INIT;
    const struct zdm_lock_report report = {
        .stage = ZDM_LOCK_STAGE_UNBLOCK,
        .tries = wait->tries,
        .try_ms = wait->try_ms,
        .waited_ms =
            wait->started_us ? (zdm_monotonic_us() - wait->started_us) / 1000 : wait->old_us / 1000,
        .blockers = b,
        .n_blockers = 1,
        .act = act,
    };

    zdm_buf_addf(&text, "%s ", act);
    zdm_add_blockers(&text, b, 1);
    if (why)
        zdm_buf_addf(&text, "; %s", why);
    zdm_session_tell(wait->s, &(struct zdm_event){
                                  .kind = ZDM_EVENT_UNBLOCK,
                                  .level = "warning",
                                  .step = wait->step,
                                  .message = text.s,
                                  .rows = -1,
                                  .lock = &report,
                              });
    zdm_buf_release(&text);
}

static int
end_one(
    struct zdm_lock_wait *wait, const struct zdm_blocker *b, bool terminate, struct zdm_err *err)
{
    struct zdm_err why = ZDM_ERR_INIT;
    enum zdm_unblock what;

    if (zdm_blocker_end(wait->s->conn, b, terminate, &what, &why) < 0) {
        zdm_err_move(err, &why);
        return -1;
    }
    if (what == ZDM_UNBLOCK_DENIED) {
        struct zdm_buf text = ZDM_BUF_INIT;
        zdm_buf_addf(&text, "%s%s%s; waiting goes on", why.message, why.detail ? ": " : "",
            why.detail ? why.detail : "");
        tell(wait, b, "denied", text.s);
        zdm_buf_release(&text);
    } else if (what == ZDM_UNBLOCK_TOLD) {
        tell(wait, b, terminate ? "terminated" : "cancelled", NULL);
    }
    zdm_err_release(&why);
    return 0;
}

int
zdm_unblock(struct zdm_lock_wait *wait, const struct zdm_blockers *blockers, struct zdm_err *err)
{
    const struct zdm_lock_rules *rules = &wait->step->locks;
    bool terminate = rules->on_blocked == ZDM_BLOCKED_TERMINATE;

    if (rules->on_blocked == ZDM_BLOCKED_WAIT)
        return 0;
    for (size_t i = 0; i < blockers->count; i++) {
        const struct zdm_blocker *b = &blockers->items[i];
        const char *why = why_left(b, terminate);
        /* Who has no lock here waits itself, in front of us. */
        bool meant = b->mode &&
                     (b->transaction_age_ms < 0 || b->transaction_age_ms >= rules->blocked_age_ms);
        if (meant && rules->blocked_application)
            meant = b->application && zdm_regex_occurs(rules->blocked_application, b->application);
        if (!meant || told_before(wait, b))
            continue;
        if (why)
            tell(wait, b, "left", why);
        else if (end_one(wait, b, terminate, err) < 0)
            return -1;
    }
    return 0;
}
