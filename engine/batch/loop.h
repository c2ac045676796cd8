/*
 * loop.h - one backfill while it runs: what the files of batch/ share. Private to batch/.
 *
 * A job is the whole backfill; it is cut into slices, one row of zdm.cursor each. A worker is a
 * session in a thread of its own, which takes one open slice after another and does its batches. The
 * thread that runs the job waits for them, reads the signals, and is the only one that calls hooks
 * and uses the control connection; what workers have to say goes through a queue to it.
 *
 *     prepare.c   target, SQL, first worker, the author's SQL checked, cursors claimed
 *     table.c     the tables of a job: one, or the partitions of one
 *     leaves.c    which partitions there are, and what becomes of them meanwhile
 *     slice.c     where to cut, which slice is next
 *     next.c      which batch is next, and what follows from it
 *     range.c     where batches end, looked up ahead; cuts.c: those of a range in stripes
 *     steps.c     the same computed, along random keys
 *     hot.c       in how many stripes ranges are done
 *     backfill.c  the loop of a worker
 *     pool.c      the workers' threads, and the thread that waits for them
 *     worker.c    the session that sends batches
 *     map_batch.c a batch that goes through a function of the plan
 *     explain.c   what the server would do with them
 *     steer.c     puts into effect what people ask for meanwhile
 *     hold.c      stops the workers while a signal says so, and for the rate of WAL; sends some of them away
 *     pass.c      passes over a table without a key
 *     vacuum.c    VACUUM between batches
 *     monitor.c   reads the signals in a thread of its own; signal_*.c: one signal each
 *     trouble.c   what to do about an error
 *     reread.c    some ranges again, while it walks
 *     sweep.c     the final sweep: which rows still need it
 *     sweep_look.c the part of the workers in it
 *     repair.c    what it found becomes slices
 *     defer.c     what is locked is left for later
 *     set_aside.c a row whose data are bad is left behind, in quarantine
 *     retry.c     rows from quarantine, one by one
 *     retry_pages.c  ... that are no more where they were, of a table without a key
 *     look.c      where the cursor really is
 *     lost.c      a failover has lost slices
 *     finish.c    the closing transaction
 *     tell.c      progress and notes
 */
#ifndef ZDM_BATCH_LOOP_H
#define ZDM_BATCH_LOOP_H

#include <pthread.h>

#include "base/clock.h"
#include "batch/backfill.h"
#include "batch/controller.h"
#include "batch/cursor.h"
#include "batch/cuts.h"
#include "batch/hold.h"
#include "batch/hot_judge.h"
#include "batch/map.h"
#include "batch/meter.h"
#include "batch/pages.h"
#include "batch/quarantine.h"
#include "batch/range.h"
#include "batch/request.h"
#include "batch/statement.h"
#include "batch/steps.h"

#define ZDM_WORKERS_MAX ((size_t)16)

/* How long nothing has gone on for one session, the control connection's or a worker's. */
struct zdm_stuck {
    int64_t since_us; /* 0: it goes on */
    struct zdm_backoff backoff;
    int64_t noted_us; /* last line about it */
    char *waiting;    /* owned, under the job's lock; see zdm_backfill_progress */
};

enum zdm_slice_state { ZDM_SLICE_OPEN, ZDM_SLICE_TAKEN, ZDM_SLICE_THROUGH };

/* One table on disk and the SQL of its rows. */
struct zdm_table {
    struct zdm_backfill_target target;
    struct zdm_batch_sql sql; /* none of a partitioned table whose partitions are walked */
    bool gone;                /* under the lock: it is no partition any more, and that was told */
    bool steps_told;          /* under the lock */
    bool told_back, told_behind; /* under the lock: by reread.c */
    bool clean;         /* under the lock: one look at all of it found nothing, in this sweep */
    int64_t stripes;    /* under the lock: of the ranges that begin from now on */
    struct zdm_hot hot; /* of the main thread */
};

/* How the database tells that a slice is gone because it is at an earlier point, after a failover or a
 * crash, and not because somebody deleted the row: what was committed with it is gone too. lost.c */
