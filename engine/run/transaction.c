#include <string.h>

#include "base/clock.h"
#include "base/failpoint.h"
#include "base/signals.h"
#include "pg/retry.h"
#include "run/lock_wait.h"
#include "run/session.h"
#include "run/work.h"

enum { COLLISIONS_MAX = 20 }; /* deadlocks and serialization failures in a row */

int
zdm_session_begin(struct zdm_session *s, int64_t lock_timeout_ms, struct zdm_err *err)
{
    char *begin = zdm_strf("BEGIN; SET LOCAL lock_timeout = %lld", (long long)lock_timeout_ms);
    int rc = zdm_conn_exec(s->conn, begin, NULL, err);
    free(begin);
    if (rc == 0)
        rc = zdm_journal_fence(s->conn, s->plan->name, s->epoch, err);
    return rc;
}

int
zdm_session_journal(struct zdm_session *s, const struct zdm_step *step, const char *state,
    const char *detail, struct zdm_err *err)
{
    return zdm_journal_write(s->conn,
        &(struct zdm_journal_entry){
            .plan = s->plan->name,
            .step = step->id,
            .item = "",
            .state = state,
            .kind = zdm_step_kind_name(step->kind),
            .fingerprint = step->fingerprint,
            .definition = step->definition,
            .detail = detail,
            .who = s->options->who,
            .epoch = s->epoch,
        },
        err);
}

/* A hook that catches an error of its transaction cannot save it. */
static int
went_on_after_error(const struct zdm_step *step, struct zdm_err *err)
{
    if (strcmp(err->sqlstate, "25P02") != 0)
        return -1;
    zdm_fail(err, ZDM_ERR_FAILED, "step \"%s\" went on after an error that ended its transaction",
        step->id);
    zdm_err_hint(err, "what db:try_... may fail at needs a savepoint around it: SAVEPOINT before, "
                      "ROLLBACK TO SAVEPOINT after the error; or set transaction = false");
    return zdm_err_at(err, step->at);
}

/* VALIDATE CONSTRAINT of a large table takes hours: that shall not look like a hang. What is brief has
 * locks that others wait for, so nothing of ours may come before its COMMIT. */
static int
do_work(struct zdm_session *s, const struct zdm_step *step, zdm_work *work, void *self, bool brief,
    struct zdm_err *err)
{
    struct zdm_work_watch watch;
    if (brief)
        return work(s, step, self, err);
    zdm_work_begin(&watch, s, step, ZDM_WORK_TRANSACTION);
    int rc = work(s, step, self, err);
    zdm_work_end(&watch);
    return rc;
}

/* For each of the author's statements; what zdm writes has none. */
static int
limit_statements(struct zdm_session *s, int64_t ms, struct zdm_err *err)
{
    char *sql = zdm_strf("SET LOCAL statement_timeout = %lld", (long long)ms);
    int rc = zdm_conn_exec(s->conn, sql, NULL, err);
    free(sql);
    return rc;
}

static int
attempt(struct zdm_session *s, const struct zdm_step *step, zdm_work *work, void *self,
    const struct zdm_transaction_options *options, const struct zdm_lock_wait *locks,
    struct zdm_err *err)
{
    if (zdm_session_begin(s, locks ? zdm_lock_wait_timeout(locks) : 0, err) < 0)
        return -1;
    int64_t statement_ms = locks ? zdm_lock_wait_statement_ms(locks) : 0;
    if (statement_ms > 0 && limit_statements(s, statement_ms, err) < 0)
        return -1;
    if (work && do_work(s, step, work, self, statement_ms > 0, err) < 0)
        return -1;
    if (!zdm_conn_in_transaction(s->conn) && !zdm_conn_lost(s->conn)) {
        zdm_fail(err, ZDM_ERR_FAILED, "step \"%s\" ended its transaction", step->id);
        return zdm_err_at(err, step->at);
    }
    ZDM_FAIL_HERE(JOURNAL_BEFORE);
    /* The author's SQL may have taken another role, which need not see the journal. */
    if (zdm_conn_exec(s->conn,
            "RESET SESSION AUTHORIZATION; RESET ROLE; SET LOCAL statement_timeout = 0", NULL,
            err) < 0)
        return went_on_after_error(step, err);
    if (zdm_journal_barrier(s->conn, err) < 0)
        return -1;
    if (zdm_session_journal(s, step, options->state, options->detail, err) < 0)
        return -1;
    ZDM_FAIL_HERE(JOURNAL_AFTER);
    if (zdm_conn_commit(s->conn, err) < 0)
        return -1;
    ZDM_FAIL_HERE(COMMIT_AFTER);
    return 0;
}

