/*
 * alone.h - a step whose work cannot share a transaction with its journal row:
 * a "started" row first, then the work, then the "done" row. What became of the
 * work after an interruption is asked of the world, never guessed. Private to
 * run/.
 */
#ifndef ZDM_RUN_ALONE_H
#define ZDM_RUN_ALONE_H

#include "run/session.h"
#include "run/work.h"

struct zdm_alone {
    /* Is the work there already? May wait for it, or clear away what an interruption left. begun: the
     * journal had this very step as started, so what is there may be our own. */
    int (*settled)(struct zdm_session *s, const struct zdm_step *step, bool begun, bool *done,
        struct zdm_err *err);
    /* watch: watches s->conn already; a program has it ticked. */
    int (*work)(struct zdm_session *s, const struct zdm_step *step, struct zdm_work_watch *watch,
        struct zdm_err *err);
};

/* Lost connections are won back and the question asked again. */
int zdm_alone_run(struct zdm_session *s, const struct zdm_step *step, const struct zdm_alone *alone,
    struct zdm_err *err);

#endif
