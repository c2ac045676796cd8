/*
 * backfill_spec.h - a backfill of a plan as engine/batch takes it.
 */
#ifndef ZDM_RUN_BACKFILL_SPEC_H
#define ZDM_RUN_BACKFILL_SPEC_H

#include "base/mem.h"
#include "batch/preview.h"
#include "plan/plan.h"
#include "plan/sweep.h"

/* How many columns the step writes; 0: a delete, or a copy of all columns. */
size_t zdm_backfill_spec_columns(const struct zdm_step *step);
/* set: room for that many; filled. Views of the plan and of set. */
struct zdm_backfill_spec zdm_backfill_spec_of(
    const struct zdm_plan *plan, const struct zdm_step *step, struct zdm_assignment *set);

/* What a sweep asks for. Views of the outlook. */
struct zdm_sweep_wish zdm_sweep_wish_of(bool on, const struct zdm_sweep_outlook *outlook);

/* What the assignments of a checked plan, or its map, set and read: one a column that is written, in the
 * arena. */
struct zdm_foreseen_set *zdm_foreseen_set_of(
    struct zdm_arena *arena, const struct zdm_step_backfill *backfill);

#endif
