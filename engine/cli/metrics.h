/*
 * metrics.h - the state of a run as a file of Prometheus text (node_exporter's textfile collector).
 *
 * docs/reference/metrics.md describes every metric. The file is written anew under a temporary name
 * beside it and moved into place, so that nobody reads half of one; at most once a second, and at
 * the end, when it says how the run ended. A file that cannot be written stops nothing: it is told
 * once, when the run has ended.
 */
#ifndef ZDM_CLI_METRICS_H
#define ZDM_CLI_METRICS_H

#include "base/buf.h"
#include "run/observer.h"

struct zdm_metrics {
    const char *path; /* borrowed; NULL: none are kept */
    const struct zdm_plan *plan;
    int64_t started_ms, wrote_us;
    size_t n_done;               /* steps */
    char *step;                  /* owned; that runs, NULL: none */
    bool backfill, paused, live; /* it is a backfill with progress; paused; the run has not ended */
    struct zdm_backfill_progress progress; /* its texts are not kept */
    int exit_code;
    int64_t lock_waits, retries, reconnects;
    int failed; /* errno of the first write that failed; 0: none */
};

void zdm_metrics_init(struct zdm_metrics *m, const char *path, const struct zdm_plan *plan);
void zdm_metrics_release(struct zdm_metrics *m);
void zdm_metrics_see(struct zdm_metrics *m, const struct zdm_event *event);
/* The run has ended. -1: the file could not be written, now or before. */
int zdm_metrics_end(struct zdm_metrics *m, int exit_code, struct zdm_err *err);
/* The text of the file (pure). */
void zdm_metrics_render(const struct zdm_metrics *m, int64_t now_ms, struct zdm_buf *out);

#endif
