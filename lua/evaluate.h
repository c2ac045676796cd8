/*
 * evaluate.h - runs a plan file in the declare environment.
 */
#ifndef ZDM_LUA_EVALUATE_H
#define ZDM_LUA_EVALUATE_H

#include "lua/state.h"

/* Runs the file. On success what stdlib/'s module of its language made of it is on the stack, and 0. Otherwise
 * the stack is unchanged and all errors, in the order of the file, are added to *errors. */
int zdm_evaluate(struct zdm_script *script, struct zdm_errlist *errors);

/* Calls dsl.NAME() of stdlib. */
int zdm_dsl_call(struct zdm_script *script, const char *name, struct zdm_err *err);

#endif
