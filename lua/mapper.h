/*
 * mapper.h - the function of a backfill's map, in a Lua state of its own.
 *
 * A Lua state knows no threads, and a batch must not wait for the main one while its
 * rows are locked: so each worker has the plan once more. A plan is one text and means
 * the same each time, so it is the same function; what it keeps in variables of the
 * plan is its worker's alone.
 *
 * On a row it may use ZDM_LUA_ROW_INSTRUCTIONS, and no memory beyond that of a plan.
 */
#ifndef ZDM_LUA_MAPPER_H
#define ZDM_LUA_MAPPER_H

#include "batch/mapper.h"
#include "lua/plan_file.h"
#include "lua/source.h"

#define ZDM_LUA_ROW_INSTRUCTIONS (2 * 1000 * 1000)

/* The map of that step. `source` is the plan, borrowed; used here and later by one thread at a time. `describer`
 * is what the plan was evaluated with. */
int zdm_mapper_open(struct zdm_source *source, const struct zdm_describer *describer,
    const char *step, struct zdm_mapper *out, struct zdm_err *err);

#endif
