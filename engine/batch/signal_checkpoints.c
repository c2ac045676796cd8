#include "base/clock.h"
#include "base/embedded.h"
#include "batch/reading.h"

extern const struct zdm_embedded zdm_batch_sql[];

int
zdm_read_checkpoints(struct zdm_reading *r, struct zdm_err *err)
{
    const char *sql = zdm_conn_server_version(r->conn) >= 170000 ? "sql/signal_checkpoints_17.sql"
                                                                 : "sql/signal_checkpoints.sql";
    struct zdm_result *row = NULL;

    if (zdm_conn_exec(r->conn, zdm_embedded_text(zdm_batch_sql, sql), &row, err) < 0)
        return -1;
    int64_t now = zdm_result_i64(row, 0, 0), before;
    zdm_result_free(row);
    r->checkpoints[r->n_checkpoints++ % ZDM_CHECKPOINT_KEPT] = now;
    before = r->checkpoints[r->n_checkpoints > ZDM_CHECKPOINT_KEPT
                                ? r->n_checkpoints % ZDM_CHECKPOINT_KEPT
                                : 0];
    /* Less than before: the statistics were reset. */
    zdm_signal_set(zdm_reading_signal(r, ZDM_SIGNAL_CHECKPOINTS),
        now > before ? (double)(now - before) : 0, NULL, zdm_monotonic_us());
    return 0;
}
