/*
 * load.h - a plan file, evaluated and checked: what every command that takes a
 * PLAN does before anything connects.
 */
#ifndef ZDM_CLI_LOAD_H
#define ZDM_CLI_LOAD_H

#include "lua/plan_file.h"
#include "plan/check.h"

struct zdm_loaded {
    struct zdm_plan_file *file;    /* NULL when it could not be read or evaluated */
    const struct zdm_plan *plan;   /* view of file; NULL with it */
    struct zdm_plan_report report; /* its errors were moved to `errors` */
    struct zdm_errlist errors;     /* everything that is wrong, in the order of places */
};

/* `word` is the path of a file, or NAME for plans/NAME.lua. Fills *out whatever happens
 * (zdm_loaded_release); -1 when there are errors. */
int zdm_load(const char *word, struct zdm_loaded *out);
/* The two halves of it: evaluated; and checked in a context (done: see plan/check.h). */
int zdm_load_file(const char *word, struct zdm_loaded *out);
int zdm_load_check(struct zdm_loaded *loaded, struct zdm_sql_context *context, const bool *done);
void zdm_loaded_release(struct zdm_loaded *loaded);

#endif
