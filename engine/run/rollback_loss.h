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
/* In the transaction of the undo, before it: locks what it drops, so that nobody writes there any more, and
 * looks again, briefly. ZDM_ERR_REFUSED when there is something now. undone: one of view->steps, those before it are
 * taken back. accept: the losses of the view are accepted, so it does not look for them, and what cannot be told is
 * believed as well. *untold, owned and replaced: what could not be told in that time, and is believed; NULL nothing.
 * Not looked for either is a column whose sync this rollback has just taken back, nor a table whose triggers it has:
 * until then both columns (tables) had every value, and what old code has written since is in its own. */
int zdm_rollback_look_again(struct zdm_session *s, const struct zdm_rollback_step *undone,
    const struct zdm_rollback_view *view, bool accept, char **untold, struct zdm_err *err);

#endif
