/*
 * outcome.h - the prediction of a backfill beside what it then did. Private to run/.
 *
 * Of a backfill that one run does from its beginning: of one that is resumed nobody measured the first
 * part. Nothing depends on it: where something cannot be read, nothing is told.
 */
#ifndef ZDM_RUN_OUTCOME_H
#define ZDM_RUN_OUTCOME_H

#include "batch/preview.h"
#include "run/session.h"

struct zdm_expectation {
    char *relation; /* that grows; owned. NULL: nothing is known */
    double heap, indexes;
    struct zdm_prediction predicted;
};

/* Before the first batch. */
void zdm_expect(struct zdm_session *s, const struct zdm_step *step,
    const struct zdm_backfill_spec *spec, struct zdm_expectation *out);
/* When it is done. */
void zdm_expected(struct zdm_session *s, const struct zdm_step *step,
    const struct zdm_expectation *expectation, const struct zdm_backfill_progress *last);
void zdm_expectation_release(struct zdm_expectation *expectation);

#endif
