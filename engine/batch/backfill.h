/*
 * backfill.h - runs a backfill from where its cursor is to its bound.
 *
 * The worker connection is the loop's own; the control connection (the
 * runner's, which holds the plan's advisory lock) probes ranges and makes the
 * barrier. Sync triggers of zdm do not fire for these updates: each batch sets
 * zdm.sync = off for its own transaction.
 *
 * Lost replies: whatever is not known to be applied is looked up in the cursor
 * (FOR UPDATE, which waits for a batch still in flight), and it is adopted
 * wherever it is.
 *
 * Locks: a batch that times out on a lock is tried again with half the rows,
 * down to the one row that is locked. That row is left for later, and the rest
 * goes on; before the end nothing is left. When the table as a whole is locked,
 * or row after row, it waits. Bad data is narrowed down to its row the same way;
 * the row goes into quarantine, as far as the plan allows, or stops the backfill.
 *
 * Rows that were written behind the cursor or beyond the bound are found by a final sweep, where that is
 * possible (needs.h), and done; after three rounds of it, with rows still found, the backfill fails.
 *
 * Done: bound reached, nothing left, then one transaction with synchronous_commit = on marks
 * the cursor and writes the journal row (hooks.finish), then both are read again.
 */
#ifndef ZDM_BATCH_BACKFILL_H
#define ZDM_BATCH_BACKFILL_H

#include <stdint.h>

#include "batch/mapper.h"
#include "batch/target.h"
#include "pg/control.h"

enum zdm_stage { ZDM_STAGE_WALKING, ZDM_STAGE_SWEEPING, ZDM_STAGE_FINISHING, ZDM_STAGE_DONE };
const char *zdm_stage_name(enum zdm_stage stage); /* "walking" ... */

/* Time that went to one cause. */
struct zdm_held_time {
    const char *cause; /* "replica lag", "WAL rate", "paused" */
    int64_t ms;
};
#define ZDM_HELD_MOST 32

struct zdm_backfill_progress {
    enum zdm_stage stage; /* sweeping: which rows still need it? `walked` is how far that is */
    int64_t rows;         /* updated so far, over all runs */
    int64_t batches;      /* committed so far, over all runs */
    int64_t total;        /* estimate of the rows to walk; -1 unknown */
    int64_t walked;       /* keys walked so far, over all runs (estimate after a resume) */
    double rows_per_s;    /* keys walked, smoothed over 10 s; 0 unknown */
    int64_t eta_ms;       /* at this pace; -1 unknown */
    int64_t eta_free_ms;  /* if nothing held it up from now on; -1 unknown */
    double wal_per_s;     /* bytes of WAL, smoothed */
    int64_t wal;          /* bytes of WAL that batches of this run wrote */
    int hot_percent; /* of the table's updates that stayed on their page, in this run; -1 not looked at */
    int64_t run_ms;                           /* since this run began with it */
    struct zdm_held_time held[ZDM_HELD_MOST]; /* of that, what it was held up by */
    size_t n_held;
    int64_t batch_rows;
    double batch_ms;
    int64_t deferred;        /* ranges that were locked and are left for later */
    int64_t quarantined;     /* rows whose data are bad, left behind: quarantine.h */
    const char *pos, *bound; /* views; may be NULL */
    const char *waiting;     /* NULL, or why it holds: "a lock on public.users" */
    bool paused;             /* by somebody: `waiting` says who and why */
    int64_t workers;         /* that run now */
    int64_t target_ms;       /* in force */
    int64_t stripes;         /* of the ranges that begin now; 1: none */
};

/* What people ask for from another shell. */
struct zdm_steering {
    const char *paused;       /* view: "paused by ann@laptop: deploy"; NULL: go on */
    bool cancelled;           /* stop behind the batches that run now */
    int64_t knobs[ZDM_KNOBS]; /* or ZDM_AS_PLANNED */
};

/* Where in the author's SQL the server found the error. */
struct zdm_backfill_fault {
    int set_index; /* of the assignment; or one of these */
#define ZDM_FAULT_WHERE    (-1)
#define ZDM_FAULT_THROTTLE (-2) /* the throttle's SQL */
    int position; /* 1-based character of that text; 0: no error, or none in the author's SQL */
};

struct zdm_backfill_hooks {
    void *self;
    struct zdm_backfill_fault *fault; /* may be NULL; filled on failure */
    /* At most every 250 ms, and at the end. */
    void (*progress)(void *self, const struct zdm_backfill_progress *progress);
    /* Something worth a line: level "info" or "warning"; kind such as "lock-wait", "reconnect",
     * "rewound". */
    void (*note)(void *self, const char *level, const char *kind, const char *message);
    /* The author's function: *reason owned, why to hold; NULL: go on. Once a second; NULL when the
     * limits do not ask for it. */
    int (*check)(void *self, char **reason, struct zdm_err *err);
    /* Of a map: the function, for one worker. Called on the main thread. */
    int (*mapper)(void *self, struct zdm_mapper *out, struct zdm_err *err);
    /* What is asked for now. Called between two looks at the signals, and soon after steer_fd has become
     * readable; on the control connection, outside a transaction. The views hold until the next call.
     * May be NULL. */
    int (*steer)(void *self, struct zdm_steering *out, struct zdm_err *err);
    int steer_fd; /* with steer */
    /* The control connection is lost: get a new one and the plan's ownership back, or fail. */
    int (*recover)(void *self, struct zdm_err *err);
    /* Inside the transaction that makes or claims the cursor: journal row "started". May be NULL. */
    int (*begin)(void *self, struct zdm_err *err);
    /* Inside the closing transaction on the control connection: fence and journal row. NULL: of a spec that
     * undoes. */
    int (*finish)(void *self, const struct zdm_backfill_progress *progress, struct zdm_err *err);
};

/* Returns when the backfill is journaled done, or -1: ZDM_ERR_INTERRUPTED after ^C or a cancel (between
 * batches), ZDM_ERR_OWNED when a newer epoch took over, ZDM_ERR_FAILED otherwise, with the
 * server's SQLSTATE and, where it is the author's SQL, err->message naming column or where. */
int zdm_backfill_run(struct zdm_conn *control, const struct zdm_backfill_spec *spec, int64_t epoch,
    const struct zdm_backfill_hooks *hooks, struct zdm_err *err);

struct zdm_retried {
    int64_t done;     /* changed, and out of quarantine */
    int64_t unneeded; /* out of it too: where is false by now, or the row is gone */
    int64_t failed;   /* still there, with what the server said this time */
};
/* Does to the rows in quarantine, those with `key` when that is not NULL, what the backfill does, each once
 * and in a transaction of its own. Taken out and changed are one: after an interruption the others are
 * still there. Of the hooks it needs note, recover, and of a map mapper. Errors as above, for what is not about the
 * data of a row; ZDM_ERR_MISMATCH (a table was renamed, or has another key) when all others were tried; *out counts what was done until then. */
int zdm_backfill_retry(struct zdm_conn *control, const struct zdm_backfill_spec *spec,
    int64_t epoch, const struct zdm_backfill_hooks *hooks, const char *key, struct zdm_retried *out,
    struct zdm_err *err);

#endif