struct zdm_origin {
    /* ZDM_CLAIMED: before our run began, and with it the run itself. ZDM_DEFERRED: the batch number
     * that slice `of` went on with. ZDM_FOUND by a sweep, or a partition that is new: nothing, but it
     * will be found again. */
    enum { ZDM_CLAIMED, ZDM_DEFERRED, ZDM_FOUND } how;
    int64_t of, batches;
    unsigned sessions; /* that the job had lost by then */
    bool gone;         /* that slice was seen at an earlier batch since */
};

struct zdm_slice {
    struct zdm_origin origin;
    enum zdm_slice_state state;
    int64_t rows, batches; /* of it, as far as is known */
    bool part;             /* deferred by another one: cursor.h */
    unsigned tries;        /* of a part: how often it was found locked in this run */
    int64_t due_us;        /* of a part: not again before */
};

struct zdm_note {
    char *level, *kind, *message; /* owned */
};

/* Keys of a table to sweep with one query: behind `after` (NULL: from the first) up to `upto` (NULL: all
 * of them, in one look that tells only whether any of their rows does). */
struct zdm_piece {
    struct zdm_table *table; /* borrowed */
    char *after, *upto;      /* owned */
    int64_t rows;            /* estimate */
};

/* Pieces first..last, neighbours, with rows that need it. */
struct zdm_found {
    size_t first, last;
};
#define ZDM_FOUND_KEYS 5

struct zdm_sweep {
    bool pages_looked; /* partitions without a key were, once more. Of the main thread */
    int64_t passes;    /* begun until then */
    char *off;         /* owned: there is none, or no other one; why. Of the main thread */
    int rounds;        /* that found something, in this run. Of the main thread */
    /* Under the lock. */
    bool on;        /* workers sweep instead of sending batches */
    bool backwards; /* they take the last piece first */
    struct zdm_piece *pieces;
    size_t n_pieces, next; /* those before next are taken */
    struct zdm_found *found;
    size_t n_found;
    int64_t rows; /* that need it, in those ranges */
    struct {      /* the first of them that were seen */
        size_t piece;
        char *key; /* owned */
    } keys[ZDM_FOUND_KEYS];
    size_t n_keys;
};

struct zdm_job {
    /* Set before the first worker starts, only read from then on. */
    const struct zdm_backfill_spec *spec;
    int64_t epoch;
    /* Owned, n_tables. The first one is what the plan names; with by_leaf its partitions follow, by
     * oid. More of them come between runs of the workers only. */
    struct zdm_table **tables;
    size_t n_tables;
    bool by_leaf;
    char *conninfo;             /* owned; may hold a password */
    pthread_t main;             /* the thread that runs the job */
    struct zdm_worker *workers; /* ZDM_WORKERS_MAX */
    int quit_fd;                /* readable when the workers are to stop */
    int wake_fd;                /* a worker writes to it: it has ended, or has something to say */

    /* Of the main thread. Hooks call Lua and the ledger, which know no threads. */
    struct zdm_conn *control; /* borrowed */
    const struct zdm_backfill_hooks *hooks;
    struct zdm_stuck stuck; /* of the control connection */
    struct zdm_hold hold;
    int hot_percent;          /* of the updates in this run; -1: not known */
    char pinned_by[96];       /* who was in the way of stripes last; "": nobody is known */
    int64_t counted;          /* rows that were read to know how many there are */
    int64_t told_us;          /* last progress */
    char *paused;             /* owned: by whom and why; NULL: nobody did */
    bool cancelled;           /* somebody asked for it */
    bool analyzed;            /* see zdm_job_analyze() */
    enum zdm_stage stage;     /* written under the lock */
    int64_t knobs[ZDM_KNOBS]; /* in force; written under the lock */

    /* Held while a row is set aside, so that they are counted one after the other. */
    pthread_mutex_t set_aside;
    bool recount;            /* under set_aside: a reply was lost */
    int64_t quarantine_said; /* under set_aside: when a line told of it last */

