/* A table that was found gets its SQL, and is looked at. */
#include "batch/loop.h"

#include <stdlib.h>

#include "batch/needs.h"

static void
no_sweep(struct zdm_job *job, char *why_not)
{
    if (!why_not || job->sweep.off) {
        free(why_not);
        return;
    }
    zdm_job_note(
        job, "info", "note", "no final sweep for rows that are written meanwhile: %s", why_not);
    job->sweep.off = why_not;
}

int
zdm_job_build(struct zdm_job *job, struct zdm_table *table, struct zdm_err *err)
{
    char *why_not = NULL;

    while (zdm_needs_find(job->control, job->spec, &table->target, &why_not, err) < 0)
        if (zdm_control_again(job, err) < 0)
            return -1;
    no_sweep(job, why_not);
    why_not = NULL;
    zdm_batch_sql_build(job->spec, &table->target, &table->sql);
    zdm_worker_walks(job->workers, table);
    if (zdm_worker_check(job->workers, err) < 0)
        return -1;
    if (!job->sweep.off && zdm_worker_check_sweep(job->workers, &why_not, err) < 0)
        return -1;
    no_sweep(job, why_not);
    return 0;
}
