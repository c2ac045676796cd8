#include <string.h>

#include "base/clock.h"
#include "base/embedded.h"
#include "batch/reading.h"

extern const struct zdm_embedded zdm_batch_sql[];

/* With max_slot_wal_keep_size a slot is lost when it keeps more than that: hold well before. */
#define OF_WHAT_IS_SAFE 0.7

int
zdm_read_slots(struct zdm_reading *r, struct zdm_err *err)
{
    struct zdm_signal *s = zdm_reading_signal(r, ZDM_SIGNAL_SLOT);
    struct zdm_result *rows = NULL;
    double asked = (double)r->options->limits->slot_bytes, worst = -1, value = 0, limit = asked;
    const char *name = NULL;
    bool unreserved = false;

    if (zdm_conn_exec(
            r->conn, zdm_embedded_text(zdm_batch_sql, "sql/signal_slots.sql"), &rows, err) < 0)
        return -1;
    for (int i = 0; i < zdm_result_rows(rows); i++) {
        const char *status = zdm_result_get(rows, i, 2);
        double kept = (double)zdm_result_i64(rows, i, 1), most = asked;
        bool gone_soon = status && strcmp(status, "unreserved") == 0;
        if (zdm_result_get(rows, i, 3)) {
            double safe = (kept + (double)zdm_result_i64(rows, i, 3)) * OF_WHAT_IS_SAFE;
            most = safe < most ? safe : most;
        }
        double pressure = gone_soon || most < 1 ? 1e9 : kept / most;
        if (pressure <= worst)
            continue;
        worst = pressure;
        name = zdm_result_get(rows, i, 0);
        value = kept;
        limit = most;
        unreserved = gone_soon;
    }
    if (zdm_result_rows(rows) > 0)
        r->now.carried = true;
    s->limit = limit;
    zdm_signal_set(s, value, name, zdm_monotonic_us());
    if (unreserved) {
        s->value = s->limit;
        zdm_signal_words(s, "slot %s is about to be lost: its WAL is unreserved", s->subject);
    }
    zdm_result_free(rows);
    return 0;
}
