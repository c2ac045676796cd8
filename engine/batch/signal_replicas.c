#include "base/clock.h"
#include "base/embedded.h"
#include "batch/reading.h"

extern const struct zdm_embedded zdm_batch_sql[];

int
zdm_read_replicas(struct zdm_reading *r, struct zdm_err *err)
{
    struct zdm_result *rows = NULL;
    const char *slowest = NULL, *farthest = NULL;
    int64_t ms = 0, bytes = 0, hidden = 0;

    if (zdm_conn_exec(
            r->conn, zdm_embedded_text(zdm_batch_sql, "sql/signal_replicas.sql"), &rows, err) < 0)
        return -1;
    for (int i = 0; i < zdm_result_rows(rows); i++) {
        const char *name = zdm_result_get(rows, i, 0);
        if (zdm_result_i64(rows, i, 1) > ms) {
            ms = zdm_result_i64(rows, i, 1);
            slowest = name;
        }
        if (zdm_result_i64(rows, i, 2) > bytes) {
            bytes = zdm_result_i64(rows, i, 2);
            farthest = name;
        }
        hidden += zdm_result_bool(rows, i, 3);
    }
    if (hidden > 0)
        zdm_reading_say(r, ZDM_SAID_REPLICAS,
            "this role may not look at replicas, so their lag holds nothing up: grant it "
            "pg_monitor, or say max_lag = \"0s\"");
    if (zdm_result_rows(rows) > 0)
        r->now.carried = true;
    int64_t now = zdm_monotonic_us();
    zdm_signal_set(zdm_reading_signal(r, ZDM_SIGNAL_LAG), (double)ms, slowest, now);
    zdm_signal_set(zdm_reading_signal(r, ZDM_SIGNAL_LAG_BYTES), (double)bytes, farthest, now);
    zdm_result_free(rows);
    return 0;
}
