/*
 * plan_file.h - a plan script: evaluated, validated, frozen.
 *
 * Evaluation happens in the declare environment: no io, os, require, debug,
 * load, pcall; deterministic pairs, tostring and sort; text chunks only;
 * budgets of instructions, CPU time and memory. All errors of a plan come
 * together, each with file:line and, for a mistyped name, the nearest known
 * one. Nothing connects here.
 */
#ifndef ZDM_LUA_PLAN_FILE_H
#define ZDM_LUA_PLAN_FILE_H

#include "plan/plan.h"
#include "run/host.h"

struct zdm_plan_file; /* the frozen plan, and the Lua state that holds its functions */

/* Where recipes get the description of a relation. */
struct zdm_describer {
    void *self;
    /* relation: as in SQL, quoted. *json owned, as in catalog/describe.h; NULL: there is no such relation. The
     * answer for one plan and relation is the same each time; by several threads at once from the second on. */
    int (*describe)(
        void *self, const char *plan, const char *relation, char **json, struct zdm_err *err);
};

/* Reads and evaluates `path`. On failure *errors holds one or more errors (ZDM_ERR_USAGE: missing or unreadable;
 * the describer's own; ZDM_ERR_PLAN: everything else) and -1 is returned. *out owned. describer: NULL when there
 * is none; otherwise borrowed until the file is freed. */
int zdm_plan_file_load(const char *path, const struct zdm_describer *describer,
    struct zdm_plan_file **out, struct zdm_errlist *errors);
/* A recipe needed a describer and there was none: its steps are not in the plan. */
bool zdm_plan_file_undescribed(const struct zdm_plan_file *file);
void zdm_plan_file_free(struct zdm_plan_file *file); /* NULL is fine */
const struct zdm_plan *zdm_plan_file_plan(const struct zdm_plan_file *file);
/* The source text of the file, for error excerpts. View. */
const char *zdm_plan_file_source(const struct zdm_plan_file *file);
/* Callbacks for the runner: valid until zdm_plan_file_free. */
struct zdm_host zdm_plan_file_host(struct zdm_plan_file *file);

#endif