    /* Under the lock. */
    pthread_mutex_t lock;
    pthread_cond_t go_on;     /* holding or quitting has changed */
    bool quitting;            /* no more batches */
    char *holding;            /* owned: why no batch is sent now; NULL: go on */
    bool in_the_way;          /* ... because somebody waits for our locks */
    int64_t wal;              /* bytes written by batches since the main thread last asked */
    int64_t wal_of_run;       /* ... in this run */
    struct zdm_slice *slices; /* n_slices, by number */
    size_t n_slices;
    unsigned sessions_lost; /* by the control connection and by workers */
    bool behind;            /* a slice is gone, as after a failover: lost.c */
    int64_t passes;         /* begun in this run, but for the first one over each table */
    struct zdm_sweep sweep;
    bool single;      /* one slice, beside parts and what is repaired */
    int64_t moved_us; /* when any of them last did */
    size_t wanted;    /* workers */
    size_t running;
    int64_t rows, batches; /* over all slices */
    int64_t quarantined;   /* rows of this backfill; written under set_aside too */
    struct zdm_meter meter;
    int64_t batch_rows; /* of the last batch of anyone */
    double batch_ms;
    char *pos, *bound;      /* owned; of a single slice, else NULL */
    bool tell_soon;         /* there is something to tell that should not wait */
    struct zdm_note *notes; /* for the main thread to hand on */
    size_t n_notes;
    struct zdm_err failure; /* of the first worker that failed */
    struct zdm_backfill_fault fault;
};

#define ZDM_PASS_XIDS 128

/* Everything here belongs to the thread that drives the worker. */
struct zdm_worker {
    struct zdm_job *job;
    struct zdm_conn *conn; /* owned; NULL: not open yet */
    int64_t slice;
    struct zdm_table *table;                  /* of the slice; written under the lock */
    const struct zdm_backfill_target *target; /* the table's */
    const struct zdm_batch_sql *sql;          /* the table's */
    bool part;                                /* it is a part */
    bool repair;                              /* only its rows that need it are done: needs.h */

    /* The thread: of the main thread, but for what is under the lock. */
    pthread_t thread;
    bool joinable;
    bool barred;  /* under the lock: the server has no session for it */
    bool running; /* under the lock */
    bool seeking; /* under the lock: it has not taken a slice yet */

    struct zdm_spot at; /* where the cursor is, or (range_end) a range that the next batch begins */
    struct zdm_spot to; /* where the batch in question moves it */
    char *bound;        /* owned */
    int64_t total;      /* keys of the slice, estimate; -1: unknown */
    int64_t rows, batches;
    struct zdm_ranges ranges;
    struct zdm_steps steps;
    bool computed;        /* the end of the batch in question was */
    struct zdm_cuts cuts; /* of the range in progress; empty: not known */
    int64_t batch_keys;   /* between the ends of the batch in question, of all stripes */
    bool known;           /* ... and that is how many there are */
    const struct zdm_batch_text *sent; /* the batch sent last, view of sql */
    struct zdm_controller controller;
    struct zdm_controller reading; /* of the parts of a sweep */
    struct zdm_mapper
        mapper; /* of a map: made by the main thread before the worker starts; owned */
    struct zdm_map map;
    struct {
        int64_t batches_us, spent_us;
        bool left_out; /* a part of the range in progress was left for later */
    } reread;
    struct { /* by pages: what tells that the pass is in vain */
        unsigned
            xids[ZDM_PASS_XIDS]; /* of the last batches that changed rows, n of them in this pass */
        size_t n;
        int64_t rows;  /* when it began */
        int64_t keys;  /* walked in it */
        unsigned vain; /* passes in a row that changed nothing for good */
    } pass;
    int64_t fetched; /* bytes of rows that the batch in question brought here */

    /* Trouble. suspect: it lies within that many keys ahead, and ranges stay below half of them;
     * 0: none. */
    int64_t suspect;
    bool unclean;      /* the time of the next batch says nothing about its size */
    unsigned refused;  /* batches in a row that the cursor did not let pass */
    unsigned deferred; /* ranges in a row */
    unsigned slow;     /* times in a row that a single row took too long */
    unsigned bad;      /* rows in a row that went into quarantine */
    bool behind;       /* its slice is gone, as after a failover */
    bool locked;       /* the part is still locked: to be left open */
    bool gone;         /* the slice is of a partition that is none any more: it ends here */
    bool shy;          /* the part that was taken last was */
    struct zdm_stuck stuck;
    struct zdm_backfill_fault fault;
};

