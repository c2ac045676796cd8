/*
 * vacuum.h - VACUUM of the table, or of one of its partitions, between batches, and ANALYZE at the end. Private to batch/.
 *
 * A backfill leaves a dead row version behind each row. Removed in time, the rows behind it fill the
 * room; autovacuum looks once a minute and takes its time. So when a fifth of the table (and 100,000
 * rows) died since the last time, the batches pause for a VACUUM: one that never waits for a lock
 * (SKIP_LOCKED) and never takes a strong one (TRUNCATE false); and once a minute while the dead rows are
 * so many that the backfill holds for them. Not when the rows that are still to come
 * would take less than half of the room, nor while another vacuum runs, nor while
 * somebody keeps dead rows from being removed. What it may not do, or fails at, is a note.
 */
#ifndef ZDM_BATCH_VACUUM_H
#define ZDM_BATCH_VACUUM_H

#include <stdbool.h>
#include <stdint.h>

#include "batch/monitor.h"

struct zdm_vacuum {  /* of one table */
    unsigned table;  /* oid */
    int64_t left;    /* dead rows that the last one, or the start, left; -1: not seen yet */
    int64_t done_us; /* when the last one ended: what was read before says nothing */
    bool refused;    /* our role may not, or it failed: told, and not tried again */
};

/* Is it worth one now, with that many rows to come (-1: not known)? (pure) Notes in *v what was left. */
bool zdm_vacuum_due(struct zdm_vacuum *v, const struct zdm_dead *dead,
    const struct zdm_monitor_view *seen, int64_t to_come);

struct zdm_job;
struct zdm_err;
/* The one for which it is most; NULL: for none. */
struct zdm_vacuum *zdm_job_vacuum_due(struct zdm_job *job);
/* On the control connection. */
int zdm_job_vacuum(struct zdm_job *job, struct zdm_vacuum *v, struct zdm_err *err);
/* Statistics of what the backfill left, for the planner. Once: of several workers beside the first final sweep,
 * which changes few rows or none; of one behind it, or when all is done. */
int zdm_job_analyze(struct zdm_job *job, struct zdm_err *err);

#endif
