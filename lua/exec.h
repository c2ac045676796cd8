/*
 * exec.h - calls functions of a plan while it runs.
 */
#ifndef ZDM_LUA_EXEC_H
#define ZDM_LUA_EXEC_H

#include "lua/state.h"
#include "run/host.h"

/* struct zdm_host's call, on a script. */
int zdm_exec_call(struct zdm_script *script, zdm_func func, struct zdm_conn *conn,
    const struct zdm_hook_context *context, bool *answer, struct zdm_err *err);

/* struct zdm_host's look, on a script. */
int zdm_exec_look(struct zdm_script *script, zdm_func func, struct zdm_conn *conn,
    const struct zdm_hook_context *context, bool *open, char **seen, struct zdm_err *err);

/* struct zdm_host's ask, on a script. */
int zdm_exec_ask(struct zdm_script *script, zdm_func func, const struct zdm_hook_context *context,
    char **reason, struct zdm_err *err);

#endif
