/*
 * approve.h - records an approval in the journal, then in the ledger.
 */
#ifndef ZDM_RUN_APPROVE_H
#define ZDM_RUN_APPROVE_H

#include <stdbool.h>
#include <stdint.h>

#include "plan/plan.h"

struct zdm_approve_options {
    const char *conninfo, *ledger_path;
    const char *gate; /* step id; unknown: ZDM_ERR_USAGE with the gates there are */
    const char *item; /* the approval's text; NULL when the gate has only one */
    const char *note; /* required: why */
    const char *who;
};
/* What became of it. */
struct zdm_approved {
    const char *item; /* the approval's id, view of the plan */
    bool already;     /* nothing was written: this person, or enough others, approved before */
    char *by;         /* who did, when already; owned, may be NULL */
    int64_t needed, given;
    char *missing; /* who may still approve; owned, NULL: the approval is complete */
    char *
        published; /* by which publications zdm's tables are, made or changed now; owned, NULL: nothing to tell */
};
/* Who may not approve is refused (ZDM_ERR_REFUSED). */
int zdm_approve(const struct zdm_plan *plan, const struct zdm_approve_options *options,
    struct zdm_approved *out, struct zdm_err *err);
void zdm_approved_release(struct zdm_approved *approved);

#endif