/* --- prepare.c ------------------------------------------------------------------ */
int zdm_job_prepare(struct zdm_job *job, struct zdm_err *err);
/* Where the walk of the worker's table ends, and how many rows there are. */
int zdm_job_measure(struct zdm_worker *w, char **bound, int64_t *total, struct zdm_err *err);
/* Makes these slices ours, or (NULL) those that are there as they are, and reads all of them. */
int zdm_job_claim(struct zdm_job *job, const struct zdm_cursors *slices,
    struct zdm_cursors *cursors, struct zdm_err *err);
/* All slices as the database has them, tried until it answers; releases what *cursors held. */
int zdm_job_read_cursors(struct zdm_job *job, struct zdm_cursors *cursors, struct zdm_err *err);
/* Takes over what the database says about all slices; between runs of the workers only. */
int zdm_job_adopt(struct zdm_job *job, const struct zdm_cursors *cursors, struct zdm_err *err);

/* --- table.c --------------------------------------------------------------------- */
/* The table that the plan names; NULL: it was not looked up yet. */
const struct zdm_backfill_target *zdm_job_target(const struct zdm_job *job);
/* Looks it up, opens the first worker, and has the server check the SQL of whatever is walked: the table,
 * or its partitions. */
int zdm_job_find_tables(
    struct zdm_job *job, const struct zdm_cursors *cursors, struct zdm_err *err);
/* The SQL of a table, checked by the server; the first worker is about it then. */
int zdm_job_build(struct zdm_job *job, struct zdm_table *table, struct zdm_err *err);
/* Takes *target. */
struct zdm_table *zdm_job_add_table(struct zdm_job *job, struct zdm_backfill_target *target);
/* Drops all but the first `keep`. */
void zdm_job_drop_tables(struct zdm_job *job, size_t keep);
/* The table that the cursor is of; NULL: a partition that is gone, or that no one has looked up yet. */
struct zdm_table *zdm_job_table_of(const struct zdm_job *job, const struct zdm_cursor *cursor);
struct zdm_table *zdm_job_leaf(const struct zdm_job *job, unsigned oid);
/* From now on it is about that table. */
void zdm_worker_walks(struct zdm_worker *w, struct zdm_table *table);

/* --- leaves.c ---------------------------------------------------------------------- */
/* From now on the job goes partition by partition; on failure all is as before. */
int zdm_leaves_begin(struct zdm_job *job, const struct zdm_cursors *cursors, struct zdm_err *err);
/* Looks up the partitions that there are now, but for those that are known, and has the server check
 * their SQL. `cursors` say how they were begun. */
int zdm_leaves_find(struct zdm_job *job, const struct zdm_cursors *cursors, struct zdm_err *err);
/* Slices of the partitions that have none yet, from number `first` on; *out is owned. */
int zdm_leaves_cut(struct zdm_job *job, const struct zdm_cursors *cursors, int64_t first,
    struct zdm_cursors *out, struct zdm_err *err);
/* Something went wrong (*err), or a batch did not pass: is it that the worker's slice is of a partition
 * that is gone? True clears *err; and *err may say better what is wrong. */
bool zdm_leaf_gone(struct zdm_worker *w, struct zdm_err *err);
/* The same of a partition that nobody has looked up. */
void zdm_leaf_note_gone(struct zdm_job *job, const char *identity);

/* --- slice.c --------------------------------------------------------------------- */
enum { ZDM_SLICES_MAX = 64 }; /* enough for 16 workers to end at about the same time */
/* Cuts the keys up to `bound` (NULL: none) into at most `most` slices of about the same number of rows,
 * and adds them to *out: with pos, bound, total and relation, numbered from `first` on. */
int zdm_slices_cut(struct zdm_worker *w, const char *bound, int64_t total, size_t most,
    int64_t first, struct zdm_cursors *out, struct zdm_err *err);
