#include <stdio.h>

#include "base/clock.h"
#include "base/embedded.h"
#include "batch/reading.h"

extern const struct zdm_embedded zdm_batch_sql[];

/* Fewer dead rows than these are no debt. */
#define DEBT_LEAST 100000

int
zdm_read_dead(struct zdm_reading *r, struct zdm_err *err)
{
    struct zdm_signal *s = zdm_reading_signal(r, ZDM_SIGNAL_DEAD);
    struct zdm_result *row = NULL;
    char table[32];

    snprintf(table, sizeof table, "%u", r->options->table);
    if (ZDM_QUERY(
            r->conn, zdm_embedded_text(zdm_batch_sql, "sql/signal_dead.sql"), &row, err, table) < 0)
        return -1;
    r->now.live = zdm_result_i64(row, 0, 0);
    r->now.dead = zdm_result_i64(row, 0, 1);
    r->now.vacuum = zdm_result_bool(row, 0, 2);
    zdm_result_free(row);

    double share = 0;
    if (r->now.dead >= DEBT_LEAST)
        share = (double)r->now.dead * 100 / (double)(r->now.live > 0 ? r->now.live : 1);
    zdm_signal_set(s, share, NULL, zdm_monotonic_us());
    if (s->on && share >= s->limit)
        zdm_signal_words(s, "%lld dead rows beside %lld live ones%s%s", (long long)r->now.dead,
            (long long)r->now.live, r->now.horizon_who[0] ? ", kept by " : "", r->now.horizon_who);
    return 0;
}