/* After a lost connection the journal says whether our COMMIT arrived. */
static int
after_loss(
    struct zdm_session *s, const struct zdm_step *step, const char *state, struct zdm_err *err)
{
    if (zdm_session_recover(s, err) < 0)
        return -1;
    const struct zdm_journal_row *row = strcmp(state, "undone") == 0
                                            ? zdm_journal_find_undone(&s->rows, step->id)
                                            : zdm_journal_find(&s->rows, step->id, "");
    if (zdm_state_same(row, step) && strcmp(row->state, state) == 0)
        return 0;
    s->again = true;
    return zdm_fail(err, ZDM_ERR_FAILED, "step \"%s\" starts over after a reconnect", step->id);
}

/* After the commit. What the author SET for this step must not leak into the next one, which a
 * resumed run begins without it; and pg_advisory_unlock_all() gave the plan away. */
static int
tidy(struct zdm_session *s, struct zdm_err *err)
{
    if (zdm_conn_profile(s->conn, err) < 0 || zdm_session_own(s, 0, err) < 0)
        return -1;
    return zdm_session_refresh(s, err);
}

/* One try, with what the step's locks ask for; *locks NULL: it waits as long as it takes. */
static int
try_once(struct zdm_session *s, const struct zdm_step *step, zdm_work *work, void *self,
    const struct zdm_transaction_options *options, struct zdm_lock_wait *locks, bool *committed,
    struct zdm_err *err)
{
    *committed = false;
    if (locks) {
        if (zdm_lock_wait_ready(locks, err) < 0)
            return -1;
        zdm_lock_wait_begin(locks);
    }
    *committed = attempt(s, step, work, self, options, locks, err) == 0;
    if (locks)
        zdm_lock_wait_end(locks);
    return *committed ? tidy(s, err) : -1;
}

/* After a failed try of which nothing is left: -1 when there shall be no other. */
static int
before_next_try(struct zdm_session *s, const struct zdm_step *step, struct zdm_lock_wait *locks,
    struct zdm_backoff *backoff, struct zdm_err *err)
{
    enum zdm_retry class = zdm_retry_class(err->sqlstate, false);
    if (locks && zdm_lock_wait_was_lock(locks, err))
        class = ZDM_RETRY_LOCK;
    switch (class) {
    case ZDM_RETRY_LOCK:
        return locks ? zdm_lock_wait_next(locks, err) : -1;
    case ZDM_RETRY_AGAIN:
        if (backoff->attempt >= COLLISIONS_MAX)
            return zdm_err_wrap(err, "gave up after %d collisions", COLLISIONS_MAX);
        zdm_session_say(s, ZDM_EVENT_RETRY, "info", step, "%s: trying again", err->message);
        zdm_err_clear(err);
        return zdm_sleep_ms(zdm_backoff_next(backoff)) < 0
                   ? zdm_fail(err, ZDM_ERR_INTERRUPTED, "interrupted")
                   : 0;
    case ZDM_RETRY_RESOURCE:
        return err->hint ? -1
                         : zdm_err_hint(err, "nothing was changed by this step; make room on "
                                             "the server and run the plan again");
    case ZDM_RETRY_RECONNECT: /* the caller's */
    case ZDM_RETRY_NEVER:
        break;
    }
    return locks ? zdm_lock_wait_explain(locks, err) : -1;
}

int
zdm_session_transact(struct zdm_session *s, const struct zdm_step *step, zdm_work *work, void *self,
    const struct zdm_transaction_options *options, struct zdm_err *err)
{
    struct zdm_lock_wait wait, *locks = options->short_locks ? &wait : NULL;
    struct zdm_backoff backoff = {.base_ms = 20, .max_ms = 1000};
    bool committed;
    int rc;
    if (locks)
        zdm_lock_wait_init(locks, s, step, options->along, options->n_along);
    for (;;) {
        rc = try_once(s, step, work, self, options, locks, &committed, err);
        if (rc == 0 || s->again)
            break;
        bool lost = zdm_conn_lost(s->conn) ||
                    (!committed && zdm_retry_class(err->sqlstate, false) == ZDM_RETRY_RECONNECT);
        if (lost && err->code == ZDM_ERR_FAILED) {
            zdm_conn_rollback(s->conn);
            rc = after_loss(s, step, options->state, err);
            break;
        }
        zdm_conn_rollback(s->conn);
        if (committed || err->code != ZDM_ERR_FAILED)
            break;
        if (!err->file)
            zdm_err_at(err, step->at);
        if (before_next_try(s, step, locks, &backoff, err) < 0) {
            if (!s->again && zdm_conn_lost(s->conn) && err->code == ZDM_ERR_FAILED)
                rc = after_loss(s, step, options->state, err);
            break;
        }
    }
    if (locks)
        zdm_lock_wait_release(locks);
    return rc;
}
