#include "batch/loop.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "pg/retry.h"

/* Has another worker done something lately? */
static bool
others_go_on(struct zdm_job *job)
{
    zdm_job_lock(job);
    int64_t moved_us = job->moved_us;
    zdm_job_unlock(job);
    return zdm_monotonic_us() - moved_us <= zdm_job_patience_ms(job) * 1000;
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
        char *who = zdm_worker_blockers(w);
        zdm_job_note(
            w->job, "warning", "lock-wait", "waiting for a lock on %s; in the way: %s", what, who);
        free(who);
    }
    char *why = zdm_strf("a lock on %s", what);
    zdm_job_waits(w->job, &w->stuck, why);
    free(why);
    w->locked = w->part;
    return w->part ? 0 : zdm_job_wait_a_moment(w->job, &w->stuck, err);
}

static int
lock_timed_out(struct zdm_worker *w, const char *upto, bool *look, struct zdm_err *err)
{
    bool patience_over = zdm_job_out_of_patience(w->job, &w->stuck) && !others_go_on(w->job);
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
        who = zdm_worker_blockers(w);
        zdm_err_detail(err, "in the way: %s", who);
        rc = zdm_job_give_up(w->job, table ? w->target->relation : range, err);
    } else if (!table && zdm_worker_may_defer(w)) {
        who = zdm_worker_blockers(w);
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
    bool patience_over = zdm_job_out_of_patience(w->job, &w->stuck);
    if (patience_over) {
        zdm_err_detail(err, "its last statement was cancelled, after %s at most", most);
        zdm_err_hint(err,
            "look at the triggers of the table and at what its values cost; a batch may take 20 "
            "times its target, and a single row twice as long at each try");
        zdm_job_give_up(w->job, range, err);
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
    if (zdm_job_wait_a_moment(w->job, &w->stuck, err) < 0)
        return -1;
    zdm_err_clear(err);
    return 0;
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
