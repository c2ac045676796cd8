/*
 * rollback_loss.h - which data the undos of a rollback would lose. Private to run/.
 *
 * What an undo drops and holds something now, and what a step that is taken back destroyed: its undo makes
 * the column or table anew, without what was in it. A column whose values the triggers of a sync {} keep in
 * another one is no loss. Rows are the server's estimates.
 */
#ifndef ZDM_RUN_ROLLBACK_LOSS_H
#define ZDM_RUN_ROLLBACK_LOSS_H

#include "run/rollback.h"

/* Fills view->losses from view->steps. Outside a transaction. */
int zdm_rollback_losses(struct zdm_conn *conn, const struct zdm_plan *plan,
    const struct zdm_plan_report *report, struct zdm_rollback_view *view, struct zdm_err *err);

#endif
