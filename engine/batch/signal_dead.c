#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/embedded.h"
#include "base/mem.h"
#include "batch/reading.h"

extern const struct zdm_embedded zdm_batch_sql[];

/* Fewer dead rows than these are no debt. */
#define DEBT_LEAST 100000

int
zdm_read_dead(struct zdm_reading *r, struct zdm_err *err)
{
    struct zdm_signal *s = zdm_reading_signal(r, ZDM_SIGNAL_DEAD);
    struct zdm_result *row = NULL;
    int64_t live = 0, dead = 0;
    char table[32];

    snprintf(table, sizeof table, "%u", r->options->table);
    if (ZDM_QUERY(
            r->conn, zdm_embedded_text(zdm_batch_sql, "sql/signal_dead.sql"), &row, err, table) < 0)
        return -1;
    free(r->now.dead);
    r->now.n_dead = (size_t)zdm_result_rows(row);
    r->now.dead = zdm_alloc((r->now.n_dead + 1) * sizeof *r->now.dead);
    for (size_t i = 0; i < r->now.n_dead; i++) {
        int n = (int)i;
        r->now.dead[i] = (struct zdm_dead){
            .table = (unsigned)zdm_result_i64(row, n, 0),
            .live = zdm_result_i64(row, n, 1),
            .dead = zdm_result_i64(row, n, 2),
            .vacuum = zdm_result_bool(row, n, 3),
        };
        live += r->now.dead[i].live;
        dead += r->now.dead[i].dead;
    }
    zdm_result_free(row);

    double share = 0;
    if (dead >= DEBT_LEAST)
        share = (double)dead * 100 / (double)(live > 0 ? live : 1);
    zdm_signal_set(s, share, NULL, zdm_monotonic_us());
    if (s->on && share >= s->limit)
        zdm_signal_words(s, "%lld dead rows beside %lld live ones%s%s", (long long)dead,
            (long long)live, r->now.horizon_who[0] ? ", kept by " : "", r->now.horizon_who);
    return 0;
}
