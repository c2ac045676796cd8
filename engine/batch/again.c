/* What fails outside a batch: tried again, after a while or on a new session, until patience is over. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/signals.h"
#include "base/text.h"
#include "batch/loop.h"
#include "pg/locks.h"
#include "pg/retry.h"

enum {
    PATIENCE_MS = 10 * 60 * 1000, /* without any progress */
    RESOURCE_TRIES = 6,           /* a full disk: a minute for whoever clears it up */
};

int64_t
zdm_job_patience_ms(const struct zdm_job *job)
{
    return job->spec->patience_ms > 0 ? job->spec->patience_ms : PATIENCE_MS;
}

/* Notes that nothing goes on; true when that has lasted too long. */
bool
zdm_job_out_of_patience(const struct zdm_job *job, struct zdm_stuck *stuck)
{
    int64_t now = zdm_monotonic_us();

    if (!stuck->since_us) {
        stuck->since_us = now;
        stuck->backoff = (struct zdm_backoff){.base_ms = 20, .max_ms = 1000};
    }
    return now - stuck->since_us > zdm_job_patience_ms(job) * 1000;
}

void
zdm_worker_unstuck(struct zdm_worker *w)
{
    w->stuck.since_us = 0;
    w->refused = 0;
    w->slow = 0;
    zdm_job_waits(w->job, &w->stuck, NULL);
}

int
zdm_job_give_up(struct zdm_job *job, const char *doing, struct zdm_err *err)
{
    char duration[32];

    zdm_err_wrap(err, "%s: no progress for %s", doing,
        zdm_show_duration(zdm_job_patience_ms(job), duration));
    if (!err->hint)
        zdm_err_hint(err,
            "run plan \"%s\" again when the cause is gone: the backfill goes on where "
            "it is",
            job->spec->plan);
    return -1;
}

static const char *
table_name(const struct zdm_job *job)
{
    const struct zdm_backfill_target *target = zdm_job_target(job);

    return target ? target->relation : job->spec->table;
}

/* Waits a moment; ZDM_ERR_INTERRUPTED when a stop is asked for. */
int
zdm_job_wait_a_moment(struct zdm_job *job, struct zdm_stuck *stuck, struct zdm_err *err)
{
    zdm_job_tell(job, false);
    if (zdm_job_sleep(job, zdm_backoff_next(&stuck->backoff)) < 0)
        return zdm_job_stopped(job, err);
    return 0;
}

static int
wait_for_room(struct zdm_job *job, struct zdm_stuck *stuck, struct zdm_err *err)
{
    if (zdm_job_out_of_patience(job, stuck) || stuck->backoff.attempt >= RESOURCE_TRIES) {
        zdm_err_wrap(err, "backfill of %s", table_name(job));
        return zdm_err_hint(err,
            "make room on the server, then run plan \"%s\" again: the backfill goes on where it is",
            job->spec->plan);
    }
    stuck->backoff.base_ms = 1000;
    stuck->backoff.max_ms = 30000;
    if (zdm_stuck_worth_a_note(stuck))
        zdm_job_note(job, "warning", "retry", "%s; trying again", err->message);
    zdm_job_waits(job, stuck, err->message);
    if (zdm_job_wait_a_moment(job, stuck, err) < 0)
        return -1;
    zdm_err_clear(err);
    return 0;
}

int
zdm_control_again(struct zdm_job *job, struct zdm_err *err)
{
    if (err->code != ZDM_ERR_FAILED)
        return -1;
    switch (zdm_retry_class(err->sqlstate, zdm_conn_lost(job->control))) {
    case ZDM_RETRY_RECONNECT:
        if (!zdm_conn_lost(job->control)) /* read-only: recover gets a session with the primary */
            zdm_conn_rollback(job->control);
        zdm_job_lost_session(job);
        zdm_job_waits(job, &job->stuck, "the connection");
        if (job->hooks->recover(job->hooks->self, err) < 0)
            return -1;
        zdm_job_waits(job, &job->stuck, NULL);
        zdm_err_clear(err);
        return 0;
    case ZDM_RETRY_LOCK:
    case ZDM_RETRY_AGAIN:
        zdm_conn_rollback(job->control);
        if (zdm_job_out_of_patience(job, &job->stuck))
            return zdm_job_give_up(job, table_name(job), err);
        if (zdm_job_wait_a_moment(job, &job->stuck, err) < 0)
            return -1;
        zdm_err_clear(err);
        return 0;
    case ZDM_RETRY_RESOURCE:
        zdm_conn_rollback(job->control);
        return wait_for_room(job, &job->stuck, err);
    case ZDM_RETRY_NEVER:
        break;
    }
    zdm_conn_rollback(job->control);
    return -1;
}

/* Before it is about one, it is the table of the plan. */
static const char *
worker_table(const struct zdm_worker *w)
{
    return w->target ? w->target->relation : table_name(w->job);
}

