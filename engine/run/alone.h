/*
 * alone.h - a step whose work cannot share a transaction with its journal row:
 * a "started" row first, then the work, then the "done" row. What became of the
 * work after an interruption is asked of the world, never guessed. When steps are
 * taken back (s->undoing) the work is the undo, and the rows are "undoing" and "undone". Private to
 * run/.
 */
#ifndef ZDM_RUN_ALONE_H
#define ZDM_RUN_ALONE_H

#include "run/session.h"
#include "run/work.h"

/* What is known when the world is asked. */
struct zdm_alone_look {
    bool begun;       /* the journal has this very step as started: what is there may be our own */
    bool announced;   /* ... or the step as it was defined before */
    const char *note; /* of when it was begun; NULL none. View */
    struct zdm_work_watch *watch;
};

struct zdm_alone {
    /* Is the work there already? May wait for it, or clear away what an interruption left. */
    int (*settled)(struct zdm_session *s, const struct zdm_step *step,
        const struct zdm_alone_look *look, bool *done, struct zdm_err *err);
    /* Before it is announced: what to remember of the world as it is. *note: JSON, owned, or NULL. May be
     * NULL. */
    int (*note)(
        struct zdm_session *s, const struct zdm_step *step, char **note, struct zdm_err *err);
    bool keeps_note; /* it stands in the row of the step that is done, too */
    /* watch: watches s->conn already; a program has it ticked. */
    int (*work)(struct zdm_session *s, const struct zdm_step *step, struct zdm_work_watch *watch,
        struct zdm_err *err);
};

/* As of the journal that was read last. */
struct zdm_alone_look zdm_alone_look(
    const struct zdm_session *s, const struct zdm_step *step, struct zdm_work_watch *watch);
/* Lost connections are won back and the question asked again. */
int zdm_alone_run(struct zdm_session *s, const struct zdm_step *step, const struct zdm_alone *alone,
    struct zdm_err *err);

#endif
