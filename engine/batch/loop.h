/*
 * loop.h - one backfill while it runs: what the files of batch/ share. Private to batch/.
 *
 * A job is the whole backfill, a worker one session that sends batches of it.
 *
 *     prepare.c   target, SQL, worker, the author's SQL checked, cursor claimed
 *     backfill.c  the loop itself
 *     worker.c    the session that sends batches
 *     explain.c   what the server would do with them
 *     hold.c      waits while a signal says so, and for the rate of WAL
 *     monitor.c   reads the signals in a thread of its own; signal_*.c: one signal each
 *     trouble.c   what to do about an error
 *     look.c      where the cursor really is
 *     finish.c    the closing transaction
 *     tell.c      progress and notes
 */
#ifndef ZDM_BATCH_LOOP_H
#define ZDM_BATCH_LOOP_H

#include "base/clock.h"
#include "batch/backfill.h"
#include "batch/controller.h"
#include "batch/cursor.h"
#include "batch/hold.h"
#include "batch/meter.h"
#include "batch/range.h"
#include "batch/request.h"
#include "batch/statement.h"

#define ZDM_SLICE      0 /* one slice so far */
#define ZDM_SLICE_NAME "0"

/* How long nothing has gone on. */
struct zdm_stuck {
    int64_t since_us; /* 0: it goes on */
    struct zdm_backoff backoff;
};

struct zdm_job {
    /* Set before the first batch, only read from then on. */
    const struct zdm_backfill_spec *spec;
    int64_t epoch;
    struct zdm_backfill_target target;
    struct zdm_batch_sql sql;

    /* Of the thread that runs the job: its hooks call Lua and the ledger, which know no threads. */
    struct zdm_conn *control; /* borrowed */
    const struct zdm_backfill_hooks *hooks;
    struct zdm_stuck stuck; /* of the control connection */
    struct zdm_hold hold;
    int64_t told_us, noted_us; /* last progress, last line about a hold-up */

    /* What the workers add to. */
    struct zdm_worker *worker;
    struct zdm_meter meter;
    char *waiting; /* owned; see zdm_backfill_progress */
};

/* Everything here belongs to the thread that drives the worker. */
struct zdm_worker {
    struct zdm_job *job;
    struct zdm_conn *conn; /* owned */

    char *pos, *bound; /* owned; as the cursor has them */
    int64_t rows, batches;
    struct zdm_ranges ranges;
    const struct zdm_batch_text *sent; /* the batch sent last, view of job->sql */
    struct zdm_controller controller;
    int64_t batch_rows;
    double batch_ms;

    /* Trouble. suspect: it lies within that many keys ahead, and ranges stay below half of them;
     * 0: none. */
    int64_t suspect;
    bool unclean;     /* the time of the next batch says nothing about its size */
    unsigned refused; /* batches in a row that the cursor did not let pass */
    struct zdm_stuck stuck;
};

/* --- prepare.c ------------------------------------------------------------------ */
int zdm_job_prepare(struct zdm_job *job, struct zdm_err *err);
/* The planner's estimate of the keys behind w->pos up to the bound. */
int zdm_worker_estimate_ahead(struct zdm_worker *w, int64_t *keys, struct zdm_err *err);

/* --- worker.c -------------------------------------------------------------------- */
/* "zdm/PLAN/STEP/" and suffix in the 63 bytes of an application_name: the names give way. Owned. */
char *zdm_batch_application(const struct zdm_backfill_spec *spec, const char *suffix);
int zdm_worker_open(struct zdm_worker *w, struct zdm_err *err);
/* A new session after *err, tried until it works or patience is over. first: the one before did
 * some work. */
int zdm_worker_reconnect(struct zdm_worker *w, bool first, struct zdm_err *err);
/* Not applied: the cursor did not stand at `w->pos` with our epoch, nothing was changed. */
struct zdm_batch_done {
    bool applied;
    int64_t rows, batches; /* of all batches so far */
    int64_t wal;           /* bytes that the server wrote meanwhile */
};
int zdm_worker_batch(
    struct zdm_worker *w, const char *upto, struct zdm_batch_done *done, struct zdm_err *err);

/* --- explain.c ---------------------------------------------------------------------- */
/* EXPLAIN of all batch statements: every name, type and right is checked, nothing runs. */
int zdm_worker_check(struct zdm_worker *w, struct zdm_err *err);
/* With keys of the table, once pos and bound are known: a large table that each batch would read whole
 * is refused. */
int zdm_worker_check_scan(struct zdm_worker *w, struct zdm_err *err);

/* --- hold.c ------------------------------------------------------------------------ */
int zdm_hold_start(struct zdm_job *job, struct zdm_err *err);
void zdm_hold_stop(struct zdm_job *job);
/* How much time went to holding, at the end. */
void zdm_hold_tell_shares(struct zdm_job *job);
/* Before a batch: returns when every signal lets it run. *held: it had to wait. */
int zdm_job_hold(struct zdm_job *job, bool *held, struct zdm_err *err);

/* --- trouble.c -------------------------------------------------------------------- */
/* The control connection failed with *err: 0 (and *err cleared) when it is worth trying again. */
int zdm_control_again(struct zdm_job *job, struct zdm_err *err);
/* The same for the worker, outside a batch; reconnects when the session is lost. */
int zdm_worker_again(struct zdm_worker *w, struct zdm_err *err);
/* A batch up to `upto` failed with *err. 0: try again behind w->pos; *look: what became of it is not
 * known. */
int zdm_batch_again(struct zdm_worker *w, const char *upto, bool *look, struct zdm_err *err);
/* Puts *err (of that statement, sent behind `prefix` characters) into hooks->fault. */
void zdm_worker_blame(
    struct zdm_worker *w, const struct zdm_batch_text *batch, int prefix, struct zdm_err *err);
/* Something went on: trouble is over. */
void zdm_worker_unstuck(struct zdm_worker *w);

/* --- look.c ------------------------------------------------------------------------- */
/* Reads the cursor on the worker, behind any batch in flight, and adopts where it is. *moved: it is
 * elsewhere than w->pos was. ZDM_ERR_OWNED, ZDM_ERR_MISMATCH when it is not ours any more. */
int zdm_worker_look(struct zdm_worker *w, const char *upto, bool *moved, struct zdm_err *err);
/* Takes over what the cursor says. */
int zdm_worker_adopt(struct zdm_worker *w, struct zdm_cursor *cursor, struct zdm_err *err);
/* Is an existing row one that this run may go on with? */
int zdm_job_check_cursor(
    const struct zdm_job *job, const struct zdm_cursor *cursor, struct zdm_err *err);

/* --- finish.c ------------------------------------------------------------------------ */
/* *done false: the cursor was put back meanwhile, there are batches to do. */
int zdm_job_finish(struct zdm_job *job, bool *done, struct zdm_err *err);

/* --- tell.c -------------------------------------------------------------------------- */
void zdm_job_progress(struct zdm_job *job, struct zdm_backfill_progress *out);
void zdm_job_tell(struct zdm_job *job, bool now); /* calls hooks->progress when it is time */
void zdm_job_note(struct zdm_job *job, const char *level, const char *kind, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* Is it time for another line about what does not go on? The first one comes at once. */
bool zdm_job_worth_a_note(struct zdm_job *job);
/* What it waits for; NULL: it does not. Tells when that changes. */
void zdm_job_waits(struct zdm_job *job, const char *why);
int zdm_job_stopped(const struct zdm_job *job, struct zdm_err *err); /* ZDM_ERR_INTERRUPTED */

#endif
