/*
 * backfill.h - runs a backfill from where its cursor is to its bound.
 *
 * The worker connection is the loop's own; the control connection (the
 * runner's, which holds the plan's advisory lock) probes ranges and makes the
 * barrier. Sync triggers of zdm do not fire for these updates: each batch sets
 * zdm.sync = off for its own transaction.
 *
 * Lost replies: tag 0 is ambiguous, so the cursor is read again (FOR UPDATE,
 * which waits for a batch still in flight) and adopted wherever it is.
 * Done: bound reached, then one transaction with synchronous_commit = on marks
 * the cursor and writes the journal row (hooks.finish), then both are read again.
 */
#ifndef ZDM_BATCH_BACKFILL_H
#define ZDM_BATCH_BACKFILL_H

#include <stdint.h>

#include "batch/target.h"

struct zdm_backfill_progress {
    int64_t rows;      /* updated so far, over all runs */
    int64_t batches;   /* committed so far, over all runs */
    int64_t total;     /* estimate of the rows to walk; -1 unknown */
    int64_t walked;    /* keys walked so far, over all runs (estimate after a resume) */
    double rows_per_s; /* keys walked, smoothed over 10 s; 0 unknown */
    int64_t eta_ms;    /* -1 unknown */
    int64_t batch_rows;
    double batch_ms;
    const char *pos, *bound; /* views; may be NULL */
    const char *waiting; /* NULL, or why it holds: "lock on public.users", "blocked by us ..." */
};

struct zdm_backfill_hooks {
    void *self;
    /* At most every 250 ms, and at the end. */
    void (*progress)(void *self, const struct zdm_backfill_progress *progress);
    /* Something worth a line: level "info" or "warning"; kind such as "lock-wait", "reconnect",
     * "rewound". */
    void (*note)(void *self, const char *level, const char *kind, const char *message);
    /* The control connection is lost: get a new one and the plan's ownership back, or fail. */
    int (*recover)(void *self, struct zdm_err *err);
    /* Inside the closing transaction on the control connection: fence and journal row. */
    int (*finish)(void *self, const struct zdm_backfill_progress *progress, struct zdm_err *err);
};

/* Returns when the backfill is journaled done, or -1: ZDM_ERR_INTERRUPTED after ^C (between
 * batches), ZDM_ERR_OWNED when a newer epoch took over, ZDM_ERR_FAILED otherwise, with the
 * server's SQLSTATE and, where it is the author's SQL, err->message naming column or where. */
int zdm_backfill_run(struct zdm_conn *control, const struct zdm_backfill_spec *spec, int64_t epoch,
    const struct zdm_backfill_hooks *hooks, struct zdm_err *err);

#endif
