/*
 * loop_worker.h - one worker: its slices, batches and session, and what becomes of a batch that fails.
 * Part of loop.h, which says what the parts of a job are. Private to batch/.
 */
#ifndef ZDM_BATCH_LOOP_WORKER_H
#define ZDM_BATCH_LOOP_WORKER_H

#include "batch/backfill.h"
#include "batch/cursor.h"
#include "batch/quarantine.h"
#include "batch/request.h"
#include "batch/statement.h"

struct zdm_job;
struct zdm_worker;

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

/* --- backfill.c ------------------------------------------------------------------- */
/* Slice after slice until none is left; on the worker's thread. */
int zdm_worker_run(struct zdm_worker *w, struct zdm_err *err);

/* --- worker_session.c -------------------------------------------------------------- */
/* "zdm/PLAN/STEP/" and suffix in the 63 bytes of an application_name: the names give way. Owned. */
char *zdm_batch_application(const struct zdm_backfill_spec *spec, const char *suffix);
int zdm_worker_connect(struct zdm_worker *w, struct zdm_err *err);
/* What its session needs, under the name of its slice. */
int zdm_worker_set_session(struct zdm_worker *w, struct zdm_err *err);

/* --- whereabouts.c ----------------------------------------------------------------- */
/* From now on the worker is about that table. */
void zdm_worker_walks(struct zdm_worker *w, struct zdm_table *table);
/* The worker's slice is at `spot` now. keys: walked by a batch in `ms`; -1: by none. */
void zdm_worker_moved(struct zdm_worker *w, const struct zdm_spot *spot, int64_t rows,
    int64_t batches, int64_t keys, double ms);
/* The batch up to `upto`, from w->at to w->to; views of the worker. */
struct zdm_batch zdm_worker_in_question(const struct zdm_worker *w, const char *upto);
/* How long the batch in question may take, its statement_timeout: 20 times the target, a second at
 * least. */
int64_t zdm_worker_most_ms(const struct zdm_worker *w);
/* "row of public.users with id = 7" or "rows of public.users with id > 1 and id <= 7"; owned. */
char *zdm_worker_range(const struct zdm_worker *w, const char *upto);

/* --- worker.c -------------------------------------------------------------------- */
/* Not applied: the cursor did not stand at w->at with our epoch, nothing was changed. */
struct zdm_batch_done {
    bool applied;
    int64_t rows, batches; /* of all batches so far */
    int64_t wal;           /* bytes that the server wrote meanwhile */
    unsigned xid;          /* by pages: of its transaction, else 0 */
};
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
/* Puts *err (of that statement, sent behind `prefix` characters) into the worker's fault. */
void zdm_worker_blame(
    struct zdm_worker *w, const struct zdm_batch_text *batch, int prefix, struct zdm_err *err);

/* --- again.c ------------------------------------------------------------------------ */
/* Its first session; one that ends at once is made anew. */
int zdm_worker_open(struct zdm_worker *w, struct zdm_err *err);
/* The control connection failed with *err: 0 (and *err cleared) when it is worth trying again. */
int zdm_control_again(struct zdm_job *job, struct zdm_err *err);
/* The same for the worker, outside a batch; reconnects when the session is lost. */
int zdm_worker_again(struct zdm_worker *w, struct zdm_err *err);
/* Something went on: trouble is over. */
void zdm_worker_unstuck(struct zdm_worker *w);
int64_t zdm_job_patience_ms(const struct zdm_job *job); /* how long it may make no progress */
/* Notes that nothing goes on; true when that has lasted too long. */
bool zdm_job_out_of_patience(const struct zdm_job *job, struct zdm_stuck *stuck);
/* -1: *err says that there was no progress for so long. */
int zdm_job_give_up(struct zdm_job *job, const char *doing, struct zdm_err *err);
/* Longer each time; ZDM_ERR_INTERRUPTED when a stop is asked for. */
int zdm_job_wait_a_moment(struct zdm_job *job, struct zdm_stuck *stuck, struct zdm_err *err);
/* Sessions with open transactions on the table, the longest first: one of them has the lock. Owned. */
char *zdm_worker_blockers(struct zdm_worker *w);

/* --- trouble.c -------------------------------------------------------------------- */
/* A batch up to `upto` failed with *err. 0: try again behind w->at; *look: what became of it is
 * not known. */
int zdm_batch_again(struct zdm_worker *w, const char *upto, bool *look, struct zdm_err *err);
/* How the error begins of a map that does not change a row, where batches check `where`. */
#define ZDM_MAP_LEAVES "the map leaves a row of "
/* By pages: *err as ZDM_WHERE_STAYS; -1. */
int zdm_worker_where_stays(const struct zdm_worker *w, struct zdm_err *err);

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

/* --- retry_row.c --------------------------------------------------------------------- */
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
/* Is an existing row, of that table (NULL: of a partition that is gone), one that this run may go on
 * with? */
int zdm_job_check_cursor(const struct zdm_job *job, const struct zdm_backfill_target *target,
    const struct zdm_cursor *cursor, struct zdm_err *err);
/* Are all of them, and is none missing? */
int zdm_job_check_cursors(
    const struct zdm_job *job, const struct zdm_cursors *cursors, struct zdm_err *err);

#endif
