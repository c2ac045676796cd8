/*
 * target_catalog.h - what is read of a target before SQL for it is judged.
 */
#ifndef ZDM_CLI_TARGET_CATALOG_H
#define ZDM_CLI_TARGET_CATALOG_H

#include "cli/options.h"
#include "run/status.h"
#include "sql/catalog.h"

/* Does somebody name a target, by an option or by the environment? */
bool zdm_target_is_named(const struct zdm_args *args);

/* The catalog of a target and what its server is doing: connects, reads, closes. *out owned. `where`
 * gets its name for people, with what is not for the role to see; owned. ledger: the path of one that knows
 * how fast earlier steps were there, if it is there; NULL: none. */
int zdm_target_catalog(const char *conninfo, const char *ledger, struct zdm_catalog **out,
    char **where, struct zdm_err *err);
/* The catalog alone, of a copy that nobody else uses. */
int zdm_schema_catalog(const char *conninfo, struct zdm_catalog **out, struct zdm_err *err);

/* Which steps the target's catalog has in it already: begun or done. n_steps of the plan, owned. */
bool *zdm_steps_in_catalog(const struct zdm_plan *plan, const struct zdm_plan_status *status);

#endif
