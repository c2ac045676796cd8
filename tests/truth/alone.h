/*
 * alone.h - the locks of a statement that may not run in a transaction.
 *
 * They are gone when it is done, so other sessions stand in its way: each relation that it is said to
 * lock is held in ACCESS EXCLUSIVE by a session of its own, all others by one more. In pg_locks stands
 * what the statement waits for, and in which mode; then the way is cleared as far as it must be for
 * that mode. So seen are the first mode, the first from SHARE UPDATE EXCLUSIVE on, and whether that
 * becomes ACCESS EXCLUSIVE. Of the relations that nobody spoke of the first one is seen.
 */
#ifndef ZDM_TRUTH_ALONE_H
#define ZDM_TRUTH_ALONE_H

#include "catalog/trace.h"

/* Runs it on the trace's database, which nobody else uses. seen as of zdm_trace_run(), with locks.
 * What cannot be held (indexes, materialized views, sequences) is taken as said. */
int truth_run_alone(struct zdm_trace *trace, const char *conninfo, const struct zdm_statement *said,
    const char *sql, struct zdm_arena *arena, struct zdm_observed *seen, struct zdm_err *err);

#endif
