/*
 * statement.h - the SQL of a backfill (pure text).
 *
 * The batch statement is the compare-and-swap of the cursor in a CTE and the
 * UPDATE of one key range, in one statement: one transaction, one round trip,
 * applied once or not at all whatever happens to the reply. Keys travel as
 * text and are compared only by the server, as the column's own type.
 *
 * A range is (after, upto]; the first one has no `after` and another shape.
 */
#ifndef ZDM_BATCH_STATEMENT_H
#define ZDM_BATCH_STATEMENT_H

#include "batch/target.h"

struct zdm_batch_sql {
    char *bound;       /* -> max(key) as text, NULL on an empty table */
    char *probe_first; /* $1 rows a batch, $2 batches, $3 bound -> upper keys, ascending */
    char *probe_next;  /* and $4 after */
    char *batch_first; /* $1 plan $2 step $3 slice $4 epoch $5 upto */
    char *batch_next;  /* and $6 after */
};
void zdm_batch_sql_build(const struct zdm_backfill_spec *spec,
    const struct zdm_backfill_target *target, struct zdm_batch_sql *out);
void zdm_batch_sql_release(struct zdm_batch_sql *sql);

#endif
