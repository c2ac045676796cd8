/*
 * statement.h - the SQL of a backfill (pure text).
 *
 * The batch statement is the compare-and-swap of the cursor and the UPDATE of
 * one key range, in one statement: one transaction, one round trip, applied
 * once or not at all whatever happens to the reply.
 *
 *     WITH zdm_cas AS (lock the cursor's row if it stands where we think, sync off),
 *          zdm_rows AS (UPDATE the range, if zdm_cas found it)
 *     UPDATE zdm.cursor: place, batches, rows + count of zdm_rows
 *
 * The lock comes first and the swap last, so that the number of rows is counted
 * in the same transaction: it stays exact after a crash. A statement that waits
 * for the lock of another one sees, by the re-check of READ COMMITTED, that the
 * cursor moved on, and changes nothing. One row comes back when it was applied,
 * none when it was not.
 *
 * A map (map.h) does the same in two statements of one transaction. The first
 * locks and reads; it gives the rows, keys first. The second is the batch: it locks
 * again what is locked, changes the rows by their keys, and moves the cursor.
 *
 * Keys travel as text and are compared only by the server, as the column's own
 * type, in the order of its index. A range is (after, upto]; the first one has
 * no `after` and another shape, and so have those whose ends begin with the same
 * columns (order.h).
 */
#ifndef ZDM_BATCH_STATEMENT_H
#define ZDM_BATCH_STATEMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "batch/position.h"
#include "batch/target.h"

/* A batch statement, and where the author's texts stand in it, in bytes. */
struct zdm_batch_text {
    char *text;
    size_t *spans; /* n_spans, as in zdm_batch_sql; NULL: they do not */
};

/* Parameters of a batch statement before those of its keys: $1 plan, $2 step, $3 slice, $4 epoch;
 * what the cursor is at: $5 batches, $6 stripe, $7 pos; what it moves to: $8 pos, $9 stripe, $10
 * stripes, $11 range_end, $12 stripe_pos. */
#define ZDM_BATCH_PARAMETERS 12

/* Which rows of its range a batch changes: all, those of a stripe, those of a stripe that are named one by
 * one (dense.h), those that need it (needs.h). */
enum zdm_batch_kind { ZDM_BATCH_WHOLE, ZDM_BATCH_STRIPE, ZDM_BATCH_NAMED, ZDM_BATCH_REPAIR };

struct zdm_sweep_sql { /* NULL: no final sweep */
    /* n_keys + 1, as the batches; upto, after -> keys of the first rows in a range that need it, 5 at
     * most, and how many there are; no row when none does. */
    char **found;
    char *
        any; /* -> does any row of the table need it? NULL: it is not one table on disk, or too large */
    char *once;  /* key -> changes that row if it needs it, as a batch would; of a map NULL */
    char *still; /* key -> does it need it? */
};

/* Parameters of `retry` before those of its key. */
#define ZDM_RETRY_PARAMETERS 5

struct zdm_batch_sql {
    char *bound; /* -> the last key, a column each, as text; no row on an empty table */
    char *cut;   /* $1 percent of the pages, $2 slices, bound -> about the last keys of the slices,
                  * ascending; the last of them may be the bound itself */
    char *count; /* $1 limit -> rows of the table, at most limit */
    char *
        ahead_first; /* $1 first column of the bound -> EXPLAIN of the keys up to it: an estimate */
    char *ahead_next;  /* and $2 that of after */
    char *probe_first; /* $1 rows a batch, $2 batches, bound -> upper keys, ascending */
    char *probe_next;  /* and after */
    /* The parameters above, and upto -> rows, batches so far, bytes of WAL that the server wrote
     * meanwhile. [0] is without a lower end; [1 + c] where the first c columns of both ends are the
     * same texts: then the other columns of after follow. */
    struct zdm_batch_text *batches;
    struct zdm_batch_text *striped; /* the same for the rows of one stripe; NULL: no stripes */
    struct zdm_batch_text named; /* the same by their numbers, with the first of them for `after`;
                                     * text NULL: the key is no integer */
    struct zdm_batch_text *repairs; /* the same for the rows that need it; NULL: no final sweep */
    struct zdm_sweep_sql look;      /* of the final sweep */
    /* One row from quarantine: $1 plan, $2 step, $3 relation, $4 key as a position, $5 epoch, then its
     * columns -> 1 when the plan is ours and the partition is one still, 1 when it was there, rows changed. Taking it out and
     * changing it are one. Of a map it locks and reads the row instead: keys and columns follow, NULL when there
     * is none. By pages: 1 when the row is at its place, whether it was there or not. */
    struct zdm_batch_text retry;
    char *once;                  /* of a map: arrays of what `retry` gave -> rows changed */
    struct zdm_batch_text write; /* of a map: what is done with the rows that a batch gave */
    char *sweep;                 /* by pages: -> does any row still need it? */
    char *sweep_ours;            /* ... of those that transactions $1, an array, wrote? */
    char *lines;                 /* by pages: pages_sql.h */
    bool by_page;
    double rows_a_page;   /* by pages: estimate */
    size_t n_keys;        /* there are n_keys + 1 batches */
    const char **authors; /* n_set expressions, then where when there is one; views */
    size_t n_set, n_spans;
};
/* Does a batch check that the change makes `where` false? It fails as ZDM_WHERE_STAYS otherwise. */
bool zdm_batch_checks_where(
    const struct zdm_backfill_spec *spec, const struct zdm_backfill_target *target);
/* An SQL literal, whatever standard_conforming_strings is. */
void zdm_batch_add_literal(struct zdm_buf *b, const char *text);
/* " AND ...": what has the partition's name is that partition, and is one still. */
void zdm_batch_add_attached(struct zdm_buf *b, const struct zdm_backfill_target *t);
/* " AND ...": only the rows of stripe $6 of $10. */
void zdm_batch_add_stripe(struct zdm_buf *b, const struct zdm_backfill_target *t);
/* What the error of a batch begins with (22P02) whose rows still match `where`, when it checks that. */
#define ZDM_WHERE_STAYS "zdm: where stays true, rows: "
/* That of a row from quarantine (22P02) which is there, and was not changed. */
#define ZDM_SUPPRESSED "zdm: row as it was, changed: "
/* That of a map (22P02) whose rows are too many bytes to fetch them at once. */
#define ZDM_ROWS_TOO_WIDE "zdm: rows too wide, bytes: "
/* A position is one parameter for each column of the key. */
void zdm_batch_sql_build(const struct zdm_backfill_spec *spec,
    const struct zdm_backfill_target *target, struct zdm_batch_sql *out);
void zdm_batch_sql_release(struct zdm_batch_sql *sql);

/* Which of the n_keys + 1 statements is the one for the range behind `after` (NULL: from the first key
 * on). *common: how many of the first columns of after it takes from upto. */
size_t zdm_batch_shape(
    const struct zdm_position *after, const struct zdm_position *upto, size_t *common);
const struct zdm_batch_text *zdm_batch_sql_pick(const struct zdm_batch_sql *sql,
    enum zdm_batch_kind kind, const struct zdm_position *after, const struct zdm_position *upto,
    size_t *common);

/* Which of the author's texts holds character `position` (from 1, as the server counts) of a batch
 * statement. *set_index: of the assignment, -1 for where; *inside: the character of that text, from
 * 1. False when the position is in none of them. */
bool zdm_batch_sql_locate(const struct zdm_batch_sql *sql, const struct zdm_batch_text *batch,
    int position, int *set_index, int *inside);

#endif
