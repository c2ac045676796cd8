/*
 * mod.h - what a hook is given: db, log, ctx; and the engine's functions that
 * stdlib/ uses.
 *
 * Each object is a userdata that is cut off from C when the hook returns, so
 * that one kept in a variable of the plan raises an error instead of being used
 * later.
 */
#ifndef ZDM_LUA_MOD_H
#define ZDM_LUA_MOD_H

#include <lua.h>
#include <stdbool.h>

#include "pg/conn.h"
#include "run/host.h"

/* Pushes the table of functions behind `require "native"` (mod_native.c). */
int zdm_mod_native(lua_State *L);
/* describe(plan, relation) -> the relation (catalog/describe.h); nil when there is none; false when nobody can
 * tell, which the script remembers (mod_describe.c). */
int zdm_native_describe(lua_State *L);

struct zdm_db {            /* mod_db.c */
    struct zdm_conn *conn; /* NULL: the hook is over */
    bool transaction;      /* the transaction is the runner's: not to be ended here */
    const char *mark;      /* a comment behind each statement; NULL: none */
};
/* Pushes db; view until the state is gone. mark: borrowed. */
struct zdm_db *zdm_mod_db(lua_State *L, struct zdm_conn *conn, bool transaction, const char *mark);
/* Pushes err as what db raises: a table that tostring() understands (mod_error.c). */
void zdm_push_db_error(lua_State *L, const struct zdm_err *err);
/* Is the value an error of db? Then *err becomes it. */
bool zdm_db_error(lua_State *L, int index, struct zdm_err *err);

/* Pushes log and ctx; *context is borrowed until the box is emptied (set to NULL). */
const struct zdm_hook_context **zdm_mod_log(
    lua_State *L, const struct zdm_hook_context *context);              /* mod_log.c */
void zdm_mod_ctx(lua_State *L, const struct zdm_hook_context *context); /* mod_ctx.c */

#endif