/* A new session after *err, tried until it works or patience is over. first: the one before did some work. */
static int
reconnect(struct zdm_worker *w, bool first, struct zdm_err *err)
{
    struct zdm_backoff backoff = {.base_ms = 50, .max_ms = 5000};
    int64_t start = zdm_monotonic_us();
    zdm_job_lost_session(w->job);
    bool say = first || zdm_stuck_worth_a_note(&w->stuck);

    if (say)
        zdm_job_note(w->job, "warning", "reconnect",
            "the backfill's session is of no use any more: %s", err->message);
    zdm_job_waits(w->job, &w->stuck, "the connection");
    if (!first && zdm_job_sleep(w->job, zdm_backoff_next(&w->stuck.backoff)) < 0)
        return zdm_job_stopped(w->job, err);
    for (;;) {
        zdm_err_clear(err);
        if (zdm_conn_reconnect(w->conn, err) == 0 && zdm_worker_set_session(w, err) == 0)
            break;
        if (err->code == ZDM_ERR_INTERRUPTED || zdm_stop_requested())
            return zdm_job_stopped(w->job, err);
        if (zdm_monotonic_us() - start > zdm_job_patience_ms(w->job) * 1000)
            return zdm_err_wrap(err, "the backfill's own connection");
        zdm_job_tell(w->job, false);
        if (zdm_job_sleep(w->job, zdm_backoff_next(&backoff)) < 0)
            return zdm_job_stopped(w->job, err);
    }
    if (say)
        zdm_job_note(w->job, "info", "reconnect", "connected again to %s", zdm_conn_where(w->conn));
    zdm_job_waits(w->job, &w->stuck, NULL);
    return 0;
}

int
zdm_worker_again(struct zdm_worker *w, struct zdm_err *err)
{
    if (err->code != ZDM_ERR_FAILED)
        return -1;
    w->unclean = true;
    enum zdm_retry class = zdm_retry_class(err->sqlstate, zdm_conn_lost(w->conn));
    /* Nothing but batches has a timeout: somebody did it. */
    if (strcmp(err->sqlstate, "57014") == 0)
        class = ZDM_RETRY_AGAIN;
    switch (class) {
    case ZDM_RETRY_RECONNECT: {
        /* A second time without progress, such as a standby that is not promoted yet: slowly. */
        bool first = w->stuck.since_us == 0;
        if (zdm_job_out_of_patience(w->job, &w->stuck))
            return zdm_job_give_up(w->job, worker_table(w), err);
        return reconnect(w, first, err);
    }
    case ZDM_RETRY_LOCK:
    case ZDM_RETRY_AGAIN:
        if (class == ZDM_RETRY_LOCK && zdm_stuck_worth_a_note(&w->stuck)) {
            char *who = zdm_worker_blockers(w);
            zdm_job_note(w->job, "warning", "lock-wait", "waiting for a lock on %s; in the way: %s",
                w->target->relation, who);
            free(who);
        }
        if (zdm_job_out_of_patience(w->job, &w->stuck))
            return zdm_job_give_up(w->job, worker_table(w), err);
        if (zdm_job_wait_a_moment(w->job, &w->stuck, err) < 0)
            return -1;
        zdm_err_clear(err);
        return 0;
    case ZDM_RETRY_RESOURCE:
        return wait_for_room(w->job, &w->stuck, err);
    case ZDM_RETRY_NEVER:
        break;
    }
    return -1;
}

/* Sessions with open transactions on the table, the longest first: one of them has the lock. */
char *
zdm_worker_blockers(struct zdm_worker *w)
{
    struct zdm_blockers found = {.count = 0};
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_buf b = ZDM_BUF_INIT;
    const struct zdm_wanted_lock wanted = {.relation = w->target->relation};

    /* Only for the message: a connection lost here shows again at the next statement. */
    if (zdm_blockers_find(w->conn, 1, &wanted, &found, &err) == 0) {
        for (size_t i = 0; i < found.count && i < 3; i++) {
            char *line = zdm_blocker_line(&found.items[i]);
            zdm_buf_addf(&b, "%s%s", b.len > 0 ? "; " : "", line);
            free(line);
        }
        zdm_blockers_release(&found);
    }
    zdm_err_release(&err);
    return b.len > 0 ? zdm_buf_take(&b) : zdm_strdup("nobody who can be seen now");
}

int
zdm_worker_open(struct zdm_worker *w, struct zdm_err *err)
{
    int rc = zdm_worker_connect(w, err);

    /* One that ended right behind its start is like one that is lost later. */
    while (rc < 0 && w->conn && zdm_conn_lost(w->conn) && zdm_worker_again(w, err) == 0)
        rc = zdm_worker_set_session(w, err);
    if (rc < 0 && err->code != ZDM_ERR_INTERRUPTED)
        zdm_err_wrap(err, "the backfill's own connection");
    return rc;
}
