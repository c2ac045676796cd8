#include <string.h>

#include "base/clock.h"
#include "base/signals.h"
#include "pg/retry.h"
#include "run/judge.h"
#include "run/session.h"

enum {
    /* A failover or a restart takes seconds to minutes; a person watches a run. */
    RECONNECT_PATIENCE_MS = 5 * 60 * 1000,
    /* The server notices a dead client only when it next talks to it. */
    ZOMBIE_PATIENCE_MS = 60 * 1000,
};

static int
stopped(struct zdm_err *err)
{
    return zdm_fail(err, ZDM_ERR_INTERRUPTED, "interrupted");
}

int
zdm_session_own(struct zdm_session *s, int64_t patience_ms, struct zdm_err *err)
{
    struct zdm_backoff backoff = {.base_ms = 50, .max_ms = 1000};
    int64_t deadline = zdm_monotonic_us() + patience_ms * 1000;
    for (;;) {
        bool taken;
        char *holder = NULL;
        if (zdm_journal_own(s->conn, s->plan->name, &taken, &holder, err) < 0)
            return -1;
        if (taken) {
            free(holder);
            return 0;
        }
        if (zdm_monotonic_us() >= deadline) {
            zdm_fail(
                err, ZDM_ERR_OWNED, "plan \"%s\" is being run by somebody else", s->plan->name);
            zdm_err_detail(err, "the runner is %s", holder ? holder : "not visible to this role");
            zdm_err_hint(err,
                "wait for it (zdm status shows it), or stop it: its work is kept; when that zdm is "
                "gone already, the server is ending its last statement");
            free(holder);
            return -1;
        }
        free(holder);
        if (zdm_sleep_ms(zdm_backoff_next(&backoff)) < 0)
            return stopped(err);
    }
}

static int
same_target(struct zdm_session *s, struct zdm_err *err)
{
    char target[33];
    if (zdm_journal_target(s->conn, target, err) < 0)
        return -1;
    if (strcmp(target, s->target) == 0)
        return 0;
    zdm_fail(err, ZDM_ERR_MISMATCH, "after the reconnect %s is another database",
        zdm_conn_where(s->conn));
    zdm_err_hint(err, "check where the address leads to, then run the plan again");
    return -1;
}

static int
win_back(struct zdm_session *s, struct zdm_err *err)
{
    if (zdm_conn_reconnect(s->conn, err) < 0 || same_target(s, err) < 0)
        return -1;
    if (zdm_journal_settle(s->conn, s->plan->name, s->epoch, ZOMBIE_PATIENCE_MS, err) < 0)
        return -1;
    if (zdm_session_own(s, ZOMBIE_PATIENCE_MS, err) < 0)
        return -1;
    return zdm_session_refresh(s, err);
}

int
zdm_session_recover(struct zdm_session *s, struct zdm_err *err)
{
    struct zdm_backoff backoff = {.base_ms = 100, .max_ms = 5000};
    int64_t deadline = zdm_monotonic_us() + (int64_t)RECONNECT_PATIENCE_MS * 1000;
    struct zdm_err cause = ZDM_ERR_INIT;
    zdm_session_say(s, ZDM_EVENT_RECONNECT, "warning", NULL, "the connection is lost: %s",
        err->message ? err->message : "no reason given");
    for (;;) {
        zdm_err_clear(&cause);
        if (win_back(s, &cause) == 0) {
            zdm_judge_forget(s);
            zdm_err_move(&s->loss, err);
            zdm_session_say(s, ZDM_EVENT_RECONNECT, "info", NULL, "connected again to %s",
                zdm_conn_where(s->conn));
            return 0;
        }
        /* A server that is starting up or not yet promoted, or a session lost again. */
        bool passing = cause.code == ZDM_ERR_FAILED &&
                       (zdm_conn_lost(s->conn) ||
                           zdm_retry_class(cause.sqlstate, false) == ZDM_RETRY_RECONNECT);
        if (!passing || zdm_monotonic_us() >= deadline)
            break;
        if (zdm_stop_requested() || zdm_sleep_ms(zdm_backoff_next(&backoff)) < 0) {
            zdm_err_clear(&cause);
            return stopped(err);
        }
    }
    zdm_err_move(err, &cause);
    if (err->code == ZDM_ERR_FAILED)
        zdm_err_hint(err, "nothing is lost: run the plan again when the server is back");
    return -1;
}

int
zdm_session_again(struct zdm_session *s, struct zdm_err *err)
{
    if (s->epoch == 0 || err->code != ZDM_ERR_FAILED ||
        zdm_retry_class(err->sqlstate, zdm_conn_lost(s->conn)) != ZDM_RETRY_RECONNECT)
        return -1;
    return zdm_session_recover(s, err);
}
