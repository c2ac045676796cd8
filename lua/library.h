/*
 * library.h - which Lua evaluates the plans.
 */
#ifndef ZDM_LUA_LIBRARY_H
#define ZDM_LUA_LIBRARY_H

const char *zdm_lua_library(void); /* "Lua 5.4.4" */

#endif
