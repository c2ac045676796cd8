/*
 * approve.h - records an approval in the journal, then in the ledger.
 */
#ifndef ZDM_RUN_APPROVE_H
#define ZDM_RUN_APPROVE_H

#include "plan/plan.h"

struct zdm_approve_options {
    const char *conninfo, *ledger_path;
    const char *gate; /* step id; unknown: ZDM_ERR_USAGE with the gates there are */
    const char *item; /* the approval's text; NULL when the gate has only one */
    const char *note; /* required: why */
    const char *who;
};
/* *already: it had been approved (by *by, owned, may be NULL) and nothing was written. *item: the approval's id (view of the plan). */
int zdm_approve(const struct zdm_plan *plan, const struct zdm_approve_options *options,
    const char **item, bool *already, char **by, struct zdm_err *err);

#endif
