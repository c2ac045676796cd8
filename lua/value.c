#include "lua/value.h"

#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SQL_NULL "zdm.null"

/* Type Oids that are not strings for Lua; fixed in PostgreSQL's pg_type.dat. */
enum { OID_BOOL = 16, OID_INT8 = 20, OID_INT2 = 21, OID_INT4 = 23, OID_FLOAT4 = 700, OID_FLOAT8 };

static int
null_tostring(lua_State *L)
{
    lua_pushliteral(L, "null");
    return 1;
}

void
zdm_push_null(lua_State *L)
{
    if (lua_getfield(L, LUA_REGISTRYINDEX, SQL_NULL " value") != LUA_TNIL)
        return;
    lua_pop(L, 1);
    lua_newuserdatauv(L, 0, 0);
    luaL_newmetatable(L, SQL_NULL);
    lua_pushcfunction(L, null_tostring);
    lua_setfield(L, -2, "__tostring");
    lua_setmetatable(L, -2);
    lua_pushvalue(L, -1);
    lua_setfield(L, LUA_REGISTRYINDEX, SQL_NULL " value");
}

bool
zdm_is_null(lua_State *L, int index)
{
    return luaL_testudata(L, index, SQL_NULL) != NULL;
}

void
zdm_push_cell(lua_State *L, const struct zdm_result *result, int row, int column)
{
    const char *text = zdm_result_get(result, row, column);

    if (!text) {
        zdm_push_null(L);
        return;
    }
    switch (zdm_result_type(result, column)) {
    case OID_BOOL:
        lua_pushboolean(L, zdm_result_bool(result, row, column));
        return;
    case OID_INT2:
    case OID_INT4:
    case OID_INT8:
        lua_pushinteger(L, zdm_result_i64(result, row, column));
        return;
    case OID_FLOAT4:
    case OID_FLOAT8:
        lua_pushnumber(L, strtod(text, NULL)); /* reads NaN and Infinity too */
        return;
    default:
        lua_pushlstring(L, text, zdm_result_length(result, row, column));
    }
}

/* 17 digits bring a double back unchanged; Lua itself writes 14. C would write "-nan". */
static void
push_float(lua_State *L, double number)
{
    char text[40];

    if (isnan(number))
        lua_pushliteral(L, "NaN");
    else if (isinf(number))
        lua_pushstring(L, number < 0 ? "-Infinity" : "Infinity");
    else
        lua_pushlstring(L, text, (size_t)snprintf(text, sizeof text, "%.17g", number));
}

enum zdm_lua_value
zdm_push_text(lua_State *L, int index, const char **text, size_t *length)
{
    switch (lua_type(L, index)) {
    case LUA_TBOOLEAN:
        lua_pushstring(L, lua_toboolean(L, index) ? "true" : "false");
        break;
    case LUA_TNUMBER:
        if (lua_isinteger(L, index))
            luaL_tolstring(L, index, NULL);
        else
            push_float(L, lua_tonumber(L, index));
        break;
    case LUA_TSTRING:
        lua_pushvalue(L, index);
        break;
    case LUA_TUSERDATA:
        return zdm_is_null(L, index) ? ZDM_VALUE_NULL : ZDM_VALUE_OTHER;
    default:
        return ZDM_VALUE_OTHER;
    }
    *text = lua_tolstring(L, -1, length);
    if (!memchr(*text, '\0', *length))
        return ZDM_VALUE_TEXT;
    lua_pop(L, 1);
    return ZDM_VALUE_NUL_BYTE;
}
