/*
 * needs.h - which rows still need a backfill: the condition of the final sweep, and of the batches that
 * repair what it finds.
 *
 *     set     a column differs from the value in set, as text, and `where` holds
 *     delete  `where` holds
 *     copy    no row of `into` has the key, and `where` holds
 *     set and map with where_becomes_false, which each batch checks: `where` holds
 *
 * and the row is not in quarantine.
 *
 * As text in collation C, as a sync compares: json has no equality, and citext takes different
 * spellings for one. The value is cast to the column's type first, for what the column made of it
 * counts: 3.7 is 4 in an integer.
 *
 * A row that is done does not need it: the values are made of columns that are not set, and nothing in
 * them or in `where` gives another answer at another time. So a batch with this condition changes no row
 * twice, whatever the change is. Where that is not sure there is no sweep:
 *   - what the texts alone tell (plan/sweep.h) comes with the spec;
 *   - functions and operators of the author's must be IMMUTABLE;
 *   - no value is made of a generated column, which may be made of what is set;
 *   - a copy holds the columns of the key, as they are, in a unique index of their own.
 */
#ifndef ZDM_BATCH_NEEDS_H
#define ZDM_BATCH_NEEDS_H

#include "base/buf.h"
#include "batch/target.h"

/* Fills target->needs; *why_not, owned, when there is no sweep and its author should know. */
int zdm_needs_find(struct zdm_conn *conn, const struct zdm_backfill_spec *spec,
    struct zdm_backfill_target *target, char **why_not, struct zdm_err *err);
/* Adds the condition. *where_at: the byte at which the text of `where` begins in *b. */
void zdm_needs_add(struct zdm_buf *b, const struct zdm_backfill_spec *spec,
    const struct zdm_backfill_target *target, size_t *where_at);
void zdm_needs_release(struct zdm_needs *needs, size_t n_set);

#endif
