/*
 * loop_sweep.h - rows that still need the backfill: found at the end, between batches or by another pass, and done.
 * Part of loop.h, which says what the parts of a job are. Private to batch/.
 */
#ifndef ZDM_BATCH_LOOP_SWEEP_H
#define ZDM_BATCH_LOOP_SWEEP_H

#include "pg/conn.h"

struct zdm_job;
struct zdm_worker;
struct zdm_table;
struct zdm_sweep;

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

/* --- repair.c ------------------------------------------------------------------------ */
/* Does the row with that key still need the backfill right after its change? Tried in a transaction that is
 * rolled back. */
int zdm_row_still(struct zdm_conn *conn, const struct zdm_table *table, const char *key,
    bool *still, struct zdm_err *err);
/* That it does, and what may be the reason: "a row of t is as it was after the change (id = 7), as if ..."; owned.
 * keys: "id = 7". */
char *zdm_row_undone(
    const struct zdm_job *job, const struct zdm_backfill_target *target, const char *keys);
/* Does the change last in a row that was found, or does something take it back? Tried on one row, in a
 * transaction that is rolled back. */
int zdm_repair_lasts(struct zdm_job *job, bool *lasts, struct zdm_err *err);
/* Makes slices of what was found, in one transaction. */
int zdm_repair_begin(struct zdm_job *job, struct zdm_err *err);

/* Can the server do what the final sweep asks? *why_not, owned, when it cannot. */
int zdm_worker_check_sweep(struct zdm_worker *w, char **why_not, struct zdm_err *err);

/* --- reread.c ------------------------------------------------------------------------ */
/* Is it time for it, when the range in progress is through? */
bool zdm_reread_due(const struct zdm_worker *w);
/* After a batch that took `ms`. upto not NULL: looks at the range again that it ended, and tells of a row
 * that needs the backfill. */
int zdm_worker_reread(
    struct zdm_worker *w, const char *after, const char *upto, double ms, struct zdm_err *err);

/* --- pass.c ------------------------------------------------------------------------- */
/* A batch by pages changed nothing: was the table rewritten? *again: then a new pass has begun. */
int zdm_pass_rewritten(struct zdm_worker *w, bool *again, struct zdm_err *err);
/* A batch by pages has changed rows, in that transaction. */
void zdm_pass_changed(struct zdm_worker *w, unsigned xid);
/* At the bound: *again when rows that still need it were found, and another pass has begun. */
int zdm_pass_sweep(struct zdm_worker *w, bool *again, struct zdm_err *err);

#endif
