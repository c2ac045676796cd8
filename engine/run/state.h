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

enum zdm_seen {
    ZDM_SEEN_NOTHING,
    ZDM_SEEN_STARTED,
    ZDM_SEEN_DONE,
    ZDM_SEEN_UNDOING, /* its undo was announced, outside a transaction */
};
enum zdm_seen zdm_state_seen(const struct zdm_journal_row *row); /* NULL: nothing */

/* Is the row's definition the step's? NULL: there is no row. One that somebody wrote by hand, without a
 * fingerprint, is not. How a step is taken back is no part of it: an undo that failed may be corrected. */
bool zdm_state_same(const struct zdm_journal_row *row, const struct zdm_step *step);

/* Is it a step that somebody said is not done (resolve.h)? Then nothing of it is our own. */
bool zdm_state_taken_back(const struct zdm_journal_row *row);

/* The table's answer. same: the journaled definition is the plan's. */
enum zdm_action zdm_next_action(enum zdm_step_class class, enum zdm_seen seen, bool same);

enum zdm_undo_action {
    ZDM_UNDO_SKIP,   /* nothing of it is there */
    ZDM_UNDO_FORGET, /* it left nothing to take back: its row alone */
    ZDM_UNDO_RUN,    /* in one transaction with its row */
    ZDM_UNDO_SETTLE, /* outside a transaction: announced, asked for, done, marked */
    ZDM_UNDO_REFUSE, /* nobody knows how */
};
const char *zdm_undo_action_name(enum zdm_undo_action action);

enum zdm_undo_class { /* how a step is taken back */
    ZDM_UNDO_CLASS_NONE,
    ZDM_UNDO_CLASS_NOTHING,
    ZDM_UNDO_CLASS_TRANSACTION,
    ZDM_UNDO_CLASS_ALONE,
};
enum zdm_undo_class zdm_undo_class(
    const struct zdm_plan *plan, const struct zdm_plan_report *report, size_t index);

/* The table's answer for the way back. */
enum zdm_undo_action zdm_next_undo(enum zdm_undo_class class, enum zdm_seen seen);

/* Does the journal fit the plan? ZDM_ERR_MISMATCH with what to do when a finished step changed (with
 * the diff), vanished from the plan, or a new step stands before a gate that was already opened. */
int zdm_state_check(
    const struct zdm_plan *plan, const struct zdm_journal_rows *rows, struct zdm_err *err);

#endif
