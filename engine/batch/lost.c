/* A failover to a replica that was behind, or a crash with synchronous_commit = off, takes the end of
 * what was committed away: with it slices that were made in this run. What is left is a whole, for each
 * of them was made in one transaction with what made it necessary. So the run takes over what is there,
 * as long as the plan is still its own. A row that somebody deleted looks alike; what tells them apart
 * is that the rest of its transaction is not gone then. */
#include "batch/loop.h"

#include "pg/journal.h"

void
zdm_slices_found(struct zdm_job *job, size_t first)
{
    zdm_job_lock(job);
    for (size_t i = first; i < job->n_slices; i++)
        job->slices[i].origin =
            (struct zdm_origin){.how = ZDM_FOUND, .sessions = job->sessions_lost};
    zdm_job_unlock(job);
}

/* Is slice `missing` gone with the transaction that made it? */
static bool
is_lost(const struct zdm_job *job, size_t missing, const struct zdm_cursors *cursors)
{
    const struct zdm_origin *o = &job->slices[missing].origin;

    if (!zdm_slice_lost_locked(job, (int64_t)missing))
        return false;
    if (o->how == ZDM_FOUND || o->gone)
        return true;
    /* The slice that it is a part of may have been lost as well, and before it. */
    return o->of >= (int64_t)cursors->count || cursors->items[o->of].batches < o->batches;
}

int
zdm_job_check_slices(struct zdm_job *job, const struct zdm_cursors *cursors, struct zdm_err *err)
{
    size_t n = cursors->count;
    bool lost = n > 0 && n < job->n_slices;

    zdm_job_lock(job);
    for (size_t i = n; i < job->n_slices && lost; i++)
        lost = is_lost(job, i, cursors);
    if (lost)
        job->n_slices = n;
    zdm_job_unlock(job);
    if (zdm_job_check_cursors(job, cursors, err) < 0)
        return -1;
    if (lost)
        zdm_job_note(job, "warning", "rewound",
            "the database is at an earlier point than before, and some slices are not there any "
            "more: going on from what is there");
    return 0;
}

/* The plan is ours, and these are its slices: one transaction. */
static int
read_ours(struct zdm_job *job, struct zdm_cursors *cursors, struct zdm_err *err)
{
    const struct zdm_backfill_spec *spec = job->spec;

    zdm_cursors_release(cursors);
    if (zdm_conn_exec(job->control, "BEGIN", NULL, err) < 0 ||
        zdm_journal_fence(job->control, spec->plan, job->epoch, err) < 0 ||
        zdm_cursors_read(job->control, spec->plan, spec->step, cursors, err) < 0 ||
        zdm_conn_commit(job->control, err) < 0) {
        zdm_conn_rollback(job->control);
        return -1;
    }
    return 0;
}

int
zdm_job_regain(struct zdm_job *job, struct zdm_err *err)
{
    struct zdm_cursors cursors = {.count = 0};
    int rc = -1;

    job->behind = false;
    for (size_t i = 0; i < ZDM_WORKERS_MAX; i++)
        job->workers[i].behind = false;
    while (read_ours(job, &cursors, err) < 0)
        if (zdm_control_again(job, err) < 0)
            goto out;
    if (zdm_job_check_slices(job, &cursors, err) == 0)
        rc = zdm_job_adopt(job, &cursors, err);
out:
    zdm_cursors_release(&cursors);
    return rc;
}
