/*
 * load.h - a plan file, evaluated and checked: what every command that takes a
 * PLAN does before anything connects.
 */
#ifndef ZDM_CLI_LOAD_H
#define ZDM_CLI_LOAD_H

#include "cli/describer.h"
#include "cli/options.h"
#include "lua/plan_file.h"
#include "plan/check.h"

struct zdm_loaded {
    struct zdm_plan_file *file;    /* NULL when it could not be read or evaluated */
    const struct zdm_plan *plan;   /* view of file; NULL with it */
    struct zdm_plan_report report; /* its errors were moved to `errors` */
    struct zdm_errlist errors;     /* everything that is wrong, in the order of places */
    struct zdm_tables *tables;     /* what recipes read; NULL: without a target */
    struct zdm_describer describer;
    char *described; /* the same as JSON; NULL: there is no target */
};

/* Is there a file of that path, or plans/NAME.lua? */
bool zdm_load_finds(const char *word);
/* `word` is the path of a file, or NAME for plans/NAME.lua. Fills *out whatever happens
 * (zdm_loaded_release); -1 when there are errors. args: whose target has the tables that recipes read; NULL: there
 * is none, and recipes are errors. */
int zdm_load(const struct zdm_args *args, const char *word, struct zdm_loaded *out);
/* The two halves of it: evaluated, which connects for recipes, and without a conninfo leaves their steps out
 * (zdm_plan_file_undescribed); and checked in a context (done: see plan/check.h). ledger: its path, NULL: the usual. */
int zdm_load_file(
    const char *conninfo, const char *ledger, const char *word, struct zdm_loaded *out);
/* -1, and an error in loaded->errors, when the steps of recipes are left out. */
int zdm_load_complete(struct zdm_loaded *loaded);
int zdm_load_check(struct zdm_loaded *loaded, struct zdm_sql_context *context, const bool *done);
void zdm_loaded_release(struct zdm_loaded *loaded);

#endif
