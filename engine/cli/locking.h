/*
 * locking.h - how a step of a plan gets its locks, for people and as JSON (pure; plan/lock_policy.h).
 */
#ifndef ZDM_CLI_LOCKING_H
#define ZDM_CLI_LOCKING_H

#include <jansson.h>

#include "base/buf.h"
#include "plan/lock_policy.h"

/* Of the whole plan: tries, old transactions, on_blocked. */
void zdm_add_plan_locking(struct zdm_buf *out, const struct zdm_lock_rules *rules);
/* Of a step, in a line: "50 ms to 2.0 s a try; a statement is cancelled after 5.0 s of work". Nothing
 * for what waits for no lock. */
void zdm_add_locking(struct zdm_buf *out, const struct zdm_plan *plan,
    const struct zdm_plan_report *report, size_t index);
/* Null for what waits for no lock. Returns owned. */
json_t *zdm_json_policy(const struct zdm_lock_rules *rules, const struct zdm_lock_policy *policy);
json_t *zdm_json_locking(
    const struct zdm_plan *plan, const struct zdm_plan_report *report, size_t index);

#endif
