/* Has every replica replayed what is older than the limit? The end of the WAL is looked at, and then whether
 * replicas get there in time: that takes a healthy one milliseconds, and no clock but ours. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/embedded.h"
#include "base/mem.h"
#include "gate/gate.h"

#define LOOK_MS      30000
#define WAIT_MOST_MS 3000 /* whoever needs longer is asked how far it is */
#define STEP_MS      20

extern const struct zdm_embedded zdm_gate_sql[];

struct first {
    char *lsn, *answered; /* owned; NULL: not looked yet */
    int64_t at_us;
};

/* *wait: it may be better soon. */
static int
look(const struct zdm_gate_question *g, const struct zdm_check *check, const char *limit,
    struct first *first, bool *wait, struct zdm_check_result *out, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    int64_t waited = first->lsn ? (zdm_monotonic_us() - first->at_us) / 1000 : 0;
    char ms[24];

    snprintf(ms, sizeof ms, "%lld", (long long)waited);
    const char *values[] = {limit, first->lsn, ms, first->answered};
    if (zdm_gate_query(g, check, zdm_embedded_text(zdm_gate_sql, "sql/replica_lag.sql"), 0, 4,
            values, LOOK_MS, &r, err) < 0)
        return -1;
    out->open = zdm_result_bool(r, 0, 0);
    free(out->seen);
    out->seen = zdm_strdup(zdm_result_get(r, 0, 1));
    *wait = zdm_result_bool(r, 0, 3);
    if (!first->lsn) {
        first->lsn = zdm_strdup(zdm_result_get(r, 0, 4));
        first->answered = zdm_strdup(zdm_result_get(r, 0, 5));
        first->at_us = zdm_monotonic_us();
    }
    zdm_result_free(r);
    return 0;
}

int
zdm_gate_look_replica_lag(const struct zdm_gate_question *g, const struct zdm_check *check,
    struct zdm_check_result *out, struct zdm_err *err)
{
    const char *limit = zdm_check_option(check, "limit");
    struct first first = {.lsn = NULL};
    int64_t most = zdm_check_number(check, "limit");
    bool wait = true;
    int rc = 0;

    if (most > WAIT_MOST_MS)
        most = WAIT_MOST_MS;
    while (rc == 0 && wait) {
        rc = look(g, check, limit, &first, &wait, out, err);
        if (rc < 0 || !wait || zdm_monotonic_us() - first.at_us > most * 1000)
            break;
        zdm_sleep_ms(STEP_MS);
        if (zdm_gate_stopped(g))
            rc = zdm_fail(err, ZDM_ERR_INTERRUPTED, "interrupted");
    }
    if (rc == 0 && !out->open)
        out->todo = zdm_strf("run the plan again when %s", check->shown);
    free(first.lsn);
    free(first.answered);
    return rc;
}
