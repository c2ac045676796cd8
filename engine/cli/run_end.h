/*
 * run_end.h - the last line of commands that run steps: zdm run, zdm rollback.
 */
#ifndef ZDM_CLI_RUN_END_H
#define ZDM_CLI_RUN_END_H

#include "cli/io.h"
#include "cli/watch.h"

/* With --format json such a command ends with this line, however it ends. watch and plan may be NULL.
 * Returns the exit code. */
int zdm_run_end_json(struct zdm_io *io, const struct zdm_watch *watch, const struct zdm_plan *plan,
    const struct zdm_errlist *errors);
/* The same, and as text. The errors are released. */
int zdm_run_end_with_errors(struct zdm_io *io, const struct zdm_watch *watch,
    const struct zdm_plan *plan, struct zdm_errlist *errors);
int zdm_run_end_with_error(struct zdm_io *io, const struct zdm_watch *watch,
    const struct zdm_plan *plan, struct zdm_err *err);

#endif
