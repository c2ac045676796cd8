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

/* Fills *out whatever happens (zdm_loaded_release); -1 when there are errors. */
int zdm_load(const char *path, struct zdm_loaded *out);
void zdm_loaded_release(struct zdm_loaded *loaded);

#endif
