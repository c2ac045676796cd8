/*
 * cursor.h - zdm.cursor: how far a slice of a backfill is.
 *
 * pos NULL: no batch ran. The bound is frozen by the first batch; a NULL bound
 * is an empty table.
 */
#ifndef ZDM_BATCH_CURSOR_H
#define ZDM_BATCH_CURSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "pg/conn.h"

struct zdm_cursor {
    bool exists;
    int64_t slice, epoch, rows, batches, total; /* total: estimate at creation, -1 unknown */
    char *pos, *bound;                          /* owned, may be NULL */
    char *relation; /* owned; identity of table and key (target.h), NULL: not known */
    char state[12]; /* "open" or "done" */
    int64_t at_ms;
};

/* Reads the row of slice 0; lock true takes FOR UPDATE (in the caller's transaction, or to wait for
 * a batch in flight). exists is false when there is none. Release first what *out held. */
int zdm_cursor_read(struct zdm_conn *conn, const char *plan, const char *step, int64_t slice,
    bool lock, struct zdm_cursor *out, struct zdm_err *err);
/* Makes the row, or adopts an existing one by raising its epoch to ours. A row of a later epoch:
 * ZDM_ERR_OWNED. */
int zdm_cursor_claim(struct zdm_conn *conn, const char *plan, const char *step, int64_t slice,
    int64_t epoch, const char *bound, int64_t total, const char *relation, struct zdm_err *err);
/* "plan = 'p' AND step = 's'": which rows to look at, for hints. Owned. */
char *zdm_cursor_where(const char *plan, const char *step);
/* In an open transaction: marks it done if pos and epoch are still ours; *hit says so. */
int zdm_cursor_finish(struct zdm_conn *conn, const char *plan, const char *step, int64_t slice,
    int64_t epoch, const char *pos, bool *hit, struct zdm_err *err);
void zdm_cursor_release(struct zdm_cursor *cursor);

#endif
