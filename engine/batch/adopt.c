/* What the cursors of the target say becomes what the run goes by. */
#include "batch/loop.h"

#include <stdlib.h>

#include "base/mem.h"
#include "batch/identity.h"

/* Keys walked in a slice so far. That is not kept: ask the planner how many are left, where it has something to
 * go by. */
static int
walked(struct zdm_job *job, const struct zdm_table *table, const struct zdm_cursor *c,
    int64_t *keys, struct zdm_err *err)
{
    int64_t ahead = 0;

    *keys = c->rows;
    if (!table || !zdm_cursor_whole(c) || c->batches == 0 || !c->at.pos || c->total < 0 ||
        (table->target.estimated_rows < 0 && !table->target.by_page))
        return 0;
    if (!zdm_cursor_through(c) &&
        zdm_job_estimate_ahead(job, &table->sql, c->at.pos, c->bound, &ahead, err) < 0)
        return -1;
    if (ahead >= 0 && (c->total - ahead > *keys || table->target.by_page))
        *keys = c->total > ahead ? c->total - ahead : 0; /* rows: of all passes */
    return 0;
}

/* Slices of partitions that are gone are through, whatever is left in them. */
static struct zdm_slice
as_slice(struct zdm_job *job, const struct zdm_cursors *cursors, size_t i)
{
    const struct zdm_cursor *c = &cursors->items[i];
    const struct zdm_table *table = zdm_job_table_of(job, c);
    bool through = zdm_cursor_through(c);

    if (!table && !through &&
        (i == 0 || !zdm_identity_same(cursors->items[i - 1].relation, c->relation, 2)))
        zdm_leaf_note_gone(job, c->relation);
    /* At the end of a pass over pages the sweep is still to come. */
    through = !table || (through && !table->target.by_page);
    return (struct zdm_slice){.state = through ? ZDM_SLICE_THROUGH : ZDM_SLICE_OPEN,
        .rows = c->rows,
        .batches = c->batches,
        .part = c->part};
}

int
zdm_job_adopt(struct zdm_job *job, const struct zdm_cursors *cursors, struct zdm_err *err)
{
    struct zdm_cursor sum;
    int64_t keys = 0, of_slice;

    for (size_t i = 0; i < cursors->count; i++) {
        const struct zdm_cursor *c = &cursors->items[i];
        if (walked(job, zdm_job_table_of(job, c), c, &of_slice, err) < 0)
            return -1;
        keys += of_slice;
    }
    zdm_cursors_sum(cursors, &sum);
    struct zdm_slice *slices = zdm_alloc(cursors->count * sizeof *slices);
    for (size_t i = 0; i < cursors->count; i++)
        slices[i] = as_slice(job, cursors, i);

    zdm_job_lock(job);
    for (size_t i = 0; i < cursors->count && i < job->n_slices; i++)
        slices[i].origin = job->slices[i].origin;
    free(job->slices);
    free(job->pos);
    free(job->bound);
    job->n_slices = cursors->count;
    job->slices = slices;
    job->single = cursors->count == 1 || !zdm_cursor_whole(&cursors->items[1]);
    job->rows = sum.rows;
    job->batches = sum.batches;
    job->pos = sum.at.pos;
    job->bound = sum.bound;
    zdm_meter_start(&job->meter, keys, sum.total, zdm_monotonic_us());
    zdm_job_unlock(job);
    return 0;
}
