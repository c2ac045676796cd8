#include "batch/loop.h"

#include <string.h>

#include "base/failpoint.h"
#include "pg/journal.h"

/* The fence first, as a take-over locks: plan, then cursor. With the barrier the claim "done" cannot
 * outlive batches that ran with synchronous_commit = off. */
static int
close_transaction(struct zdm_job *job, struct zdm_err *err)
{
    const struct zdm_backfill_spec *spec = job->spec;
    struct zdm_backfill_progress progress = {
        .total = -1, .eta_ms = -1, .eta_free_ms = -1, .hot_percent = -1};
    int64_t slices = 0;

    if (zdm_conn_exec(job->control, "BEGIN", NULL, err) < 0 ||
        zdm_journal_barrier(job->control, err) < 0 ||
        zdm_journal_fence(job->control, spec->plan, job->epoch, err) < 0 ||
        zdm_cursors_finish(job->control, spec->plan, spec->step, job->epoch,
            job->by_leaf ? zdm_job_target(job)->oid : 0, &slices, &progress.rows, &progress.batches,
            err) < 0 ||
        zdm_quarantine_count(job->control, spec->plan, spec->step, &progress.quarantined, err) < 0)
        goto failed;
    if (slices != (int64_t)job->n_slices) {
        zdm_conn_rollback(job->control);
        return 0;
    }
    zdm_job_lock(job);
    job->quarantined = progress.quarantined; /* some of them may be there without a reply */
    zdm_job_unlock(job);
    if ((job->hooks->finish && job->hooks->finish(job->hooks->self, &progress, err) < 0) ||
        zdm_conn_commit(job->control, err) < 0)
        goto failed;
    return 0;
failed:
    zdm_conn_rollback(job->control);
    return -1;
}

/* Does the database say, read anew, that it is done? */
static int
settled(struct zdm_job *job, struct zdm_cursors *cursors, bool *done, struct zdm_err *err)
{
    struct zdm_journal_rows rows = {.count = 0};

    zdm_cursors_release(cursors);
    if (zdm_cursors_read(job->control, job->spec->plan, job->spec->step, cursors, err) < 0 ||
        zdm_journal_read(job->control, job->spec->plan, &rows, err) < 0)
        return -1;
    const struct zdm_journal_row *row = zdm_journal_find(&rows, job->spec->step, "");
    *done = cursors->count == job->n_slices &&
            (job->spec->undoes || (row && strcmp(row->state, "done") == 0));
    for (size_t i = 0; i < cursors->count; i++)
        *done = *done && cursors->items[i].epoch == job->epoch &&
                strcmp(cursors->items[i].state, "done") == 0;
    zdm_journal_rows_release(&rows);
    return 0;
}

/* Partitions that came meanwhile get slices of their own. */
static int
add_leaves(struct zdm_job *job, struct zdm_cursors *cursors, struct zdm_err *err)
{
    struct zdm_cursors slices = {.count = 0};
    int rc = -1;

    if (!job->by_leaf)
        return 0;
    if (zdm_leaves_find(job, cursors, err) < 0 ||
        zdm_leaves_cut(job, cursors, (int64_t)cursors->count, &slices, err) < 0)
        goto out;
    if (slices.count > 0 && (zdm_job_claim(job, &slices, cursors, err) < 0 ||
                                zdm_job_check_cursors(job, cursors, err) < 0 ||
                                zdm_job_check_scans(job, cursors, err) < 0))
        goto out;
    rc = 0;
out:
    zdm_cursors_release(&slices);
    return rc;
}

int
zdm_job_finish(struct zdm_job *job, bool *done, struct zdm_err *err)
{
    struct zdm_cursors cursors = {.count = 0};
    int rc = -1;

    ZDM_FAIL_HERE(BARRIER_BEFORE);
    while (close_transaction(job, err) < 0)
        if (zdm_control_again(job, err) < 0)
            goto out;
    /* When it wrote nothing, an earlier try went through and its reply was lost, or a cursor is not
     * where we left it. Either way what is there now decides. */
    while (settled(job, &cursors, done, err) < 0)
        if (zdm_control_again(job, err) < 0)
            goto out;
    job->stuck.since_us = 0;
    if (!*done) {
        if (zdm_job_check_slices(job, &cursors, err) < 0)
            goto out;
        size_t first = cursors.count;
        if (add_leaves(job, &cursors, err) < 0 || zdm_job_adopt(job, &cursors, err) < 0)
            goto out;
        zdm_slices_found(job, first);
    }
    rc = 0;
out:
    zdm_cursors_release(&cursors);
    return rc;
}
