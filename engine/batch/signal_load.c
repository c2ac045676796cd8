#include "base/clock.h"
#include "base/embedded.h"
#include "batch/reading.h"

extern const struct zdm_embedded zdm_batch_sql[];

/* Fewer sessions than these are no load, whatever there was before. */
#define ACTIVE_LEAST   10
#define WAITING_LEAST  5
#define BASELINE_READS 3
#define CRITICAL       2.0 /* times the baseline */
#define SMOOTH         0.3 /* of each reading: sessions come and go within milliseconds */

static int
read_sessions(struct zdm_reading *r, double *active, double *waits, struct zdm_err *err)
{
    struct zdm_result *row = NULL;

    if (zdm_conn_exec(r->conn, zdm_embedded_text(zdm_batch_sql, "sql/signal_load.sql"), &row, err) <
        0)
        return -1;
    *active = (double)zdm_result_i64(row, 0, 0);
    *waits = (double)zdm_result_i64(row, 0, 1);
    if (zdm_result_i64(row, 0, 2) > 0)
        zdm_reading_say(r, ZDM_SAID_SESSIONS,
            "this role may not look at the sessions of others, so neither their load nor that they "
            "wait for zdm slows the backfill down: grant it pg_monitor, or say throttle = { load = "
            "false, blocked = false }");
    zdm_result_free(row);
    return 0;
}

static void
smooth(struct zdm_signal *s, double value)
{
    double before = s->read_us ? s->value : value;

    zdm_signal_set(s, before + SMOOTH * (value - before), NULL, zdm_monotonic_us());
}

int
zdm_read_load(struct zdm_reading *r, struct zdm_err *err)
{
    double active, waits;

    if (read_sessions(r, &active, &waits, err) < 0)
        return -1;
    smooth(zdm_reading_signal(r, ZDM_SIGNAL_LOAD), active);
    smooth(zdm_reading_signal(r, ZDM_SIGNAL_WAITS), waits);
    return 0;
}

static void
set_baseline(struct zdm_signal *s, double value)
{
    s->baseline = value;
    s->limit = value * CRITICAL;
}

int
zdm_baseline_load(struct zdm_reading *r, struct zdm_err *err)
{
    double most_active = ACTIVE_LEAST, most_waits = WAITING_LEAST;

    for (int i = 0; i < BASELINE_READS; i++) {
        double active, waits;
        if (read_sessions(r, &active, &waits, err) < 0)
            return -1;
        most_active = active > most_active ? active : most_active;
        most_waits = waits > most_waits ? waits : most_waits;
    }
    set_baseline(zdm_reading_signal(r, ZDM_SIGNAL_LOAD), most_active);
    set_baseline(zdm_reading_signal(r, ZDM_SIGNAL_WAITS), most_waits);
    return 0;
}
