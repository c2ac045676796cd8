/*
 * resolve.h - what only a person can know: whether a step is done. Writes the journal as a run would.
 */
#ifndef ZDM_RUN_RESOLVE_H
#define ZDM_RUN_RESOLVE_H

#include <stdbool.h>

#include "base/err.h"
#include "plan/plan.h"

struct zdm_resolve_options {
    const char *conninfo;
    const char *ledger_path;
    const char *step;
    bool done;           /* false: it is not */
    const char *because; /* not empty */
    const char *who;
};

/* Takes the plan as a run does, which waits for its last transaction (ZDM_ERR_OWNED while a run holds it), and writes
 * the row: done with the definition that the plan has now, or begun and taken back. *was: what the journal had,
 * "done", "started", "undone" or "nothing"; static. *published as zdm_journal_install_for(). ZDM_ERR_REFUSED for what makes
 * no sense. */
int zdm_resolve(const struct zdm_plan *plan, const struct zdm_resolve_options *options,
    const char **was, char **published, struct zdm_err *err);

#endif
