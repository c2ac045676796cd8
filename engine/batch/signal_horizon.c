#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/embedded.h"
#include "base/text.h"
#include "batch/reading.h"

extern const struct zdm_embedded zdm_batch_sql[];

#define WARN_MS (10 * 60 * 1000)

static void
keep_oldest(struct zdm_reading *r, int64_t ms, const char *who)
{
    if (ms <= r->now.horizon_ms)
        return;
    r->now.horizon_ms = ms;
    snprintf(r->now.horizon_who, sizeof r->now.horizon_who, "%s", who);
}

int
zdm_read_horizon(struct zdm_reading *r, struct zdm_err *err)
{
    struct zdm_result *rows = NULL;
    int64_t now = zdm_monotonic_us();
    char duration[32];

    if (zdm_conn_exec(
            r->conn, zdm_embedded_text(zdm_batch_sql, "sql/signal_horizon.sql"), &rows, err) < 0)
        return -1;
    r->now.horizon_ms = 0;
    r->now.horizon_who[0] = '\0';
    bool slot = false;
    for (int i = 0; i < zdm_result_rows(rows); i++) {
        const char *who = zdm_result_get(rows, i, 1), *xmin = zdm_result_get(rows, i, 2);
        if (!xmin) {
            keep_oldest(r, zdm_result_i64(rows, i, 0), who);
            continue;
        }
        slot = true;
        if (strcmp(xmin, r->slot_xmin) != 0) {
            snprintf(r->slot_xmin, sizeof r->slot_xmin, "%s", xmin);
            r->slot_xmin_us = now;
        }
        keep_oldest(r, (now - r->slot_xmin_us) / 1000, who);
    }
    if (!slot)
        r->slot_xmin[0] = '\0';
    zdm_result_free(rows);
    if (r->now.horizon_ms > WARN_MS)
        zdm_reading_say(r, ZDM_SAID_HORIZON,
            "%s has been open for %s: until it ends VACUUM can remove no row version that the "
            "backfill leaves behind, and the table grows",
            r->now.horizon_who, zdm_show_duration(r->now.horizon_ms, duration));
    return 0;
}
