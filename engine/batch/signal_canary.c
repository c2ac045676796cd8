#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "batch/reading.h"

#define BASELINE_COMMITS 10
#define PERCENTILE       0.95

/* A transaction that writes WAL and commits as an application's does, without a table of its own to
 * keep. */
#define COMMIT "SELECT pg_catalog.pg_logical_emit_message(true, 'zdm', '')"

static int
by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double
percentile(const double *values, size_t n)
{
    double sorted[ZDM_CANARY_KEPT];

    memcpy(sorted, values, n * sizeof *values);
    qsort(sorted, n, sizeof *sorted, by_value);
    return sorted[(size_t)((double)(n - 1) * PERCENTILE)];
}

static int
commit(struct zdm_reading *r, struct zdm_err *err)
{
    int64_t start = zdm_monotonic_us();

    if (zdm_conn_exec(r->conn, COMMIT, NULL, err) < 0)
        return -1;
    r->commits[r->n_commits++ % ZDM_CANARY_KEPT] = (double)(zdm_monotonic_us() - start) / 1000;
    return 0;
}

int
zdm_read_canary(struct zdm_reading *r, struct zdm_err *err)
{
    if (commit(r, err) < 0)
        return -1;
    size_t n = r->n_commits < ZDM_CANARY_KEPT ? r->n_commits : ZDM_CANARY_KEPT;
    zdm_signal_set(zdm_reading_signal(r, ZDM_SIGNAL_CANARY), percentile(r->commits, n), NULL,
        zdm_monotonic_us());
    return 0;
}

int
zdm_baseline_canary(struct zdm_reading *r, struct zdm_err *err)
{
    struct zdm_signal *s = zdm_reading_signal(r, ZDM_SIGNAL_CANARY);

    r->n_commits = 0;
    for (int i = 0; i < BASELINE_COMMITS; i++)
        if (commit(r, err) < 0)
            return -1;
    s->limit = percentile(r->commits, r->n_commits) * (double)r->options->limits->canary_times;
    if (s->limit < r->options->commit_ms)
        s->limit = r->options->commit_ms;
    return 0;
}
