#include <stdlib.h>

#include "base/mem.h"
#include "batch/identity.h"
#include "batch/loop.h"

const struct zdm_backfill_target *
zdm_job_target(const struct zdm_job *job)
{
    return job->n_tables > 0 ? &job->tables[0]->target : NULL;
}

struct zdm_table *
zdm_job_add_table(struct zdm_job *job, struct zdm_backfill_target *target)
{
    struct zdm_table *table = zdm_alloc(sizeof *table);
    size_t at = job->n_tables++;

    int64_t stripes = target->stripe_by == ZDM_STRIPE_NONE ? 1 : job->knobs[ZDM_KNOB_STRIPES];
    *table = (struct zdm_table){.target = *target, .stripes = stripes > 1 ? stripes : 1};
    *target = (struct zdm_backfill_target){.estimated_rows = -1};
    job->tables = zdm_grow(job->tables, job->n_tables, sizeof *job->tables);
    /* They come in order, but for those that are found at the end. */
    for (; at > 1 && job->tables[at - 1]->target.oid > table->target.oid; at--)
        job->tables[at] = job->tables[at - 1];
    job->tables[at] = table;
    return table;
}

void
zdm_job_drop_tables(struct zdm_job *job, size_t keep)
{
    while (job->n_tables > keep) {
        struct zdm_table *table = job->tables[--job->n_tables];
        zdm_backfill_target_release(&table->target);
        zdm_batch_sql_release(&table->sql);
        free(table);
    }
}

static int
by_oid(const void *a, const void *b)
{
    unsigned oid = *(const unsigned *)a;
    const struct zdm_table *const *table = b;

    return oid < (*table)->target.oid ? -1 : oid > (*table)->target.oid;
}

struct zdm_table *
zdm_job_leaf(const struct zdm_job *job, unsigned oid)
{
    struct zdm_table **found =
        oid == 0 || job->n_tables < 2
            ? NULL
            : bsearch(&oid, job->tables + 1, job->n_tables - 1, sizeof *job->tables, by_oid);

    return found ? *found : NULL;
}

struct zdm_table *
zdm_job_table_of(const struct zdm_job *job, const struct zdm_cursor *cursor)
{
    if (job->by_leaf && zdm_identity_of_leaf(cursor->relation))
        return zdm_job_leaf(job, cursor->leaf);
    return job->tables[0];
}
