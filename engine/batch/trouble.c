#include "batch/loop.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "pg/locks.h"
#include "pg/retry.h"

enum {
    PATIENCE_MS = 10 * 60 * 1000, /* without any progress */
    RESOURCE_TRIES = 6,           /* a full disk: a minute for whoever clears it up */
};

static int64_t
patience_ms(const struct zdm_job *job)
{
    return job->spec->patience_ms > 0 ? job->spec->patience_ms : PATIENCE_MS;
}

/* Notes that nothing goes on; true when that has lasted too long. */
static bool
out_of_patience(const struct zdm_job *job, struct zdm_stuck *stuck)
{
    int64_t now = zdm_monotonic_us();

    if (!stuck->since_us) {
        stuck->since_us = now;
        stuck->backoff = (struct zdm_backoff){.base_ms = 20, .max_ms = 1000};
    }
    return now - stuck->since_us > patience_ms(job) * 1000;
}

void
zdm_worker_unstuck(struct zdm_worker *w)
{
    w->stuck.since_us = 0;
    w->refused = 0;
    w->slow = 0;
    zdm_job_waits(w->job, &w->stuck, NULL);
}

static int
give_up(struct zdm_job *job, const char *doing, struct zdm_err *err)
{
    char duration[32];

    zdm_err_wrap(
        err, "%s: no progress for %s", doing, zdm_show_duration(patience_ms(job), duration));
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
static int
wait_a_moment(struct zdm_job *job, struct zdm_stuck *stuck, struct zdm_err *err)
{
    zdm_job_tell(job, false);
    if (zdm_job_sleep(job, zdm_backoff_next(&stuck->backoff)) < 0)
        return zdm_job_stopped(job, err);
    return 0;
}

static int
wait_for_room(struct zdm_job *job, struct zdm_stuck *stuck, struct zdm_err *err)
{
    if (out_of_patience(job, stuck) || stuck->backoff.attempt >= RESOURCE_TRIES) {
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
    if (wait_a_moment(job, stuck, err) < 0)
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
        if (out_of_patience(job, &job->stuck))
            return give_up(job, table_name(job), err);
        if (wait_a_moment(job, &job->stuck, err) < 0)
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

/* Sessions with open transactions on the table, the longest first: one of them has the lock. */
static char *
blockers(struct zdm_worker *w)
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

char *
zdm_worker_range(const struct zdm_worker *w, const char *upto)
{
    const struct zdm_backfill_target *t = w->target;
    const char *from = w->at.stripe_pos ? w->at.stripe_pos : w->at.pos;
    char *after = from ? zdm_position_show(from, w->sql->n_keys) : NULL;
    char *last = zdm_position_show(upto, w->sql->n_keys), *name;

    if (t->by_page)
        name = zdm_strf("rows of %s between %s and %s (pass, file, page)", t->relation,
            after ? after : "its first page", last);
    else if (w->batch_keys == 1)
        name = zdm_strf("row of %s with %s = %s", t->relation, t->key, last);
    else if (after)
        name = zdm_strf(
            "rows of %s with %s > %s and %s <= %s", t->relation, t->key, after, t->key, last);
    else
        name = zdm_strf("rows of %s with %s <= %s", t->relation, t->key, last);
    free(after);
    free(last);
    return name;
}

/* Has another worker done something lately? */
static bool
others_go_on(struct zdm_job *job)
{
    zdm_job_lock(job);
    int64_t moved_us = job->moved_us;
    zdm_job_unlock(job);
    return zdm_monotonic_us() - moved_us <= patience_ms(job) * 1000;
}

/* Waits for `what`; a part is left instead, until its time has come again. */
static int
wait_for_lock(struct zdm_worker *w, const char *what, struct zdm_err *err)
{
    if (w->part && zdm_slice_waits(w->job)) {
        w->locked = true;
        return 0;
    }
    if (zdm_stuck_worth_a_note(&w->stuck)) {
        char *who = blockers(w);
        zdm_job_note(
            w->job, "warning", "lock-wait", "waiting for a lock on %s; in the way: %s", what, who);
        free(who);
    }
    char *why = zdm_strf("a lock on %s", what);
    zdm_job_waits(w->job, &w->stuck, why);
    free(why);
    w->locked = w->part;
    return w->part ? 0 : wait_a_moment(w->job, &w->stuck, err);
}

static int
lock_timed_out(struct zdm_worker *w, const char *upto, bool *look, struct zdm_err *err)
{
    bool patience_over = out_of_patience(w->job, &w->stuck) && !others_go_on(w->job);
    bool table = zdm_worker_table_locked(w);

    if (w->suspect == 0)
        zdm_controller_disturbed(&w->controller);
    if (!table && w->batch_keys > 1) {
        zdm_worker_narrow(w);
        zdm_err_clear(err);
        return 0;
    }

    char *range = zdm_worker_range(w, upto);
    char *what = table ? zdm_strdup(w->target->relation) : zdm_strf("the %s", range);
    char *who = NULL;
    int rc;
    if (patience_over) {
        who = blockers(w);
        zdm_err_detail(err, "in the way: %s", who);
        rc = give_up(w->job, table ? w->target->relation : range, err);
    } else if (!table && zdm_worker_may_defer(w)) {
        who = blockers(w);
        rc = zdm_worker_defer(w, upto, who, look, err);
    } else {
        rc = wait_for_lock(w, what, err);
    }
    if (rc == 0)
        zdm_err_clear(err);
    free(who);
    free(what);
    free(range);
    return rc;
}

/* The batch was cancelled by its statement_timeout, or by somebody: rows locked for so long are in
 * the way of others. A single one gets twice the time again and again, since the whole server may stand. */
static int
took_too_long(struct zdm_worker *w, const char *upto, struct zdm_err *err)
{
    enum { DOUBLE_MOST = 10 };
    char most[32];

    if (w->suspect == 0)
        zdm_controller_disturbed(&w->controller);
    if (w->batch_keys > 1) {
        zdm_worker_narrow(w);
        zdm_err_clear(err);
        return 0;
    }
    char *range = zdm_worker_range(w, upto);
    zdm_show_duration(zdm_worker_most_ms(w), most);
    bool patience_over = out_of_patience(w->job, &w->stuck);
    if (patience_over) {
        zdm_err_detail(err, "its last statement was cancelled, after %s at most", most);
        zdm_err_hint(err,
            "look at the triggers of the table and at what its values cost; a batch may take 20 "
            "times its target, and a single row twice as long at each try");
        give_up(w->job, range, err);
        free(range);
        return -1;
    }
    if (zdm_stuck_worth_a_note(&w->stuck))
        zdm_job_note(w->job, "warning", "retry",
            "the %s took longer than %s, or was cancelled; trying again", range, most);
    char *why = zdm_strf("the %s", range);
    zdm_job_waits(w->job, &w->stuck, why);
    free(why);
    free(range);
    w->slow += w->slow < DOUBLE_MOST;
    if (wait_a_moment(w->job, &w->stuck, err) < 0)
        return -1;
    zdm_err_clear(err);
    return 0;
}

/* Before it is about one, it is the table of the plan. */
static const char *
worker_table(const struct zdm_worker *w)
{
    return w->target ? w->target->relation : table_name(w->job);
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
        if (out_of_patience(w->job, &w->stuck))
            return give_up(w->job, worker_table(w), err);
        return zdm_worker_reconnect(w, first, err);
    }
    case ZDM_RETRY_LOCK:
    case ZDM_RETRY_AGAIN:
        if (class == ZDM_RETRY_LOCK && zdm_stuck_worth_a_note(&w->stuck)) {
            char *who = blockers(w);
            zdm_job_note(w->job, "warning", "lock-wait", "waiting for a lock on %s; in the way: %s",
                w->target->relation, who);
            free(who);
        }
        if (out_of_patience(w->job, &w->stuck))
            return give_up(w->job, worker_table(w), err);
        if (wait_a_moment(w->job, &w->stuck, err) < 0)
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

void
zdm_worker_blame(
    struct zdm_worker *w, const struct zdm_batch_text *batch, int prefix, struct zdm_err *err)
{
    int set_index, position;

    if (!zdm_batch_sql_locate(w->sql, batch, err->position - prefix, &set_index, &position))
        return;
    if (set_index < 0)
        zdm_err_wrap(err, "where");
    else
        zdm_err_wrap(err, "%s %s", w->job->spec->action == ZDM_BACKFILL_COPY ? "columns" : "set",
            w->job->spec->set[set_index].column);
    w->fault = (struct zdm_backfill_fault){.set_index = set_index, .position = position};
}

int
zdm_worker_where_stays(const struct zdm_worker *w, struct zdm_err *err)
{
    zdm_err_clear(err);
    zdm_fail(err, ZDM_ERR_FAILED, "where is still true for rows of %s that were updated",
        w->target->relation);
    bool by_page = w->target->by_page;
    zdm_err_detail(err,
        by_page
            ? "the table has no key: a row that moves is met again and would be changed a second "
              "time; nothing of this batch was done"
            : "the backfill says that where becomes false: a row that is met again would be "
              "changed a second time; nothing of this batch was done");
    return zdm_err_hint(err,
        "write where so that %s makes it false, such as column IS DISTINCT FROM "
        "expression; or %s",
        w->job->spec->action == ZDM_BACKFILL_MAP ? "map" : "set",
        by_page ? "give the table a key" : "leave where_becomes_false out");
}

/* Takes range. */
static int
quarantine_full(const struct zdm_worker *w, char *range, struct zdm_err *err)
{
    const struct zdm_backfill_spec *spec = w->job->spec;

    free(range);
    zdm_job_lock(w->job);
    int64_t done = w->job->rows;
    zdm_job_unlock(w->job);
    if (done == 0 && strcmp(err->sqlstate, ZDM_MAP_FAILED) == 0) {
        zdm_err_wrap(err, "the function of the map failed on every row so far, %lld of them",
            (long long)spec->max_quarantine + 1);
        char *where = zdm_cursor_where(spec->plan, spec->step);
        zdm_err_hint(err,
            "it seems to be the function, not the rows, of which none was changed: correct it, "
            "begin "
            "again with DELETE FROM zdm.quarantine WHERE %s; DELETE FROM zdm.cursor WHERE %s; then "
            "run plan \"%s\"",
            where, where, spec->plan);
        free(where);
        return -1;
    }
    zdm_err_wrap(
        err, "one bad row more than max_quarantine = %lld", (long long)spec->max_quarantine);
    return zdm_err_hint(err,
        "zdm quarantine list %s shows those that were left behind; correct rows and retry them, or "
        "allow more; then run plan \"%s\" again",
        spec->plan, spec->plan);
}

int
zdm_batch_again(struct zdm_worker *w, const char *upto, bool *look, struct zdm_err *err)
{
    enum zdm_retry class = zdm_retry_class(err->sqlstate, zdm_conn_lost(w->conn));

    *look = class == ZDM_RETRY_RECONNECT;
    if (err->code != ZDM_ERR_FAILED)
        return -1;
    if (class == ZDM_RETRY_LOCK || class == ZDM_RETRY_AGAIN) {
        w->unclean = true;
        return lock_timed_out(w, upto, look, err);
    }
    if (class != ZDM_RETRY_NEVER)
        return zdm_worker_again(w, err);
    if (strcmp(err->sqlstate, "57014") == 0) {
        w->unclean = true;
        return took_too_long(w, upto, err);
    }

    if (zdm_map_too_much(err)) {
        w->unclean = true;
        zdm_controller_disturbed(&w->controller);
        zdm_worker_narrow(w);
        zdm_err_clear(err);
        return 0;
    }
    if (zdm_batch_checks_where(w->job->spec, w->target) && strstr(err->message, ZDM_WHERE_STAYS))
        return zdm_worker_where_stays(w, err);
    if (zdm_is_data_error(err->sqlstate) && w->batch_keys > 1) {
        w->unclean = true;
        zdm_worker_narrow(w);
        zdm_err_clear(err);
        return 0;
    }
    bool full = false;
    if (zdm_is_data_error(err->sqlstate) && w->job->spec->max_quarantine > 0) {
        int rc = zdm_worker_set_aside(w, upto, look, err);
        if (rc <= 0)
            return rc;
        full = true;
    }
    zdm_worker_blame(w, w->sent, 0, err);
    char *range = zdm_worker_range(w, upto);
    zdm_err_wrap(err, "%s", range);
    if (full)
        return quarantine_full(w, range, err);
    if (!err->hint && zdm_is_data_error(err->sqlstate))
        zdm_err_hint(err,
            "the batches before it are done; correct the row, or the backfill's %s or where, then "
            "run "
            "plan \"%s\" again",
            w->job->spec->action == ZDM_BACKFILL_MAP ? "map" : "set", w->job->spec->plan);
    free(range);
    return -1;
}
