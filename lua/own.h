/*
 * own.h - things of C that must be freed though a Lua error may jump away.
 *
 * Make the owner first, then acquire: the owner is a closed box on the stack
 * that Lua's collector, or zdm_own_release, empties.
 */
#ifndef ZDM_LUA_OWN_H
#define ZDM_LUA_OWN_H

#include <lua.h>

#include "base/err.h"

/* Pushes an empty box for a pointer that `release` frees; fill *box. */
void **zdm_own(lua_State *L, void (*release)(void *));
/* Empties a box early. */
void zdm_own_release(void **box);

/* Pushes a box that holds an empty error. */
struct zdm_err *zdm_own_err(lua_State *L);

#endif
