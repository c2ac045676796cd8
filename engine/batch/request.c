#include "batch/request.h"

#include <stdio.h>

static const char *
number(char out[24], int64_t value)
{
    snprintf(out, 24, "%lld", (long long)value);
    return out;
}

int
zdm_request_fill(struct zdm_request *q, const struct zdm_batch_sql *sql,
    const struct zdm_backfill_spec *spec, const struct zdm_batch *batch, struct zdm_err *err)
{
    const struct zdm_spot *from = batch->from, *to = batch->to;
    const char *after = from->stripe_pos ? from->stripe_pos : from->pos;
    size_t common;

    *q = (struct zdm_request){.p.n = 0};
    if (zdm_position_split(batch->upto, sql->n_keys, &q->upto, err) < 0 ||
        (after && zdm_position_split(after, sql->n_keys, &q->after, err) < 0)) {
        zdm_request_release(q);
        return -1;
    }
    q->text = zdm_batch_sql_pick(sql, batch->striped, after ? &q->after : NULL, &q->upto, &common);
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
    zdm_parameters_add_position(&q->p, &q->upto, 0);
    if (after)
        zdm_parameters_add_position(&q->p, &q->after, common);
    return 0;
}

void
zdm_request_release(struct zdm_request *q)
{
    zdm_position_release(&q->after);
    zdm_position_release(&q->upto);
}
