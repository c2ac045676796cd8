#include "batch/backfill.h"

#include <stdlib.h>
#include <string.h>

#include "base/failpoint.h"
#include "base/mem.h"
#include "batch/loop.h"

/* A cursor that stands where we left it and still lets no batch pass. */
#define REFUSED_MOST 5

/* Keys of the next range: the controller's, or half of where trouble is known to lie. */
static int64_t
range_rows(const struct zdm_worker *w)
{
    int64_t half = w->suspect / 2;

    if (w->suspect == 0)
        return w->controller.rows;
    if (half < 1)
        half = 1;
    return half < w->controller.rows ? half : w->controller.rows;
}

/* A batch up to `upto` is committed. */
static void
advance(struct zdm_worker *w, const char *upto, const struct zdm_batch_done *done, double ms)
{
    int64_t updated = done->rows - w->rows;
    /* The last range holds an unknown number of keys, but at least those that were updated. */
    int64_t keys = w->ranges.whole ? w->ranges.rows : updated;
    bool clean = !w->unclean && w->suspect == 0 && w->ranges.whole;

    zdm_worker_moved(w, zdm_strdup(upto), done->rows, done->batches, keys, ms);
    zdm_worker_wrote(w, done->wal);
    w->unclean = false;
    if (clean)
        zdm_controller_feed(&w->controller, keys, ms);
    zdm_controller_wal(&w->controller, keys, done->wal);
    w->suspect = w->suspect > keys ? w->suspect - keys : 0;
    zdm_worker_unstuck(w);
}

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
            zdm_ranges_clear(&w->ranges); /* the same keys again, not those behind them */
            return 0;
        }
    }
    if (done.applied) {
        ZDM_FAIL_HERE(BATCH_AFTER);
        advance(w, upto, &done, (double)(zdm_monotonic_us() - start) / 1000);
        return 0;
    }
    if (zdm_worker_look(w, upto, &moved, err) < 0)
        return -1;
    if (moved) {
        zdm_worker_unstuck(w);
        return 0;
    }
    zdm_ranges_clear(&w->ranges);
    bool again;
    if (zdm_pass_rewritten(w, &again, err) < 0)
        return -1;
    return replied && !again ? refused(w, err) : 0;
}

/* Batch after batch up to the end of the slice. */
static int
walk(struct zdm_worker *w, struct zdm_err *err)
{
    for (;;) {
        const char *next;

        if (zdm_worker_wait_to_go_on(w) < 0)
            return zdm_job_stopped(w->job, err);
        while (zdm_ranges_next(&w->ranges, w->conn, &w->job->sql, range_rows(w), w->pos, w->bound,
                   &next, err) < 0)
            if (zdm_worker_again(w, err) < 0)
                return err->code == ZDM_ERR_FAILED
                           ? zdm_err_wrap(err, "looking ahead along %s", w->job->target.relation)
                           : -1;
        if (!next)
            return 0;

        char *upto = zdm_strdup(next); /* trouble clears the ranges */
        int rc = run_batch(w, upto, err);
        free(upto);
        if (rc < 0)
            return -1;
        if (w->job->spec->pause_ms > 0 && zdm_job_sleep(w->job, w->job->spec->pause_ms) < 0)
            return zdm_job_stopped(w->job, err);
    }
}

int
zdm_worker_run(struct zdm_worker *w, struct zdm_err *err)
{
    for (;;) {
        bool found;
        if (zdm_slice_take(w, &found, err) < 0)
            return -1;
        if (!found)
            return 0;
        bool again = true;
        while (again)
            if (walk(w, err) < 0 || zdm_pass_sweep(w, &again, err) < 0)
                return -1;
        zdm_slice_through(w);
    }
}

int
zdm_backfill_run(struct zdm_conn *control, const struct zdm_backfill_spec *spec, int64_t epoch,
    const struct zdm_backfill_hooks *hooks, struct zdm_err *err)
{
    struct zdm_job job = {.control = control,
        .spec = spec,
        .hooks = hooks,
        .epoch = epoch,
        .fault.set_index = ZDM_FAULT_WHERE};
    bool done = false;

    zdm_job_init(&job);
    int rc = zdm_job_prepare(&job, err);
    while (rc == 0 && !done) {
        rc = zdm_job_run(&job, err);
        if (rc == 0)
            rc = zdm_job_finish(&job, &done, err);
    }
    if (rc == 0)
        zdm_job_analyze(&job);
    zdm_hold_tell_shares(&job);
    zdm_hold_stop(&job);
    zdm_job_tell(&job, rc == 0);
    if (rc < 0 && hooks->fault)
        *hooks->fault = job.fault;
    zdm_job_release(&job);
    return rc;
}