/* Takes an open slice and adopts its cursor. *found false: there is none left. */
int zdm_slice_take(struct zdm_worker *w, bool *found, struct zdm_err *err);
/* The worker leaves its slice, for another to go on with it. */
void zdm_slice_leave(struct zdm_worker *w);
/* The worker's slice is through. */
void zdm_slice_through(struct zdm_worker *w);
/* It is a part that is still locked: later. */
void zdm_slice_postpone(struct zdm_worker *w);
/* There is a new part of that number, which batch number `batches` of slice `of` left. */
void zdm_slice_add_part(struct zdm_job *job, int64_t slice, int64_t of, int64_t batches);
/* Is there a slice, no part, that nobody has taken? */
bool zdm_slice_waits(struct zdm_job *job);

/* --- next.c ----------------------------------------------------------------------- */
/* The upper end of the next batch, *upto owned; sets w->to. NULL: the slice is through. */
int zdm_worker_next(struct zdm_worker *w, char **upto, struct zdm_err *err);
/* The batch is committed: w->to is where the cursor is. ms < 0: it took nobody knows how long. */
void zdm_worker_advance(
    struct zdm_worker *w, int64_t rows, int64_t batches, int64_t wal, double ms);
/* The batch was left for later: w->to is where the cursor is. */
void zdm_worker_pass(struct zdm_worker *w, int64_t rows, int64_t batches);
/* The one row of the batch is in quarantine: w->to is where the cursor is. */
void zdm_worker_skip(struct zdm_worker *w, int64_t rows, int64_t batches);
/* From now on batches of half as many keys, until the trouble in them is found or passed. */
void zdm_worker_narrow(struct zdm_worker *w);
/* Forgets what was looked up for the batches ahead, and a range that no batch has begun. */
void zdm_worker_forget(struct zdm_worker *w);

/* --- hot.c ------------------------------------------------------------------------ */
/* How many stripes a range has, from now on: looks once a second how many updates were HOT, at the tables
 * that are worked at. */
void zdm_job_start_hot(struct zdm_job *job);
void zdm_job_tune_hot(struct zdm_job *job); /* another number was asked for */
int zdm_job_watch_hot(struct zdm_job *job, struct zdm_err *err);
void zdm_job_tell_hot(struct zdm_job *job); /* how long there were no stripes, at the end */
/* *cuts: how many batches a stripe is done in. */
int64_t zdm_worker_stripes(struct zdm_worker *w, size_t *cuts);

/* --- backfill.c ------------------------------------------------------------------- */
/* Slice after slice until none is left; on the worker's thread. */
int zdm_worker_run(struct zdm_worker *w, struct zdm_err *err);

/* --- pool.c ----------------------------------------------------------------------- */
void zdm_job_init(struct zdm_job *job); /* lock and wake-up calls */
void zdm_job_release(struct zdm_job *job);
/* All workers until every slice is through, one fails, or a stop is asked for. */
int zdm_job_run(struct zdm_job *job, struct zdm_err *err);
bool zdm_job_on_main(const struct zdm_job *job);
void zdm_job_lock(struct zdm_job *job);
void zdm_job_unlock(struct zdm_job *job);
void zdm_job_wake(struct zdm_job *job); /* the main thread */
/* Any thread: waits, at most until the workers are to stop: -1. */
int zdm_job_sleep(struct zdm_job *job, int64_t ms);
/* The worker's turn is over: fewer are wanted now. Under the lock. */
bool zdm_worker_surplus(const struct zdm_worker *w);
/* Between two batches: waits while the job holds, takes over the pace. -1: stop; 1: its turn is over. */
int zdm_worker_wait_to_go_on(struct zdm_worker *w);
void zdm_worker_wrote(struct zdm_worker *w, int64_t wal); /* bytes, for the rate */

/* --- worker.c -------------------------------------------------------------------- */
/* "zdm/PLAN/STEP/" and suffix in the 63 bytes of an application_name: the names give way. Owned. */
char *zdm_batch_application(const struct zdm_backfill_spec *spec, const char *suffix);
int zdm_worker_open(struct zdm_worker *w, struct zdm_err *err);
/* What its session needs, under the name of its slice. */
int zdm_worker_set_session(struct zdm_worker *w, struct zdm_err *err);
/* A new session after *err, tried until it works or patience is over. first: the one before did
 * some work. */
