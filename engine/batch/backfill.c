#include "batch/backfill.h"

#include <stdlib.h>
#include <string.h>

#include "base/failpoint.h"
#include "base/mem.h"
#include "batch/loop.h"

/* A cursor that stands where we left it and still lets no batch pass. */
#define REFUSED_MOST 5

static int
refused(struct zdm_worker *w, struct zdm_err *err)
{
    if (++w->refused < REFUSED_MOST)
        return 0;
    zdm_fail(err, ZDM_ERR_MISMATCH, "the cursor of backfill \"%s\" lets no batch pass",
        w->job->spec->step);
    char *where = zdm_cursor_where(w->job->spec->plan, w->job->spec->step);
    zdm_err_hint(err,
        "it was left by another version of zdm, or changed by hand: look at zdm.cursor WHERE %s",
        where);
    free(where);
    return -1;
}

/* The batch up to `upto` is done. */
static int
go_on(struct zdm_worker *w, const struct zdm_batch_done *done, double ms, struct zdm_err *err)
{
    bool whole = !w->to.range_end, reread = whole && !w->reread.left_out && zdm_reread_due(w);
    char *after = reread ? zdm_strdup(w->at.pos) : NULL;

    ZDM_FAIL_HERE(BATCH_AFTER);
    if (!whole)
        ZDM_FAIL_HERE(STRIPE_AFTER);
    if (w->target->by_page && done->rows > w->rows)
        zdm_pass_changed(w, done->xid);
    zdm_worker_advance(w, done->rows, done->batches, done->wal, ms);
    if (whole)
        w->reread.left_out = false;
    int rc = zdm_worker_reread(w, after, reread ? w->at.pos : NULL, ms, err);
    free(after);
    return rc;
}

/* Sends the batch up to `upto` and sees to what comes of it. */
static int
run_batch(struct zdm_worker *w, const char *upto, struct zdm_err *err)
{
    struct zdm_batch_done done = {.applied = false};
    bool replied = true, look, moved = false;
    int64_t start = zdm_monotonic_us();

    ZDM_FAIL_HERE(BATCH_BEFORE);
    if (zdm_worker_batch(w, upto, &done, err) < 0) {
        if (zdm_batch_again(w, upto, &look, err) < 0)
            return -1;
        replied = false;
        if (!look) {
            zdm_worker_forget(w); /* the same keys again, not those behind them */
            return 0;
        }
    }
    if (done.applied)
        return go_on(w, &done, (double)(zdm_monotonic_us() - start) / 1000, err);
    if (zdm_worker_look(w, &moved, err) < 0)
        return -1;
    if (moved) {
        zdm_worker_unstuck(w);
        return 0;
    }
    zdm_worker_forget(w);
    if (zdm_leaf_gone(w, err))
        return 0;
    bool again;
    if (err->code != ZDM_OK || zdm_pass_rewritten(w, &again, err) < 0)
        return -1;
    return replied && !again ? refused(w, err) : 0;
}

/* Batch after batch up to the end of the slice, or of a part that is still locked. 1: its turn was over
 * before. */
static int
walk(struct zdm_worker *w, struct zdm_err *err)
{
    for (;;) {
        char *upto;
        int turn = zdm_worker_wait_to_go_on(w);

        if (turn != 0)
            return turn < 0 ? zdm_job_stopped(w->job, err) : 1;
        if (zdm_worker_next(w, &upto, err) < 0)
            return -1;
        if (!upto)
            return 0;

        int rc = run_batch(w, upto, err);
        free(upto);
        if (rc < 0)
            return -1;
        if (w->locked || w->gone)
            return 0;
        if (w->job->spec->pause_ms > 0 && zdm_job_sleep(w->job, w->job->spec->pause_ms) < 0)
            return zdm_job_stopped(w->job, err);
    }
}

int
zdm_worker_run(struct zdm_worker *w, struct zdm_err *err)
{
    if (w->job->sweep.on)
        return zdm_worker_sweep(w, err);
    for (;;) {
        bool found;
        if (zdm_slice_take(w, &found, err) < 0)
            return -1;
        if (!found)
            return 0;
        bool again = true;
        while (again && !w->locked && !w->gone) {
            int rc = walk(w, err);
            if (rc > 0) { /* for another to go on with it */
                zdm_slice_leave(w);
                return 0;
            }
            if (rc == 0 && !w->gone)
                rc = zdm_pass_sweep(w, &again, err);
            if (rc < 0 && !zdm_leaf_gone(w, err))
                return -1;
        }
        if (w->locked)
            zdm_slice_postpone(w);
        else
            zdm_slice_through(w);
    }
}

/* It is done and written down: whatever becomes of the session is no failure any more. */
static void
analyze_at_end(struct zdm_job *job)
{
    struct zdm_err err = ZDM_ERR_INIT;

    if (zdm_job_analyze(job, &err) < 0)
        zdm_job_note(job, "warning", "note", "no ANALYZE of %s at the end: %s",
            zdm_job_target(job)->relation, err.message);
    zdm_err_release(&err);
}

int
zdm_backfill_run(struct zdm_conn *control, const struct zdm_backfill_spec *spec, int64_t epoch,
    const struct zdm_backfill_hooks *hooks, struct zdm_err *err)
{
    struct zdm_job job = {.control = control,
        .spec = spec,
        .hooks = hooks,
        .epoch = epoch,
        .hot_percent = -1,
        .fault.set_index = ZDM_FAULT_WHERE};
    bool done = false;

    zdm_job_init(&job);
    int rc = zdm_job_prepare(&job, err);
    while (rc == 0 && !done) {
        zdm_job_stage(&job, ZDM_STAGE_WALKING);
        rc = zdm_job_run(&job, err);
        bool clean = false;
        if (rc == 0 && job.behind)
            rc = zdm_job_regain(&job, err);
        else if (rc == 0)
            rc = zdm_job_sweep(&job, &clean, err);
        if (rc == 0 && clean && !job.analyzed && zdm_job_analyze(&job, err) < 0)
            rc = zdm_control_again(&job, err);
        if (rc == 0 && clean) {
            zdm_job_stage(&job, ZDM_STAGE_FINISHING);
            zdm_job_tell(&job, true);
            rc = zdm_job_finish(&job, &done, err);
        }
    }
    if (rc == 0 && !job.analyzed)
        analyze_at_end(&job);
    zdm_hold_tell_shares(&job);
    zdm_job_tell_hot(&job);
    zdm_hold_stop(&job);
    if (rc == 0)
        zdm_job_stage(&job, ZDM_STAGE_DONE);
    zdm_job_tell(&job, rc == 0);
    if (rc < 0 && hooks->fault)
        *hooks->fault = job.fault;
    zdm_job_release(&job);
    return rc;
}
