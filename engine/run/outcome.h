/*
 * outcome.h - the prediction of a backfill beside what it then did.
 *
 * The prediction is made before the first batch and kept in the journal's detail of the step, what happened
 * beside it behind the last one: {"rows": 7, "predicted": {...}, "happened": {...}}, each with the members
 * that zdm plan gives of costs. Of a backfill that was resumed nobody measured the first part, so of that the
 * prediction alone is kept. Nothing depends on it: where something cannot be read, nothing is told.
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
/* Detail of a step that has begun: what is known, or what its row says already. Owned; may be NULL. */
char *zdm_expectation_begun(const struct zdm_session *s, const struct zdm_step *step,
    const struct zdm_expectation *expectation);
/* Detail of one that is done. Owned. */
char *zdm_expectation_done(const struct zdm_session *s, const struct zdm_step *step,
    const struct zdm_expectation *expectation, int64_t rows, int64_t quarantined);
/* When it is done and journaled. */
void zdm_expected(struct zdm_session *s, const struct zdm_step *step,
    const struct zdm_expectation *expectation, const struct zdm_backfill_progress *last);
void zdm_expectation_release(struct zdm_expectation *expectation);

/* What a detail says; may be NULL. -1: of those nothing. */
struct zdm_outcome_known {
    int64_t rows, quarantined;
    bool predicted, happened;
    struct zdm_outcome outcome;
};
void zdm_outcome_read(const char *detail, struct zdm_outcome_known *out);
/* "it wrote 12 MB of WAL (predicted: 11 MB), the table grew by ..."; false: too little to speak of. */
bool zdm_outcome_words(struct zdm_buf *out, const struct zdm_outcome *outcome);

#endif
