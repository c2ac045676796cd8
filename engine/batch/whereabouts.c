/* Where a worker is: its table, its place in the slice, the batch in question. */
#include <stdlib.h>

#include "base/mem.h"
#include "batch/loop.h"

void
zdm_worker_walks(struct zdm_worker *w, struct zdm_table *table)
{
    zdm_map_release(&w->map);
    if (w->table != table)
        zdm_steps_init(&w->steps,
            table->target.n_keys == 1 ? zdm_step_by_type(table->target.keys[0].type)
                                      : ZDM_STEP_NONE,
            w->job->spec->look_most);
    zdm_job_lock(w->job);
    w->table = table;
    w->target = &table->target;
    w->sql = &table->sql;
    zdm_job_unlock(w->job);
}

void
zdm_worker_moved(struct zdm_worker *w, const struct zdm_spot *spot, int64_t rows, int64_t batches,
    int64_t keys, double ms)
{
    struct zdm_job *job = w->job;

    zdm_spot_copy(spot, &w->at);
    zdm_job_lock(job);
    job->moved_us = zdm_monotonic_us();
    job->rows += rows - w->rows;
    job->batches += batches - w->batches;
    job->slices[w->slice].rows = rows;
    job->slices[w->slice].batches = batches;
    if (keys >= 0) {
        if (ms >= 0) {
            job->batch_rows = keys;
            job->batch_ms = ms;
        }
        zdm_meter_walk(&job->meter, keys, zdm_monotonic_us());
        w->pass.keys += keys;
    }
    if (job->single && w->slice == 0) {
        free(job->pos);
        job->pos = zdm_strdup(spot->pos);
    }
    zdm_job_unlock(job);
    w->rows = rows;
    w->batches = batches;
}

struct zdm_batch
zdm_worker_in_question(const struct zdm_worker *w, const char *upto)
{
    return (struct zdm_batch){
        .slice = w->slice,
        .epoch = w->job->epoch,
        .batches = w->batches,
        .from = &w->at,
        .to = &w->to,
        .upto = upto,
        .striped = w->at.range_end != NULL,
        .keys = w->known ? w->batch_keys : 0,
        .repair = w->repair,
    };
}

int64_t
zdm_worker_most_ms(const struct zdm_worker *w)
{
    enum { TIMES = 20, LEAST_MS = 1000 };
    int64_t most = (int64_t)(w->controller.target_ms * TIMES);

    return (most > LEAST_MS ? most : LEAST_MS) << w->slow;
}

char *
zdm_worker_range(const struct zdm_worker *w, const char *upto)
{
    const struct zdm_backfill_target *t = w->target;
    const char *from = w->at.stripe_pos ? w->at.stripe_pos : w->at.pos;
    char *after = from ? zdm_position_show(from, w->sql->n_keys) : NULL;
    char *last = zdm_position_show(upto, w->sql->n_keys), *name;

    if (t->by_page)
        name = zdm_strf("rows of %s between %s and %s (pass, file, page)", t->relation,
            after ? after : "its first page", last);
    else if (w->batch_keys == 1)
        name = zdm_strf("row of %s with %s = %s", t->relation, t->key, last);
    else if (after)
        name = zdm_strf(
            "rows of %s with %s > %s and %s <= %s", t->relation, t->key, after, t->key, last);
    else
        name = zdm_strf("rows of %s with %s <= %s", t->relation, t->key, last);
    free(after);
    free(last);
    return name;
}