int zdm_worker_reconnect(struct zdm_worker *w, bool first, struct zdm_err *err);
/* The batch up to `upto`, from w->at to w->to; views of the worker. */
struct zdm_batch zdm_worker_in_question(const struct zdm_worker *w, const char *upto);
/* Not applied: the cursor did not stand at w->at with our epoch, nothing was changed. */
struct zdm_batch_done {
    bool applied;
    int64_t rows, batches; /* of all batches so far */
    int64_t wal;           /* bytes that the server wrote meanwhile */
    unsigned xid;          /* by pages: of its transaction, else 0 */
};
/* How long the batch in question may take, its statement_timeout: 20 times the target, a second at
 * least. */
int64_t zdm_worker_most_ms(const struct zdm_worker *w);
/* Sends the batch from w->at to w->to. */
int zdm_worker_batch(
    struct zdm_worker *w, const char *upto, struct zdm_batch_done *done, struct zdm_err *err);

/* --- map_batch.c -------------------------------------------------------------------- */
/* Sends the batch of q through the function. *r: what the writing statement gave. Failed: the
 * transaction is over. */
int zdm_worker_map(
    struct zdm_worker *w, const struct zdm_request *q, struct zdm_result **r, struct zdm_err *err);
/* One row from quarantine: what `retry` (statement.h) with these parameters gives, through the function. */
struct zdm_retried_row {
    bool ours;      /* the plan is, and the partition is one still */
    bool was_there; /* in quarantine */
    bool changed;
};
int zdm_worker_map_again(struct zdm_worker *w, const struct zdm_statement_text *retry,
    struct zdm_retried_row *out, struct zdm_err *err);
/* What a function failed with, for quarantine; without values unless `values`. Owned. */
char *zdm_map_message(const struct zdm_worker *w, const struct zdm_err *why, bool values);

/* --- explain.c ---------------------------------------------------------------------- */
/* EXPLAIN of all batch statements: every name, type and right is checked, nothing runs. */
int zdm_worker_check(struct zdm_worker *w, struct zdm_err *err);
/* With keys of the table behind `start` up to `bound`: a large table that each batch would read whole
 * is refused. */
int zdm_worker_check_scan(
    struct zdm_worker *w, const char *start, const char *bound, struct zdm_err *err);
/* In the first slice of each table in which there is something to do. */
int zdm_job_check_scans(
    struct zdm_job *job, const struct zdm_cursors *cursors, struct zdm_err *err);

/* --- sweep.c ------------------------------------------------------------------------ */
/* Pieces of a sweep to take, while one is on. Under the lock. */
size_t zdm_sweep_open(const struct zdm_job *job);
/* The rows of a range that need it, as statement.h says; *r NULL when one of them is an error. */
int zdm_worker_ask_found(struct zdm_worker *w, const char *after, const char *upto,
    struct zdm_result **r, struct zdm_err *err);
/* Piece after piece until none is left; on the worker's thread. */
int zdm_worker_sweep(struct zdm_worker *w, struct zdm_err *err);
/* When every slice is through: looks for rows that still need it. *clean false: there were some, and
 * slices that do them. */
int zdm_job_sweep(struct zdm_job *job, bool *clean, struct zdm_err *err);
void zdm_sweep_release(struct zdm_sweep *sweep);

/* --- reread.c ------------------------------------------------------------------------ */
/* Is it time for it, when the range in progress is through? */
bool zdm_reread_due(const struct zdm_worker *w);
/* After a batch that took `ms`. upto not NULL: looks at the range again that it ended, and tells of a row
 * that needs the backfill. */
int zdm_worker_reread(
    struct zdm_worker *w, const char *after, const char *upto, double ms, struct zdm_err *err);

/* --- repair.c ------------------------------------------------------------------------ */
/* Does the row with that key still need the backfill right after its change? Tried in a transaction that is
 * rolled back. */
int zdm_row_still(struct zdm_conn *conn, const struct zdm_table *table, const char *key,
    bool *still, struct zdm_err *err);
/* Does the change last in a row that was found, or does something take it back? Tried on one row, in a
 * transaction that is rolled back. */
int zdm_repair_lasts(struct zdm_job *job, bool *lasts, struct zdm_err *err);
/* Makes slices of what was found, in one transaction. */
int zdm_repair_begin(struct zdm_job *job, struct zdm_err *err);

