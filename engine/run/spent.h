/*
 * spent.h - how long a step took that reads, rewrites or indexes a table, beside what was estimated.
 * Told with STEP_DONE, and kept with it in the ledger: later plans on the target are estimated by it
 * (sql/speed.h). Kept in the journal's detail of the step, too, for whoever asks zdm status:
 * {"elapsed_ms": 7, "spent": {...}}. Nothing depends on that.
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
/* When it is done and journaled. */
void zdm_spent_keep(
    struct zdm_session *s, const struct zdm_step *step, const struct zdm_spent *spent);

char *zdm_spent_json(const struct zdm_spent *spent); /* as it is kept; owned */
/* What a detail says; NULL, or of something else: false. */
bool zdm_spent_read(const char *detail, struct zdm_spent *out);
/* "12 s for 3.1 GB of table; 8 s to 20 s were estimated"; owned. */
char *zdm_spent_words(const struct zdm_spent *spent);

#endif
