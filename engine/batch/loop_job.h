/*
 * loop_job.h - the job as a whole: what the thread that runs it does, and how all threads speak to each other.
 * Part of loop.h, which says what the parts of a job are. Private to batch/.
 */
#ifndef ZDM_BATCH_LOOP_JOB_H
#define ZDM_BATCH_LOOP_JOB_H

#include "batch/backfill.h"
#include "batch/cursor.h"
#include "batch/target.h"

struct zdm_batch_sql;
struct zdm_job;
struct zdm_worker;
struct zdm_table;
struct zdm_stuck;

/* --- prepare.c ------------------------------------------------------------------ */
int zdm_job_prepare(struct zdm_job *job, struct zdm_err *err);
/* Makes these slices ours, or (NULL) those that are there as they are, and reads all of them. */
int zdm_job_claim(struct zdm_job *job, const struct zdm_cursors *slices,
    struct zdm_cursors *cursors, struct zdm_err *err);
/* All slices as the database has them, tried until it answers; releases what *cursors held. */
int zdm_job_read_cursors(struct zdm_job *job, struct zdm_cursors *cursors, struct zdm_err *err);

/* --- table.c --------------------------------------------------------------------- */
/* The table that the plan names; NULL: it was not looked up yet. */
const struct zdm_backfill_target *zdm_job_target(const struct zdm_job *job);
/* Takes *target. */
struct zdm_table *zdm_job_add_table(struct zdm_job *job, struct zdm_backfill_target *target);
/* Drops all but the first `keep`. */
void zdm_job_drop_tables(struct zdm_job *job, size_t keep);
/* The table that the cursor is of; NULL: a partition that is gone, or that no one has looked up yet. */
struct zdm_table *zdm_job_table_of(const struct zdm_job *job, const struct zdm_cursor *cursor);
struct zdm_table *zdm_job_leaf(const struct zdm_job *job, unsigned oid);

/* --- table_find.c ------------------------------------------------------------------ */
/* Looks it up, opens the first worker, and has the server check the SQL of whatever is walked: the table,
 * or its partitions. */
int zdm_job_find_tables(
    struct zdm_job *job, const struct zdm_cursors *cursors, struct zdm_err *err);

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

/* --- hot.c ------------------------------------------------------------------------ */
/* How many stripes a range has, from now on: looks once a second how many updates were HOT, at the tables
 * that are worked at. */
void zdm_job_start_hot(struct zdm_job *job);
void zdm_job_tune_hot(struct zdm_job *job); /* another number was asked for */
int zdm_job_watch_hot(struct zdm_job *job, struct zdm_err *err);
void zdm_job_tell_hot(struct zdm_job *job); /* how long there were no stripes, at the end */
/* *cuts: how many batches a stripe is done in. */
int64_t zdm_worker_stripes(struct zdm_worker *w, size_t *cuts);

/* --- pool.c ----------------------------------------------------------------------- */
void zdm_job_init(struct zdm_job *job); /* lock and wake-up calls */
void zdm_job_release(struct zdm_job *job);
/* All workers until every slice is through, one fails, or a stop is asked for. */
int zdm_job_run(struct zdm_job *job, struct zdm_err *err);

/* --- threads.c -------------------------------------------------------------------- */
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
void zdm_job_lost_session(struct zdm_job *job);           /* any thread */

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

/* --- measure.c -------------------------------------------------------------------- */
/* Where the walk of the worker's table ends, and how many rows there are. */
int zdm_job_measure(struct zdm_worker *w, char **bound, int64_t *total, struct zdm_err *err);
/* The planner's estimate of the keys behind `after` (NULL: from the first on) up to `bound`. */
int zdm_job_estimate_ahead(struct zdm_job *job, const struct zdm_batch_sql *sql, const char *after,
    const char *bound, int64_t *keys, struct zdm_err *err);

/* --- adopt.c ---------------------------------------------------------------------- */
/* Takes over what the database says about all slices; between runs of the workers only. */
int zdm_job_adopt(struct zdm_job *job, const struct zdm_cursors *cursors, struct zdm_err *err);

/* --- table_build.c ---------------------------------------------------------------- */
/* The SQL of a table, checked by the server; the first worker is about it then. */
int zdm_job_build(struct zdm_job *job, struct zdm_table *table, struct zdm_err *err);

/* --- lost.c -------------------------------------------------------------------------- */
/* Slice `slice` is not in the database. Is it gone with the end of what was committed? */
bool zdm_slice_may_be_lost(struct zdm_job *job, int64_t slice);
/* The same, under the lock. */
bool zdm_slice_lost_locked(const struct zdm_job *job, int64_t slice);
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
