/*
 * order.h - the SQL of a key's order: conditions for what lies between two positions (pure text).
 *
 * A position is n parameters, one a column of the key. "Behind" is written out
 * column by column, never as a comparison of rows: an index scan does not end at
 * the upper row of ROW(a, b) <= ROW(x, y) but at the end of a = x (measured on
 * PostgreSQL 14 to 18: a batch then costs as much as the rest of its group), and
 * the planner takes two such limits for half of the table.
 *
 *     a = A1 AND b > A2  OR  a > A1 AND a < U1  OR  a = U1 AND b <= U2
 *
 * Each arm is a range of the index. When the first columns of both ends are the
 * same text one arm is left: a = U1 AND b > A2 AND b <= U2. Texts that differ
 * may still be equal (1.0 and 1.00, a collation without case): the arms are then
 * too wide, and the whole conditions behind them say what is meant.
 */
#ifndef ZDM_BATCH_ORDER_H
#define ZDM_BATCH_ORDER_H

#include "base/buf.h"
#include "batch/target.h"

/* Where the columns of a position are: parameters from `param` on (1 is $1), or, with 0, the columns
 * k1, k2, ... of what is called zdm_order_own_name(ZDM_ORDER_ENDS). */
#define ZDM_ORDER_ENDS "zdm_ends"

/* A name for something beside the table's rows in a statement: `base`, or like it, but not what these are called,
 * and in no text of the author's that stands there (or NULL). Owned. */
char *zdm_order_own_name(const struct zdm_backfill_target *t, const char *base, const char *text);

/* The table in FROM: "public.users", or a partition AS the table that it is of. */
void zdm_order_add_table(struct zdm_buf *b, const struct zdm_backfill_target *t);
/* "s.t.a, s.t.b" in the order of the key, each with `as` and its number (from 1) when that is not
 * NULL, and as text when `text`. */
void zdm_order_add_columns(
    struct zdm_buf *b, const struct zdm_backfill_target *t, const char *as, bool text);
/* "s.t.a ASC NULLS LAST, ...", forwards or backwards. */
void zdm_order_add_by(struct zdm_buf *b, const struct zdm_backfill_target *t, bool backwards);
/* Rows up to `upto`, it too. */
void zdm_order_add_first(struct zdm_buf *b, const struct zdm_backfill_target *t, int upto);
/* Rows behind `after` up to `upto`, it too, whose `common` first columns (less than all of them) are
 * the same texts; only the other columns of `after` are parameters. */
void zdm_order_add_next(
    struct zdm_buf *b, const struct zdm_backfill_target *t, int after, int upto, size_t common);
/* The row at `place`. */
void zdm_order_add_at(struct zdm_buf *b, const struct zdm_backfill_target *t, int place);
/* " = ": of the index, whatever the author's search path has. */
void zdm_order_add_operator(struct zdm_buf *b, const struct zdm_key *key, const char *name);
/* The row whose key are the texts FROM_k1, FROM_k2, ... of `from`. */
void zdm_order_add_equal(struct zdm_buf *b, const struct zdm_backfill_target *t, const char *from);
/* Roughly the rows behind `after` (-1: from the first on) up to `upto`, by the first column, their only
 * parameter: what the planner can estimate. */
void zdm_order_add_about(
    struct zdm_buf *b, const struct zdm_backfill_target *t, int after, int upto);
/* The end of a batch of $1 rows behind `after` (-1: from the first on) and before `bound`: a SELECT of
 * k1, k2, ... with one row or none. */
void zdm_order_add_step(
    struct zdm_buf *b, const struct zdm_backfill_target *t, int after, int bound);

#endif
