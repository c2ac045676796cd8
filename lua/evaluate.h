/*
 * evaluate.h - runs a plan file in the declare environment.
 */
#ifndef ZDM_LUA_EVALUATE_H
#define ZDM_LUA_EVALUATE_H

#include "lua/state.h"

/* Runs the plan. On success the description made by stdlib/dsl.lua is on the stack, and 0. Otherwise
 * the stack is unchanged and all errors, in the order of the file, are added to *errors. */
int zdm_evaluate(struct zdm_script *script, struct zdm_errlist *errors);

/* Calls dsl.NAME() of stdlib. */
int zdm_dsl_call(struct zdm_script *script, const char *name, struct zdm_err *err);

#endif
