/*
 * value.h - SQL values as Lua sees them, and the other way.
 *
 * smallint, integer and bigint are integers, real and double precision are
 * numbers, boolean is a boolean, every other type is a string as the server
 * writes it. NULL is a value of its own: a table keeps it, and it is true.
 */
#ifndef ZDM_LUA_VALUE_H
#define ZDM_LUA_VALUE_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

#include "pg/conn.h"

/* Pushes db.null, the SQL NULL. */
void zdm_push_null(lua_State *L);
bool zdm_is_null(lua_State *L, int index);
/* Pushes a cell. */
void zdm_push_cell(lua_State *L, const struct zdm_result *result, int row, int column);

enum zdm_lua_value {
    ZDM_VALUE_TEXT,
    ZDM_VALUE_NULL,     /* nothing is pushed, here and below */
    ZDM_VALUE_NUL_BYTE, /* a string that the server cannot hold */
    ZDM_VALUE_OTHER,    /* no SQL value: a table, a function, nil */
};
/* Pushes the value at index as text for the server; *text is a view of it. */
enum zdm_lua_value zdm_push_text(lua_State *L, int index, const char **text, size_t *length);

#endif