/* Can the server do what the final sweep asks? *why_not, owned, when it cannot. */
int zdm_worker_check_sweep(struct zdm_worker *w, char **why_not, struct zdm_err *err);

/* --- pass.c ------------------------------------------------------------------------- */
/* A batch by pages changed nothing: was the table rewritten? *again: then a new pass has begun. */
int zdm_pass_rewritten(struct zdm_worker *w, bool *again, struct zdm_err *err);
/* A batch by pages has changed rows, in that transaction. */
void zdm_pass_changed(struct zdm_worker *w, unsigned xid);
/* At the bound: *again when rows that still need it were found, and another pass has begun. */
int zdm_pass_sweep(struct zdm_worker *w, bool *again, struct zdm_err *err);

/* --- hold.c ------------------------------------------------------------------------ */
int zdm_hold_start(struct zdm_job *job, struct zdm_err *err);
void zdm_hold_stop(struct zdm_job *job);
/* Another limit of a replica's lag, 0: none. */
int zdm_hold_set_lag(struct zdm_job *job, int64_t lag_ms, struct zdm_err *err);
/* How much time went to holding, at the end. */
void zdm_hold_tell_shares(struct zdm_job *job);
/* Looks at the signals when it is time, and stops the workers or lets them go on. *again_ms: when to
 * call it again at the latest. */
int zdm_job_hold(struct zdm_job *job, int64_t *again_ms, struct zdm_err *err);

/* --- steer.c ------------------------------------------------------------------------ */
void zdm_job_as_planned(struct zdm_job *job);
/* Asks what people want, and sees to it. */
int zdm_job_steer(struct zdm_job *job, struct zdm_err *err);

/* --- trouble.c -------------------------------------------------------------------- */
/* The control connection failed with *err: 0 (and *err cleared) when it is worth trying again. */
int zdm_control_again(struct zdm_job *job, struct zdm_err *err);
/* The same for the worker, outside a batch; reconnects when the session is lost. */
int zdm_worker_again(struct zdm_worker *w, struct zdm_err *err);
/* A batch up to `upto` failed with *err. 0: try again behind w->at; *look: what became of it is
 * not known. */
int zdm_batch_again(struct zdm_worker *w, const char *upto, bool *look, struct zdm_err *err);
/* How the error begins of a map that does not change a row, where batches check `where`. */
#define ZDM_MAP_LEAVES "the map leaves a row of "
/* By pages: *err as ZDM_WHERE_STAYS; -1. */
int zdm_worker_where_stays(const struct zdm_worker *w, struct zdm_err *err);
/* Puts *err (of that statement, sent behind `prefix` characters) into the worker's fault. */
void zdm_worker_blame(
    struct zdm_worker *w, const struct zdm_batch_text *batch, int prefix, struct zdm_err *err);
/* "row of public.users with id = 7" or "rows of public.users with id > 1 and id <= 7"; owned. */
char *zdm_worker_range(const struct zdm_worker *w, const char *upto);
/* Something went on: trouble is over. */
void zdm_worker_unstuck(struct zdm_worker *w);

/* --- defer.c ------------------------------------------------------------------------- */
/* Is the table as a whole locked, so that no row of it is the trouble? */
bool zdm_worker_table_locked(struct zdm_worker *w);
/* May the locked range ahead be deferred? */
bool zdm_worker_may_defer(const struct zdm_worker *w);
/* Leaves the range up to `upto` for later, because of *err. *look: what became of that is not known. */
int zdm_worker_defer(
    struct zdm_worker *w, const char *upto, const char *who, bool *look, struct zdm_err *err);

/* --- set_aside.c ----------------------------------------------------------------------- */
/* Moves the cursor past the one row up to `upto`, whose data are bad (*err), and puts it into
 * quarantine. 1, and *err as it was: there is no room for it. *look: what became of that is not known. */
int zdm_worker_set_aside(struct zdm_worker *w, const char *upto, bool *look, struct zdm_err *err);
/* By pages: what is no more at its place in the worker's table leaves quarantine; the sweep looks for the rows
 * themselves. The number of rows in it is to be counted anew. */
