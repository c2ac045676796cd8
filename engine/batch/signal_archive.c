
#include "base/clock.h"
#include "base/embedded.h"
#include "batch/reading.h"

extern const struct zdm_embedded zdm_batch_sql[];

int
zdm_read_archive(struct zdm_reading *r, struct zdm_err *err)
{
    struct zdm_signal *s = zdm_reading_signal(r, ZDM_SIGNAL_ARCHIVE);
    struct zdm_result *row = NULL;

    if (zdm_conn_exec(
            r->conn, zdm_embedded_text(zdm_batch_sql, "sql/signal_archive.sql"), &row, err) < 0)
        return -1;
    bool archives = zdm_result_bool(row, 0, 0);
    const char *failed = zdm_result_get(row, 0, 2);
    if (archives)
        r->now.carried = true;
    zdm_signal_set(s, archives ? (double)zdm_result_i64(row, 0, 1) : 0, NULL, zdm_monotonic_us());
    if (archives && failed) {
        s->value = s->limit;
        zdm_signal_words(s, "archiving fails: the last try of %s", failed);
    }
    zdm_result_free(row);
    return 0;
}
