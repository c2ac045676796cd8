/*
 * rollback.h - takes a plan back: the undo of every step that is done or begun, in reverse order.
 *
 * Each undo and the journal row that says so commit together, under the same fence and the same advisory
 * lock as a run; what cannot run in a transaction is announced first and settled by its probe. So a rollback
 * that was interrupted goes on where it is, and zdm run goes forward from there.
 *
 * Before anything is undone the whole way is looked at. A step that nobody knows to take back refuses the
 * rollback as a whole, and so does data that would be lost, unless that was accepted. What was accepted is what this
 * look found; what is written since is looked for again under the locks of each undo.
 */
#ifndef ZDM_RUN_ROLLBACK_H
#define ZDM_RUN_ROLLBACK_H

#include "pg/journal.h"
#include "run/runner.h"
#include "run/state.h"

struct zdm_rollback_options {
    const char *to; /* the last step that stays; NULL: none does. Unknown: ZDM_ERR_USAGE */
    bool accept_data_loss;
};

struct zdm_rollback_step {
    size_t index; /* into plan->steps */
    enum zdm_undo_action action;
    bool begun;      /* it was begun, and is not done */
    bool stays;      /* what it left goes with a step that stays */
    bool with_next;  /* in one transaction with the next of the list (rollback_together.h) */
    const char *why; /* of REFUSE and FORGET; view of the report, of `reason`, or static */
    char *reason;    /* owned; NULL: none */
    char *recalled;  /* the undo that the step kept (recall.h), owned; NULL: that of the plan */
    char *lacks;     /* what the undo does not bring back, in words; owned, NULL: nothing */
};

/* Data that will not be there afterwards. */
struct zdm_rollback_loss {
    size_t index; /* of the step whose undo it is about */
    char *words;  /* "column public.users.phone: values in about 1,200 rows" */
    const struct zdm_sql_loss
        *of; /* of the undo's text, view of the report; NULL: of the step's, or a hook's */
};

struct zdm_rollback_view {
    char *where;                     /* the target, for people */
    bool known;                      /* the target knows the plan */
    struct zdm_rollback_step *steps; /* in the order of undoing; what is not there is left out */
    size_t n_steps;
    struct zdm_rollback_loss *losses;
    size_t n_losses;
};

/* What a rollback would do now; reads only. ZDM_ERR_MISMATCH when the journal does not fit the plan. */
int zdm_rollback_look(const char *conninfo, const struct zdm_plan *plan,
    const struct zdm_plan_report *report, const char *to, struct zdm_rollback_view *out,
    struct zdm_err *err);
/* The same on a connection, from rows of the journal. */
int zdm_rollback_view(struct zdm_conn *conn, const struct zdm_plan *plan,
    const struct zdm_plan_report *report, const struct zdm_journal_rows *rows, const char *to,
    struct zdm_rollback_view *out, struct zdm_err *err);
void zdm_rollback_view_release(struct zdm_rollback_view *view);
/* May it be done? ZDM_ERR_REFUSED with everything that is in the way. */
int zdm_rollback_may(const struct zdm_rollback_view *view, const struct zdm_plan *plan,
    bool accept_data_loss, struct zdm_err *err);

/* Of a step whose triggers keep a column, or a table, in step: the earlier one whose undo drops that; NULL: there is none.
 * Pure. */
const struct zdm_step *zdm_rollback_goes_with(
    const struct zdm_plan *plan, const struct zdm_plan_report *report, size_t index);

/* Does it. Errors as of zdm_run. */
int zdm_rollback(const struct zdm_plan *plan, const struct zdm_plan_report *report,
    const struct zdm_run_options *options, const struct zdm_rollback_options *rollback,
    struct zdm_err *err);

#endif
