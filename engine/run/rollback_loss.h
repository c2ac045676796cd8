/*
 * rollback_loss.h - which data the undos of a rollback would lose. Private to run/.
 *
 * What an undo drops and holds something now, and what a step that is taken back destroyed: its undo makes
 * the column or table anew, without what was in it. A column whose values a sync {} keeps in another one is no
 * loss (rollback_kept.h). Rows are the server's estimates.
 */
#ifndef ZDM_RUN_ROLLBACK_LOSS_H
#define ZDM_RUN_ROLLBACK_LOSS_H

#include "run/rollback.h"
#include "run/session.h"

/* Fills view->losses from view->steps. Outside a transaction. */
int zdm_rollback_losses(struct zdm_conn *conn, const struct zdm_plan *plan,
    const struct zdm_plan_report *report, struct zdm_rollback_view *view, struct zdm_err *err);
/* In the transaction of n undos, the first of which is `first`, before any of them: locks what they drop, so that nobody
 * writes there any more, and looks again, briefly. ZDM_ERR_REFUSED when there is something now. first: one of told->steps,
 * those before it are taken back. accepted: whose losses are accepted, so it does not look for them, and what cannot be told is
 * believed as well; NULL: nothing is. *untold, owned and replaced: what could not be told in that time, and is believed; NULL nothing.
 * Believed without that is a column, or table, only while what keeps it in step is there, and was ever since `told`. */
int zdm_rollback_look_again(struct zdm_session *s, const struct zdm_rollback_step *first, size_t n,
    const struct zdm_rollback_view *told, const struct zdm_rollback_view *accepted, char **untold,
    struct zdm_err *err);

#endif
