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

#endif
