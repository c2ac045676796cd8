/*
 * reader.h - from the description that stdlib made to struct plan.
 */
#ifndef ZDM_LUA_READER_H
#define ZDM_LUA_READER_H

#include "lua/state.h"
#include "plan/plan.h"

/* Reads the description on top of the stack, and pops it. Functions are kept in the state: a
 * zdm_func is a reference for zdm_push_function. *out owned. */
int zdm_read_plan(struct zdm_script *script, struct zdm_plan **out, struct zdm_err *err);

/* The same of a description that has nothing but compat = { ... }: the rest of the plan is empty. */
int zdm_read_compat(struct zdm_script *script, struct zdm_plan **out, struct zdm_err *err);

/* Pushes the function behind a handle. */
void zdm_push_function(lua_State *L, zdm_func func);

#endif
