/*
 * load.h - what applications ask, from an SQL file.
 */
#ifndef ZDM_REHEARSE_LOAD_H
#define ZDM_REHEARSE_LOAD_H

#include "base/err.h"
#include "plan/plan.h"

/* Each statement of the text is a query of the old version. *out owned: a plan of which nothing but
 * `compat` is set. Commands of psql and rows of COPY are ZDM_ERR_USAGE with their place. */
int zdm_load_sql(const char *path, const char *text, struct zdm_plan **out, struct zdm_err *err);

#endif
