/*
 * offline.h - what the classifier says without the catalog, beside what the server does.
 */
#ifndef ZDM_TRUTH_OFFLINE_H
#define ZDM_TRUTH_OFFLINE_H

#include <stdio.h>

#include "truth.h"

/* What the server shows of a statement, as far as it matters to who runs it. */
enum truth_weight {
    TRUTH_REFUSED,  /* an error: nothing happens, so nothing is judged */
    TRUTH_HARMLESS, /* none of the below */
    TRUTH_HAZARD, /* a rewrite; a scan or build under a lock that blocks writes; a lock of that kind for
                       the whole of a long statement; or running code breaks, or rows are gone */
};
enum truth_weight truth_weigh(const struct truth_outcome *outcome);

struct truth_matrix { /* cases by weight and offline verdict */
    size_t cells[TRUTH_HAZARD + 1][ZDM_VERDICT_UNKNOWN + 1];
};
void truth_matrix_add(struct truth_matrix *matrix, const struct truth_outcome *outcome);
void truth_matrix_print(const struct truth_matrix *matrix);

/* A line for other programs: number, file:line, weight, verdict with the catalog, verdict without, SQL
 * on one line, "shown" or "defined" for a hazard that the server shows or not; between tabs. */
void truth_export(
    FILE *to, size_t number, const struct truth_case *c, const struct truth_outcome *outcome);

#endif
