#include "batch/request.h"

#include <stdio.h>

int
zdm_request_fill(struct zdm_request *q, const struct zdm_batch_sql *sql,
    const struct zdm_backfill_spec *spec, int64_t slice, int64_t epoch, const char *after,
    const char *upto, struct zdm_err *err)
{
    *q = (struct zdm_request){.p.n = 0};
    if (zdm_position_split(upto, sql->n_keys, &q->upto, err) < 0 ||
        (after && zdm_position_split(after, sql->n_keys, &q->after, err) < 0)) {
        zdm_request_release(q);
        return -1;
    }
    q->batch = zdm_batch_sql_pick(sql, after ? &q->after : NULL, &q->upto);
    snprintf(q->slice, sizeof q->slice, "%lld", (long long)slice);
    snprintf(q->epoch, sizeof q->epoch, "%lld", (long long)epoch);
    zdm_parameters_add(&q->p, spec->plan);
    zdm_parameters_add(&q->p, spec->step);
    zdm_parameters_add(&q->p, q->slice);
    zdm_parameters_add(&q->p, q->epoch);
    zdm_parameters_add(&q->p, upto);
    zdm_parameters_add_position(&q->p, &q->upto, 0);
    if (after) {
        zdm_parameters_add(&q->p, after);
        zdm_parameters_add_position(&q->p, &q->after, (size_t)(q->batch - sql->batches) - 1);
    }
    return 0;
}

void
zdm_request_release(struct zdm_request *q)
{
    zdm_position_release(&q->after);
    zdm_position_release(&q->upto);
}
