/*
 * sweep.h - what can be said without a database about rows that a backfill does not meet: those that
 * somebody writes behind its cursor, or beyond its bound, while it walks.
 *
 * A sync in an earlier step of the plan may do them; else the final sweep may find them: rows for which
 * the change would make a difference. That can only be asked when it is sure that it would make none in
 * a row which is done, and that the answer is the same at any time:
 *   - the values that are set are made of the row's other columns, in SQL: not by a function of the plan;
 *   - they and `where` look at no other rows, and at nothing that passes: now(), random(), the session.
 * Where batches check that their change makes `where` false (where_becomes_false), `where` alone tells, and
 * values may be made of anything.
 * Functions that are not built in must be IMMUTABLE: that the server is asked for, before the walk.
 */
#ifndef ZDM_PLAN_SWEEP_H
#define ZDM_PLAN_SWEEP_H

#include "plan/plan.h"

struct zdm_sweep_outlook {
    char *why_not; /* "now() is another value each time"; NULL: there is a sweep */
    /* What the server is asked about; in names as SQL writes them, but for operators. */
    char **calls, **operators, **inputs; /* inputs: columns, folded, that the values are made of */
    size_t n_calls, n_operators, n_inputs;
};

void zdm_sweep_outlook(const struct zdm_step_backfill *backfill, struct zdm_sweep_outlook *out);
void zdm_sweep_outlook_release(struct zdm_sweep_outlook *outlook);

/* Why a row that is met twice, since somebody changed its key meanwhile, is another one than a row that was met
 * once: "n is made of n, which is set too". Owned; NULL: it is the same. */
char *zdm_backfill_twice(const struct zdm_step_backfill *backfill);

/* The step before steps[index] whose sync writes a column that the backfill sets, and is in force
 * there; NULL: none. */
const struct zdm_step *zdm_plan_sync_of(const struct zdm_plan *plan, size_t index);

#endif
