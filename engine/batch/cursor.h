/*
 * cursor.h - zdm.cursor: how far each slice of a backfill is.
 *
 * A slice is the keys behind its first pos up to its bound, both frozen by the
 * first batch; slice 0 begins with pos NULL, before every key. A NULL bound is
 * a slice without rows. A slice whose pos is its bound is through; all of them
 * become done together, with the backfill.
 *
 * A range that somebody keeps locked is deferred: the statement that moves its slice past it makes it a
 * slice of its own, a part, which is then done like any other. So does a range in which the final sweep
 * found rows that need it: of these alone (needs.h).
 */
#ifndef ZDM_BATCH_CURSOR_H
#define ZDM_BATCH_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "pg/conn.h"

/* How far a slice is. Rows up to pos are done. Of the range behind it that ends with range_end (NULL:
 * there is none in progress) those of the stripes before `stripe` are done, and of that one those up
 * to stripe_pos (NULL: pos). */
struct zdm_spot {
    char *pos, *range_end, *stripe_pos; /* owned, may be NULL */
    int64_t stripe, stripes;
};
void zdm_spot_copy(const struct zdm_spot *from, struct zdm_spot *to); /* releases what was there */
void zdm_spot_release(struct zdm_spot *spot);
bool zdm_spot_same(const struct zdm_spot *a, const struct zdm_spot *b);

struct zdm_cursor {
    bool exists;
    int64_t slice, epoch, rows, batches, total; /* total: estimate at creation, -1 unknown */
    struct zdm_spot at;
    char *bound;    /* owned, may be NULL */
    char *relation; /* owned; identity of table and key (identity.h), NULL: not known */
    unsigned leaf;  /* oid of the partition that it is of; 0: of none, or it is gone */
    char state[12]; /* "open" or "done" */
    bool part;      /* deferred by another slice */
    int64_t round;  /* of the final sweep that found it; 0: of the walk */
    int64_t at_ms;
    int64_t leaves,
        leaves_through; /* of a sum: partitions, and those of which nothing is left to do */
};

struct zdm_cursors { /* the slices of a backfill, in order */
    struct zdm_cursor *items;
    size_t count;
};

/* Reads one slice; lock true takes FOR UPDATE (in the caller's transaction, or to wait for a batch
 * in flight). exists is false when there is none. */
int zdm_cursor_read(struct zdm_conn *conn, const char *plan, const char *step, int64_t slice,
    bool lock, struct zdm_cursor *out, struct zdm_err *err);
/* Reads all of them. */
int zdm_cursors_read(struct zdm_conn *conn, const char *plan, const char *step,
    struct zdm_cursors *out, struct zdm_err *err);
/* The whole backfill as if it were one slice: sums; state "done" when all are; pos and bound only of
 * a single slice (beside parts), else NULL. */
void zdm_cursors_sum(const struct zdm_cursors *cursors, struct zdm_cursor *out);
/* Is it a piece of the walk, rather than a part of one or a range to repair? */
bool zdm_cursor_whole(const struct zdm_cursor *cursor);
/* Is there a batch? Without one nothing holds to what the rows say: another key may be meant by now. */
bool zdm_cursors_begun(const struct zdm_cursors *cursors);
bool zdm_cursor_through(const struct zdm_cursor *cursor); /* nothing is left to do in it */

/* In an open transaction: makes the row, or adopts an existing one by raising its epoch to ours. A
 * row of a later epoch: ZDM_ERR_OWNED. */
int zdm_cursor_claim(struct zdm_conn *conn, const char *plan, const char *step, int64_t epoch,
    const struct zdm_cursor *slice, struct zdm_err *err);
/* The same for every row that there is, as it is. */
int zdm_cursors_raise(
    struct zdm_conn *conn, const char *plan, const char *step, int64_t epoch, struct zdm_err *err);
/* In an open transaction: marks all of them done if each is ours and through, or (with the oid of the
 * partitioned table `root`; 0: none) of what is no partition of it any more, and each partition has
 * some; *slices 0: not so, and nothing may be committed. Sums over them in *rows and *batches. */
int zdm_cursors_finish(struct zdm_conn *conn, const char *plan, const char *step, int64_t epoch,
    unsigned root, int64_t *slices, int64_t *rows, int64_t *batches, struct zdm_err *err);

/* "plan = 'p' AND step = 's'": which rows to look at, for hints. Owned. */
char *zdm_cursor_where(const char *plan, const char *step);
void zdm_cursor_release(struct zdm_cursor *cursor);
void zdm_cursors_release(struct zdm_cursors *cursors);

#endif
