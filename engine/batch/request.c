#include "batch/request.h"

#include <stdio.h>

#include "batch/dense.h"

static const char *
number(char out[24], int64_t value)
{
    snprintf(out, 24, "%lld", (long long)value);
    return out;
}

/* Behind which key the batch begins; NULL: with the first. */
static const char *
lower_end(const struct zdm_batch *batch)
{
    return batch->from->stripe_pos ? batch->from->stripe_pos : batch->from->pos;
}

/* Where the cursor is and where it goes. */
static void
add_move(struct zdm_request *q, const struct zdm_backfill_spec *spec, const struct zdm_batch *batch)
{
    const struct zdm_spot *from = batch->from, *to = batch->to;

    zdm_parameters_add(&q->p, spec->plan);
    zdm_parameters_add(&q->p, spec->step);
    zdm_parameters_add(&q->p, number(q->slice, batch->slice));
    zdm_parameters_add(&q->p, number(q->epoch, batch->epoch));
    zdm_parameters_add(&q->p, number(q->batches, batch->batches));
    zdm_parameters_add(&q->p, number(q->stripe, from->stripe));
    zdm_parameters_add(&q->p, from->pos);
    zdm_parameters_add(&q->p, to->pos);
    zdm_parameters_add(&q->p, number(q->to_stripe, to->stripe));
    zdm_parameters_add(&q->p, number(q->stripes, to->stripes));
    zdm_parameters_add(&q->p, to->range_end);
    zdm_parameters_add(&q->p, to->stripe_pos);
}

/* Both ends of the batch, as keys. */
static int
split_ends(struct zdm_request *q, const struct zdm_batch_sql *sql, const struct zdm_batch *batch,
    struct zdm_err *err)
{
    const char *after = lower_end(batch);

    if (zdm_position_split(batch->upto, sql->n_keys, &q->upto, err) == 0 &&
        (!after || zdm_position_split(after, sql->n_keys, &q->after, err) == 0))
        return 0;
    zdm_request_release(q);
    return -1;
}

/* Not of the first stripe, which meets rows that were not touched yet: reading all of those is cheaper. */
static bool
can_be_named(const struct zdm_request *q, const struct zdm_batch_sql *sql,
    const struct zdm_batch *batch, int64_t *first)
{
    return sql->named.text && q->after.n == 1 && batch->from->stripe > 0 &&
           zdm_dense_first(q->after.keys[0], q->upto.keys[0], batch->keys, batch->from->stripe,
               batch->to->stripes, first);
}

int
zdm_request_fill(struct zdm_request *q, const struct zdm_batch_sql *sql,
    const struct zdm_backfill_spec *spec, const struct zdm_batch *batch, struct zdm_err *err)
{
    const char *after = lower_end(batch);
    int64_t first = 0;
    size_t common;

    *q = (struct zdm_request){.p.n = 0};
    if (split_ends(q, sql, batch, err) < 0)
        return -1;
    const enum zdm_batch_kind kind = batch->repair                         ? ZDM_BATCH_REPAIR
                                     : !batch->striped                     ? ZDM_BATCH_WHOLE
                                     : can_be_named(q, sql, batch, &first) ? ZDM_BATCH_NAMED
                                                                           : ZDM_BATCH_STRIPE;
    q->text = zdm_batch_sql_pick(sql, kind, after ? &q->after : NULL, &q->upto, &common);
    add_move(q, spec, batch);
    zdm_parameters_add_position(&q->p, &q->upto, 0);
    if (kind == ZDM_BATCH_NAMED)
        zdm_parameters_add(&q->p, number(q->first, first));
    else if (after)
        zdm_parameters_add_position(&q->p, &q->after, common);
    return 0;
}

void
zdm_request_fill_deferral(
    struct zdm_request *q, const struct zdm_backfill_spec *spec, const struct zdm_batch *batch)
{
    *q = (struct zdm_request){.p.n = 0};
    add_move(q, spec, batch);
    zdm_parameters_add(&q->p, lower_end(batch));
    zdm_parameters_add(&q->p, batch->upto);
    zdm_parameters_add(&q->p, batch->striped ? "t" : "f");
}

int
zdm_request_fill_set_aside(struct zdm_request *q, const struct zdm_batch_sql *sql,
    const struct zdm_backfill_spec *spec, const struct zdm_batch *batch,
    const struct zdm_bad_row *bad, bool room, int *common, struct zdm_err *err)
{
    size_t shared = 0;

    *q = (struct zdm_request){.p.n = 0};
    if (split_ends(q, sql, batch, err) < 0)
        return -1;
    *common = (int)zdm_batch_shape(lower_end(batch) ? &q->after : NULL, &q->upto, &shared) - 1;
    add_move(q, spec, batch);
    zdm_parameters_add(&q->p, bad->sqlstate);
    zdm_parameters_add(&q->p, bad->message);
    zdm_parameters_add(&q->p, batch->upto);
    zdm_parameters_add(&q->p, bad->relation);
    zdm_parameters_add(&q->p, bad->identity);
    zdm_parameters_add(&q->p, room ? "t" : "f");
    zdm_parameters_add_position(&q->p, &q->upto, 0);
    if (*common >= 0)
        zdm_parameters_add_position(&q->p, &q->after, shared);
    return 0;
}

void
zdm_request_release(struct zdm_request *q)
{
    zdm_position_release(&q->after);
    zdm_position_release(&q->upto);
}
