#include "batch/loop.h"

#include <string.h>

#include "base/failpoint.h"
#include "pg/journal.h"

/* The fence first, as a take-over locks: plan, then cursor. With the barrier the claim "done" cannot
 * outlive batches that ran with synchronous_commit = off. */
static int
close_transaction(struct zdm_job *job, bool *hit, struct zdm_err *err)
{
    const struct zdm_backfill_spec *spec = job->spec;
    struct zdm_backfill_progress progress;

    if (zdm_conn_exec(job->control, "BEGIN", NULL, err) < 0 ||
        zdm_journal_barrier(job->control, err) < 0 ||
        zdm_journal_fence(job->control, spec->plan, job->epoch, err) < 0 ||
        zdm_cursor_finish(job->control, spec->plan, spec->step, ZDM_SLICE, job->epoch,
            job->worker->pos, hit, err) < 0)
        goto failed;
    if (!*hit) {
        zdm_conn_rollback(job->control);
        return 0;
    }
    zdm_job_progress(job, &progress);
    if (job->hooks->finish(job->hooks->self, &progress, err) < 0 ||
        zdm_conn_commit(job->control, err) < 0)
        goto failed;
    return 0;
failed:
    zdm_conn_rollback(job->control);
    return -1;
}

/* Does the database say, read anew, that it is done? */
static int
settled(struct zdm_job *job, struct zdm_cursor *cursor, bool *done, struct zdm_err *err)
{
    struct zdm_journal_rows rows = {.count = 0};

    zdm_cursor_release(cursor);
    if (zdm_cursor_read(
            job->control, job->spec->plan, job->spec->step, ZDM_SLICE, false, cursor, err) < 0 ||
        zdm_journal_read(job->control, job->spec->plan, &rows, err) < 0)
        return -1;
    const struct zdm_journal_row *row = zdm_journal_find(&rows, job->spec->step, "");
    *done = cursor->exists && cursor->epoch == job->epoch && strcmp(cursor->state, "done") == 0 &&
            row && strcmp(row->state, "done") == 0;
    zdm_journal_rows_release(&rows);
    return 0;
}

int
zdm_job_finish(struct zdm_job *job, bool *done, struct zdm_err *err)
{
    struct zdm_cursor cursor = {.exists = false};
    bool hit = false;
    int rc = -1;

    ZDM_FAIL_HERE(BARRIER_BEFORE);
    while (close_transaction(job, &hit, err) < 0)
        if (zdm_control_again(job, err) < 0)
            goto out;
    /* No hit: an earlier try went through and its reply was lost, or the cursor is not where we
     * left it. Either way what is there now decides. */
    while (settled(job, &cursor, done, err) < 0)
        if (zdm_control_again(job, err) < 0)
            goto out;
    if (!*done && (zdm_job_check_cursor(job, &cursor, err) < 0 ||
                      zdm_worker_adopt(job->worker, &cursor, err) < 0))
        goto out;
    rc = 0;
out:
    zdm_cursor_release(&cursor);
    return rc;
}
