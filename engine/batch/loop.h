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
 *
 * Their functions stand in loop_job.h, loop_worker.h and loop_sweep.h, which come along with this header.
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
#include "batch/loop_job.h"
#include "batch/loop_sweep.h"
#include "batch/loop_worker.h"
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

#endif
