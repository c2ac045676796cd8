#include "base/embedded.h"
#include "batch/throttle.h"

extern const struct zdm_embedded zdm_batch_sql[];

int
zdm_signal_replica_lag(struct zdm_conn *control, int64_t limit_ms, struct zdm_signal *out,
    int64_t *hidden, struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    if (zdm_conn_exec(control, zdm_embedded_text(zdm_batch_sql, "sql/replica_lag.sql"), &r, err) <
        0)
        return -1;
    *out = (struct zdm_signal){
        .name = "replica lag",
        .unit = "ms",
        .value = (double)zdm_result_i64(r, 0, 0),
        .limit = (double)limit_ms,
    };
    *hidden = zdm_result_i64(r, 0, 1);
    zdm_result_free(r);
    return 0;
}
