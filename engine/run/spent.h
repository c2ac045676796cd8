/*
 * spent.h - how long a step took that reads, rewrites or indexes a table, beside what was estimated.
 * Told with STEP_DONE, and kept with it in the ledger: later plans on the target are estimated by it
 * (sql/speed.h).
 */
#ifndef ZDM_RUN_SPENT_H
#define ZDM_RUN_SPENT_H

#include <stdbool.h>
#include <stdint.h>

#include "run/observer.h"

struct zdm_ledger;
struct zdm_session;

/* What earlier steps on the target took, of all plans. */
int zdm_spent_learn(
    struct zdm_ledger *ledger, const char *target, struct zdm_speeds *speeds, struct zdm_err *err);
/* false: the step does no such work, or several kinds of it, or the size of its tables is not known. Asked
 * behind the step, of the catalog, without a lock. */
bool zdm_spent(struct zdm_session *s, size_t index, int64_t elapsed_ms, struct zdm_spent *out);

#endif
