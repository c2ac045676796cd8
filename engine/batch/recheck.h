/*
 * recheck.h - does a table still hold what a backfill that is done wrote there? Reads only.
 *
 * Counts the rows that the final sweep would find (needs.h): those that `where` means and whose values are
 * not what the backfill makes of the row. The table is read as it lies on disk, some pages at a time, each in a
 * transaction of its own, so that no snapshot is held for long; a row that moves meanwhile may be seen twice, or
 * not at all.
 */
#ifndef ZDM_BATCH_RECHECK_H
#define ZDM_BATCH_RECHECK_H

#include <stdint.h>

#include "batch/target.h"

struct zdm_recheck {
    char *relation; /* owned; NULL: it is not there */
    char *why_not;  /* owned: why its rows cannot be told apart; NULL: they were looked at */
    int64_t rows, wrong;
    char *examples; /* keys of up to five of these, "(3), (4)"; owned, NULL: none */
};

/* spec->sweep says what a sweep needs, and is on. Outside a transaction. -1: ^C, or the session is lost. */
int zdm_recheck(struct zdm_conn *conn, const struct zdm_backfill_spec *spec,
    struct zdm_recheck *out, struct zdm_err *err);
void zdm_recheck_release(struct zdm_recheck *recheck);

#endif
