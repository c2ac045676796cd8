/*
 * planned_rows.h - how many rows the statements of a plan change, by the target's planner.
 */
#ifndef ZDM_CLI_PLANNED_ROWS_H
#define ZDM_CLI_PLANNED_ROWS_H

#include "base/mem.h"
#include "cli/load.h"
#include "pg/conn.h"
#include "run/status.h"

/* Fills the workload of each UPDATE, DELETE, INSERT and MERGE of steps that are not done, where EXPLAIN can
 * tell: not of tables that an earlier step makes. Explains only, read-only. Texts are in the arena. */
int zdm_planned_rows(struct zdm_conn *conn, struct zdm_loaded *loaded,
    const struct zdm_plan_status *status, struct zdm_arena *arena, struct zdm_err *err);

#endif
