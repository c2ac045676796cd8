/*
 * rollback_kept.h - a column whose values a sync {} keeps in another one, a table whose rows are in another one, columns
 * whose values are in those of another table. Private to run/.
 *
 * The triggers of a sync write the one from the other, by the expressions `up` and `down`. So a value of the
 * new column is kept where it is what `up` makes of the row, or where the old column is what `down` makes of
 * it. Which rows that holds for is asked of the rows: a backfill writes without the triggers, and somebody may
 * have written while they were not there. What is too much to ask is believed only when the triggers are there and
 * all backfills of the column write what the sync would.
 *
 * A column may have another name now, aside, which the undo of a later step takes from it before. The rows are asked as they
 * will be then: `rows` shows them with that name.
 */
#ifndef ZDM_RUN_ROLLBACK_KEPT_H
#define ZDM_RUN_ROLLBACK_KEPT_H

#include "pg/conn.h"
#include "plan/plan.h"
#include "sql/losses.h"
#include "sql/renames.h"

struct zdm_kept {
    char *elsewhere; /* owned: the condition of a row whose value is kept; NULL: nothing keeps it */
    char *rows;      /* owned: what to ask instead of the table; NULL: the table */
    char *where;     /* owned: where they are kept, in words */
    bool armed;      /* its triggers are there, and fire for everybody */
    bool believed;   /* see above */
};

/* The step whose sync writes the column that would be lost, or whose triggers write the table or columns that `step`
 * makes; NULL: none. */
const struct zdm_step *zdm_kept_sync_of(
    const struct zdm_plan *plan, const struct zdm_step *step, const struct zdm_sql_loss *loss);
/* Does `other` end what keeps it in step, and begin nothing in its place? Its undo makes the triggers anew, for what is
 * written from then on. */
bool zdm_kept_ended_by(const struct zdm_plan *plan, const struct zdm_step *step,
    const struct zdm_sql_loss *loss, const struct zdm_step *other);
/* step: whose undo drops it; later: what the undos before it rename; table: as the server writes it, for SQL. */
int zdm_kept_find(struct zdm_conn *conn, const struct zdm_plan *plan, const struct zdm_step *step,
    const struct zdm_sql_renames *later, const struct zdm_sql_loss *loss, const char *table,
    struct zdm_kept *out, struct zdm_err *err);
void zdm_kept_release(struct zdm_kept *kept);

#endif
