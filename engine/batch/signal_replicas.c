#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/embedded.h"
#include "batch/reading.h"

extern const struct zdm_embedded zdm_batch_sql[];

static bool
counts(const struct zdm_limits *limits, const char *name)
{
    for (size_t i = 0; i < limits->n_replicas; i++)
        if (name && strcmp(limits->replicas[i], name) == 0)
            return true;
    return limits->n_replicas == 0;
}

/* The first one that was named and is not there; NULL: all are. */
static const char *
missing(const struct zdm_limits *limits, const struct zdm_result *rows)
{
    for (size_t i = 0; i < limits->n_replicas; i++) {
        bool there = false;
        for (int k = 0; k < zdm_result_rows(rows) && !there; k++) {
            const char *name = zdm_result_get(rows, k, 0);
            there = name && strcmp(name, limits->replicas[i]) == 0;
        }
        if (!there)
            return limits->replicas[i];
    }
    return NULL;
}

/* The lag of one that is away is not known: it holds, whatever the others say. */
static void
hold_for(struct zdm_reading *r, const char *name, bool hidden)
{
    struct zdm_signal *s = zdm_reading_signal(r, ZDM_SIGNAL_LAG);

    if (!s->on)
        s = zdm_reading_signal(r, ZDM_SIGNAL_LAG_BYTES);

    zdm_signal_set(s, NAN, name, zdm_monotonic_us());
    zdm_signal_words(s, "replica %s is not connected%s", name,
        hidden ? ", or this role may not look at it: grant it pg_monitor" : "");
}

/* One that was behind before we looked first is so for as long as it says itself, at least. */
static int64_t
lag_ms(const struct zdm_reading *r, const struct zdm_result *rows, int i, int64_t now)
{
    bool since_start;

    if (!zdm_result_get(rows, i, 5))
        return 0;
    int64_t ms = zdm_lag_ms(&r->looks, zdm_result_i64(rows, i, 5), now, &since_start);
    int64_t reported = since_start ? zdm_result_i64(rows, i, 1) : 0;
    return ms > reported ? ms : reported;
}

int
zdm_read_replicas(struct zdm_reading *r, struct zdm_err *err)
{
    const struct zdm_limits *limits = r->options->limits;
    struct zdm_result *rows = NULL;
    const char *slowest = NULL, *farthest = NULL, *away;
    int64_t ms = 0, bytes = 0, hidden = 0;

    if (zdm_conn_exec(
            r->conn, zdm_embedded_text(zdm_batch_sql, "sql/signal_replicas.sql"), &rows, err) < 0)
        return -1;
    int64_t now = zdm_monotonic_us();
    if (zdm_result_rows(rows) > 0)
        zdm_lag_note(&r->looks, zdm_result_i64(rows, 0, 4), now);
    for (int i = 0; i < zdm_result_rows(rows); i++) {
        const char *name = zdm_result_get(rows, i, 0);
        int64_t lag = lag_ms(r, rows, i, now);
        hidden += zdm_result_bool(rows, i, 3);
        if (!counts(limits, name))
            continue;
        if (lag > ms) {
            ms = lag;
            slowest = name;
        }
        if (zdm_result_i64(rows, i, 2) > bytes) {
            bytes = zdm_result_i64(rows, i, 2);
            farthest = name;
        }
    }
    if (hidden > 0 && limits->n_replicas == 0)
        zdm_reading_say(r, ZDM_SAID_REPLICAS,
            "this role may not look at replicas, so their lag holds nothing up: grant it "
            "pg_monitor, or say max_lag = \"0s\"");
    if (zdm_result_rows(rows) > 0)
        r->now.carried = true;
    zdm_signal_set(zdm_reading_signal(r, ZDM_SIGNAL_LAG), (double)ms, slowest, now);
    zdm_signal_set(zdm_reading_signal(r, ZDM_SIGNAL_LAG_BYTES), (double)bytes, farthest, now);
    if ((away = missing(limits, rows)))
        hold_for(r, away, hidden > 0);
    zdm_result_free(rows);
    return 0;
}