int zdm_worker_drop_stale(struct zdm_worker *w, struct zdm_err *err);
/* What is written down about it, right behind the error on the worker's session. Owned. */
char *zdm_worker_bad_message(const struct zdm_worker *w, const struct zdm_err *why);

/* --- retry.c ------------------------------------------------------------------------- */
int zdm_retry_taken_over(const struct zdm_job *job, struct zdm_err *err); /* -1 */
/* Does a row once; one that fails is written down, in quarantine anew when row->tries is 0. *gone: its table
 * is no partition any more. *moved: by pages, it is no more where it was. */
int zdm_retry_row(struct zdm_worker *w, const struct zdm_bad_row *row,
    const struct zdm_position *key, struct zdm_retried *out, bool *gone, bool *moved,
    struct zdm_err *err);

/* --- retry_pages.c --------------------------------------------------------------------- */
/* `moved` rows in quarantine are no more where they were: does what needs it in the worker's table. */
int zdm_retry_settle(
    struct zdm_worker *w, int64_t moved, struct zdm_retried *out, struct zdm_err *err);

/* --- look.c ------------------------------------------------------------------------- */
/* Reads the cursor on the worker, behind any batch in flight, and adopts where it is. *moved: it is
 * elsewhere than at w->at. ZDM_ERR_OWNED, ZDM_ERR_MISMATCH when it is not ours any more. */
int zdm_worker_look(struct zdm_worker *w, bool *moved, struct zdm_err *err);
/* The same for a slice that was just taken: whatever the cursor says is adopted. */
int zdm_worker_read(struct zdm_worker *w, struct zdm_err *err);
/* The worker's slice is at `spot` now. keys: walked by a batch in `ms`; -1: by none. */
void zdm_worker_moved(struct zdm_worker *w, const struct zdm_spot *spot, int64_t rows,
    int64_t batches, int64_t keys, double ms);
/* Is an existing row, of that table (NULL: of a partition that is gone), one that this run may go on
 * with? */
int zdm_job_check_cursor(const struct zdm_job *job, const struct zdm_backfill_target *target,
    const struct zdm_cursor *cursor, struct zdm_err *err);
/* Are all of them, and is none missing? */
int zdm_job_check_cursors(
    const struct zdm_job *job, const struct zdm_cursors *cursors, struct zdm_err *err);

/* --- lost.c -------------------------------------------------------------------------- */
void zdm_job_lost_session(struct zdm_job *job); /* any thread */
/* Slice `slice` is not in the database. Is it gone with the end of what was committed? */
bool zdm_slice_may_be_lost(struct zdm_job *job, int64_t slice);
/* The slices from `first` on are of what was found meanwhile. */
void zdm_slices_found(struct zdm_job *job, size_t first);
/* A slice was found at `batches`, less than before: parts that it left later are gone. */
void zdm_slice_rewound(struct zdm_job *job, int64_t slice, int64_t batches);
/* All slices, read anew: may this run go on with them, or take them over when some were lost? */
int zdm_job_check_slices(
    struct zdm_job *job, const struct zdm_cursors *cursors, struct zdm_err *err);
/* When no worker runs, after one found its slice gone: goes on with those that are there. */
int zdm_job_regain(struct zdm_job *job, struct zdm_err *err);

/* --- finish.c ------------------------------------------------------------------------ */
/* *done false: a cursor was put back meanwhile, there are batches to do. */
int zdm_job_finish(struct zdm_job *job, bool *done, struct zdm_err *err);

/* --- tell.c, from any thread -------------------------------------------------------- */
void zdm_job_stage(struct zdm_job *job, enum zdm_stage stage); /* told soon */
/* On the main thread: hands on the notes, and calls hooks->progress when it is time. */
void zdm_job_tell(struct zdm_job *job, bool now);
void zdm_job_note(struct zdm_job *job, const char *level, const char *kind, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* Is it time for another line about what does not go on? The first one comes at once. */
bool zdm_stuck_worth_a_note(struct zdm_stuck *stuck);
/* What a session waits for; NULL: it does not. Told soon when it is something new. */
void zdm_job_waits(struct zdm_job *job, struct zdm_stuck *stuck, const char *why);
int zdm_job_stopped(const struct zdm_job *job, struct zdm_err *err); /* ZDM_ERR_INTERRUPTED */

#endif
