#include "batch/loop.h"

#include <stdlib.h>

#include "base/failpoint.h"
#include "base/mem.h"
#include "pg/journal.h"

/* One transaction: the plan is ours, and so are its cursors from now on. slices NULL: those that are
 * there, as they are. */
static int
claim(struct zdm_job *job, const struct zdm_cursors *slices, struct zdm_err *err)
{
    const struct zdm_backfill_spec *spec = job->spec;

    if (zdm_conn_exec(job->control, "BEGIN", NULL, err) < 0 ||
        zdm_journal_fence(job->control, spec->plan, job->epoch, err) < 0)
        goto failed;
    if (!slices && zdm_cursors_raise(job->control, spec->plan, spec->step, job->epoch, err) < 0)
        goto failed;
    for (size_t i = 0; slices && i < slices->count; i++)
        if (zdm_cursor_claim(
                job->control, spec->plan, spec->step, job->epoch, &slices->items[i], err) < 0)
            goto failed;
    if ((job->hooks->begin && job->hooks->begin(job->hooks->self, err) < 0) ||
        zdm_conn_commit(job->control, err) < 0)
        goto failed;
    return 0;
failed:
    zdm_conn_rollback(job->control);
    return -1;
}

int
zdm_job_read_cursors(struct zdm_job *job, struct zdm_cursors *cursors, struct zdm_err *err)
{
    zdm_cursors_release(cursors);
    while (zdm_cursors_read(job->control, job->spec->plan, job->spec->step, cursors, err) < 0)
        if (zdm_control_again(job, err) < 0)
            return -1;
    return 0;
}

static void
add_empty(const struct zdm_job *job, struct zdm_cursors *slices)
{
    slices->items = zdm_grow(slices->items, slices->count + 1, sizeof *slices->items);
    slices->items[slices->count] = (struct zdm_cursor){
        .slice = (int64_t)slices->count,
        .relation = zdm_strdup(zdm_job_target(job)->identity),
    };
    slices->count++;
}

/* The slices of a backfill that has done nothing yet. An earlier start may have made more of them:
 * these stay, without rows. */
static int
make_slices(struct zdm_job *job, size_t at_least, struct zdm_cursors *slices, struct zdm_err *err)
{
    struct zdm_cursors none = {.count = 0};
    char *bound = NULL;
    int64_t total;
    int rc;

    if (job->by_leaf) {
        add_empty(job, slices);
        rc = zdm_leaves_cut(job, &none, 0, slices, err);
    } else {
        rc = zdm_job_measure(job->workers, &bound, &total, err);
        if (rc == 0)
            rc = zdm_slices_cut(job->workers, bound, total, ZDM_SLICES_MAX, 0, slices, err);
        free(bound);
    }
    while (rc == 0 && slices->count < at_least)
        add_empty(job, slices);
    return rc;
}

int
zdm_job_claim(struct zdm_job *job, const struct zdm_cursors *slices, struct zdm_cursors *cursors,
    struct zdm_err *err)
{
    while (claim(job, slices, err) < 0)
        if (zdm_control_again(job, err) < 0)
            return -1;
    ZDM_FAIL_HERE(CURSOR_AFTER);
    /* What is in the rows counts: after a lost reply the first try may have made them. */
    return zdm_job_read_cursors(job, cursors, err);
}

static int
claim_cursors(struct zdm_job *job, struct zdm_cursors *cursors, struct zdm_err *err)
{
    struct zdm_cursors slices = {.count = 0};

    if (zdm_job_read_cursors(job, cursors, err) < 0)
        return -1;
    bool as_they_are = zdm_cursors_begun(cursors);
    int rc = as_they_are ? 0 : make_slices(job, cursors->count, &slices, err);
    if (rc == 0)
        rc = zdm_job_claim(job, as_they_are ? NULL : &slices, cursors, err);
    zdm_cursors_release(&slices);
    return rc;
}

int
zdm_job_check_scans(struct zdm_job *job, const struct zdm_cursors *cursors, struct zdm_err *err)
{
    const struct zdm_table *seen = NULL;

    for (size_t i = 0; i < cursors->count; i++) {
        const struct zdm_cursor *c = &cursors->items[i];
        struct zdm_table *table = zdm_job_table_of(job, c);
        /* The slices of a table stand together, but for its parts. */
        if (!table || table == seen || !zdm_cursor_whole(c) || zdm_cursor_through(c))
            continue;
        seen = table;
        zdm_worker_walks(job->workers, table);
        if (zdm_worker_check_scan(job->workers, c->at.pos, c->bound, err) < 0 &&
            !zdm_leaf_gone(job->workers, err))
            return -1;
    }
    return 0;
}

static int
count_quarantine(struct zdm_job *job, struct zdm_err *err)
{
    while (zdm_quarantine_count(
               job->control, job->spec->plan, job->spec->step, &job->quarantined, err) < 0)
        if (zdm_control_again(job, err) < 0)
            return -1;
    return 0;
}

int
zdm_job_prepare(struct zdm_job *job, struct zdm_err *err)
{
    struct zdm_cursors cursors = {.count = 0};
    int rc = -1;

    job->conninfo = zdm_strdup(zdm_conn_conninfo(job->control));
    if (zdm_job_read_cursors(job, &cursors, err) < 0 ||
        zdm_job_find_tables(job, &cursors, err) < 0 || claim_cursors(job, &cursors, err) < 0 ||
        zdm_job_check_cursors(job, &cursors, err) < 0 || zdm_job_adopt(job, &cursors, err) < 0 ||
        zdm_job_check_scans(job, &cursors, err) < 0 || count_quarantine(job, err) < 0)
        goto out;
    zdm_worker_unstuck(job->workers);
    job->stuck.since_us = 0;
    rc = zdm_hold_start(job, err);
    if (rc == 0)
        zdm_job_start_hot(job);
out:
    zdm_cursors_release(&cursors);
    return rc;
}
