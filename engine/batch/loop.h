/*
 * loop.h - one backfill while it runs: what the files of batch/ share. Private to batch/.
 *
 *     prepare.c   target, SQL, worker, the author's SQL checked, cursor claimed
 *     backfill.c  the loop itself
 *     worker.c    the session that sends batches
 *     hold.c      waits while a signal says so
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
#include "batch/meter.h"
#include "batch/range.h"
#include "batch/statement.h"
#include "batch/throttle.h"

#define ZDM_SLICE 0 /* one slice so far */

struct zdm_loop {
    struct zdm_conn *control; /* borrowed */
    struct zdm_conn *worker;  /* owned */
    const struct zdm_backfill_spec *spec;
    const struct zdm_backfill_hooks *hooks;
    int64_t epoch;
    struct zdm_backfill_target target;
    struct zdm_batch_sql sql;

    char *pos, *bound; /* owned; as the cursor has them */
    int64_t rows, batches;
    struct zdm_ranges ranges;
    struct zdm_controller controller;
    struct zdm_meter meter;
    int64_t batch_rows;
    double batch_ms;

    /* Trouble. suspect: it lies within that many keys ahead, and ranges stay below half of them;
     * 0: none. */
    int64_t suspect;
    bool unclean;     /* the time of the next batch says nothing about its size */
    int64_t stuck_us; /* since when nothing went on; 0: it does */
    unsigned refused; /* batches in a row that the cursor did not let pass */
    struct zdm_backoff backoff;

    struct zdm_throttle throttle;
    int64_t signals_us; /* when the signals were last read */
    bool told_blind;    /* that replicas are hidden from us was said */

    int64_t told_us, noted_us; /* last progress, last line about a hold-up */
    char *waiting;             /* owned; see zdm_backfill_progress */
};

/* --- prepare.c ------------------------------------------------------------------ */
int zdm_loop_prepare(struct zdm_loop *l, struct zdm_err *err);
/* The planner's estimate of the keys behind l->pos up to the bound. */
int zdm_loop_estimate_ahead(struct zdm_loop *l, int64_t *keys, struct zdm_err *err);

/* --- worker.c -------------------------------------------------------------------- */
int zdm_worker_open(struct zdm_loop *l, struct zdm_err *err);
/* A new session after *err, tried until it works or patience is over. first: the one before did
 * some work. */
int zdm_worker_reconnect(struct zdm_loop *l, bool first, struct zdm_err *err);
/* *applied false: the cursor did not stand at `l->pos` with our epoch, nothing was changed. */
int zdm_worker_batch(struct zdm_loop *l, const char *upto, bool *applied, int64_t *rows,
    int64_t *batches, struct zdm_err *err);
/* EXPLAIN of both batch statements: every name, type and right is checked, nothing runs. */
int zdm_worker_check(struct zdm_loop *l, struct zdm_err *err);

/* --- hold.c ------------------------------------------------------------------------ */
/* Between two batches: returns when every signal lets the backfill go on. */
int zdm_loop_hold(struct zdm_loop *l, struct zdm_err *err);

/* --- trouble.c -------------------------------------------------------------------- */
/* The control connection failed with *err: 0 (and *err cleared) when it is worth trying again. */
int zdm_control_again(struct zdm_loop *l, struct zdm_err *err);
/* The same for the worker, outside a batch; reconnects when the session is lost. */
int zdm_worker_again(struct zdm_loop *l, struct zdm_err *err);
/* A batch up to `upto` failed with *err. 0: try again behind l->pos; *look: what became of it is not
 * known. */
int zdm_batch_again(struct zdm_loop *l, const char *upto, bool *look, struct zdm_err *err);
/* Puts *err (from batch_first or batch_next behind `prefix` characters) into hooks->fault. */
void zdm_loop_blame(struct zdm_loop *l, bool next, int prefix, struct zdm_err *err);
/* Something went on: trouble is over. */
void zdm_loop_unstuck(struct zdm_loop *l);

/* --- look.c ------------------------------------------------------------------------- */
/* Reads the cursor on the worker, behind any batch in flight, and adopts where it is. *moved: it is
 * elsewhere than l->pos was. ZDM_ERR_OWNED, ZDM_ERR_MISMATCH when it is not ours any more. */
int zdm_loop_look(struct zdm_loop *l, const char *upto, bool *moved, struct zdm_err *err);
/* Takes over what the cursor says. */
int zdm_loop_adopt(struct zdm_loop *l, struct zdm_cursor *cursor, struct zdm_err *err);
/* Is an existing row one that this run may go on with? */
int zdm_loop_check_cursor(
    const struct zdm_loop *l, const struct zdm_cursor *cursor, struct zdm_err *err);

/* --- finish.c ------------------------------------------------------------------------ */
/* *done false: the cursor was put back meanwhile, there are batches to do. */
int zdm_loop_finish(struct zdm_loop *l, bool *done, struct zdm_err *err);

/* --- tell.c -------------------------------------------------------------------------- */
void zdm_loop_progress(struct zdm_loop *l, struct zdm_backfill_progress *out);
void zdm_loop_tell(struct zdm_loop *l, bool now); /* calls hooks->progress when it is time */
void zdm_loop_note(struct zdm_loop *l, const char *level, const char *kind, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* Is it time for another line about what does not go on? The first one comes at once. */
bool zdm_loop_worth_a_note(struct zdm_loop *l);
/* What it waits for; NULL: it does not. Tells when that changes. */
void zdm_loop_waits(struct zdm_loop *l, const char *why);
int zdm_loop_stopped(const struct zdm_loop *l, struct zdm_err *err); /* ZDM_ERR_INTERRUPTED */

#endif
