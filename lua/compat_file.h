/*
 * compat_file.h - what applications ask, in a Lua file of its own (zdm rehearse --load).
 *
 * It is evaluated as plans are, and returns { old = { ... }, new = { ... } } (stdlib/compat.lua).
 */
#ifndef ZDM_LUA_COMPAT_FILE_H
#define ZDM_LUA_COMPAT_FILE_H

#include "base/err.h"
#include "plan/plan.h"

/* *out owned: a plan of which nothing but `compat` is set. All that is wrong comes in *errors. */
int zdm_compat_read(const char *path, struct zdm_plan **out, struct zdm_errlist *errors);

#endif
