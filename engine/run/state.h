/*
 * state.h - what to do with a step, from what the journal says about it.
 *
 * The state machine is a table of pure data (state.c): a situation a row, in the
 * order in which they are tried. docs/internals/architecture.md shows it.
 */
#ifndef ZDM_RUN_STATE_H
#define ZDM_RUN_STATE_H

#include "pg/journal.h"
#include "plan/check.h"
#include "plan/plan.h"

enum zdm_action {
    ZDM_ACTION_SKIP,   /* done before */
    ZDM_ACTION_RUN,    /* never begun, or rolled back: begin */
    ZDM_ACTION_RESUME, /* a backfill: go on from its cursor */
    ZDM_ACTION_SETTLE, /* begun outside a transaction: ask the probe what became of it */
    ZDM_ACTION_LOOK,   /* a gate: look at its checks */
    ZDM_ACTION_REFUSE, /* plan and journal disagree: exit 7 */
};
const char *zdm_action_name(enum zdm_action action);

enum zdm_step_class {      /* how a step is run */
    ZDM_CLASS_TRANSACTION, /* work and journal row commit together */
    ZDM_CLASS_ALONE,       /* started row, work outside a transaction, done row */
    ZDM_CLASS_BACKFILL,
    ZDM_CLASS_GATE,
};
enum zdm_step_class zdm_step_class(
    const struct zdm_plan *plan, const struct zdm_plan_report *report, size_t index);

enum zdm_seen { ZDM_SEEN_NOTHING, ZDM_SEEN_STARTED, ZDM_SEEN_DONE };

/* Is the row's definition the step's? NULL: there is no row. One that somebody wrote by hand, without a
 * fingerprint, is not. */
bool zdm_state_same(const struct zdm_journal_row *row, const struct zdm_step *step);

/* The table's answer. same: the journaled definition is the plan's. */
enum zdm_action zdm_next_action(enum zdm_step_class class, enum zdm_seen seen, bool same);

/* Does the journal fit the plan? ZDM_ERR_MISMATCH with what to do when a finished step changed (with
 * the diff), vanished from the plan, or a new step stands before a gate that was already opened. */
int zdm_state_check(
    const struct zdm_plan *plan, const struct zdm_journal_rows *rows, struct zdm_err *err);

#endif
