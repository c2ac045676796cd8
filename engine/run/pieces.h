/*
 * pieces.h - what is left of a text whose statements are for what is there (plan/pieces.h), asked of the server.
 * Private to run/.
 */
#ifndef ZDM_RUN_PIECES_H
#define ZDM_RUN_PIECES_H

#include "plan/plan.h"
#include "run/session.h"

/* The text of a step, or of its undo (s->undoing), as it is to run now; owned. *none: nothing is left of it. On s->conn,
 * in the transaction of the text where it has one. A partition that is left out is told of, when `tell`. */
int zdm_pieces_now(struct zdm_session *s, const struct zdm_step *step, bool tell, char **text,
    bool *none, struct zdm_err *err);
/* The text failed, for something that is not there: it may have gone behind the look, in which case another look leaves
 * it out. True, and *err is one after which the transaction is tried again; once, then *again is set. */
bool zdm_pieces_look_again(const struct zdm_sql_pieces *pieces, bool *again, struct zdm_err *err);

#endif
