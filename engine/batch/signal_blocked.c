#include <stdio.h>

#include "base/clock.h"
#include "base/embedded.h"
#include "batch/reading.h"

extern const struct zdm_embedded zdm_batch_sql[];

int
zdm_read_blocked(struct zdm_reading *r, struct zdm_err *err)
{
    struct zdm_signal *s = zdm_reading_signal(r, ZDM_SIGNAL_BLOCKED);
    struct zdm_result *row = NULL;
    char who[32] = "";

    if (ZDM_QUERY(r->conn, zdm_embedded_text(zdm_batch_sql, "sql/signal_blocked.sql"), &row, err,
            r->options->ours) < 0)
        return -1;
    if (zdm_result_rows(row) > 0)
        snprintf(who, sizeof who, "pid %s", zdm_result_get(row, 0, 0));
    zdm_signal_set(s, *who ? (double)zdm_result_i64(row, 0, 1) : 0, who, zdm_monotonic_us());
    zdm_result_free(row);
    return 0;
}
