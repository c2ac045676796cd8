#include "base/embedded.h"
#include "batch/throttle.h"

#include <stdio.h>

extern const struct zdm_embedded zdm_batch_sql[];

int
zdm_signal_blocked_by_us(
    struct zdm_conn *control, int pid, struct zdm_signal *out, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    char pid_text[16];

    snprintf(pid_text, sizeof pid_text, "%d", pid);
    if (ZDM_QUERY(
            control, zdm_embedded_text(zdm_batch_sql, "sql/blocked_by.sql"), &r, err, pid_text) < 0)
        return -1;
    *out = (struct zdm_signal){
        .name = "blocked by us",
        .unit = "sessions",
        .value = (double)zdm_result_i64(r, 0, 0),
        .limit = 1,
    };
    zdm_result_free(r);
    return 0;
}
