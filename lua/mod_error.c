#include "lua/mod.h"

#include <lauxlib.h>

#define ERROR "zdm.error"

/* tostring(e) and concatenation give the message. */
static int
error_tostring(lua_State *L)
{
    lua_getfield(L, 1, "message");
    luaL_tolstring(L, -1, NULL);
    return 1;
}

static void
set_string(lua_State *L, const char *field, const char *value)
{
    if (value) {
        lua_pushstring(L, value);
        lua_setfield(L, -2, field);
    }
}

static void
set_integer(lua_State *L, const char *field, lua_Integer value)
{
    lua_pushinteger(L, value);
    lua_setfield(L, -2, field);
}

void
zdm_push_db_error(lua_State *L, const struct zdm_err *err)
{
    lua_createtable(L, 0, 8);
    set_string(L, "code", err->sqlstate);
    set_string(L, "message", err->message);
    set_string(L, "detail", err->detail);
    set_string(L, "hint", err->hint);
    set_string(L, "file", err->file);
    set_integer(L, "class", err->code);
    set_integer(L, "line", err->line);
    set_integer(L, "column", err->column);
    if (luaL_newmetatable(L, ERROR)) {
        lua_pushcfunction(L, error_tostring);
        lua_setfield(L, -2, "__tostring");
    }
    lua_setmetatable(L, -2);
}

/* A field as a string, NULL when it is none. Pushes it, so that the view holds. */
static const char *
get_string(lua_State *L, int index, const char *field)
{
    return lua_getfield(L, index, field) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
}

static int
get_integer(lua_State *L, int index, const char *field)
{
    lua_getfield(L, index, field);
    return (int)lua_tointeger(L, -1);
}

static bool
is_error(lua_State *L, int index)
{
    if (!lua_istable(L, index) || !lua_getmetatable(L, index))
        return false;
    luaL_getmetatable(L, ERROR);
    bool same = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return same;
}

bool
zdm_db_error(lua_State *L, int index, struct zdm_err *err)
{
    int top = lua_gettop(L);

    index = lua_absindex(L, index);
    if (!is_error(L, index))
        return false;

    const char *message = get_string(L, index, "message"), *code = get_string(L, index, "code");
    const char *detail = get_string(L, index, "detail"), *hint = get_string(L, index, "hint");
    int class = get_integer(L, index, "class");
    struct zdm_place at = {.file = get_string(L, index, "file")};
    at.line = get_integer(L, index, "line");
    at.column = get_integer(L, index, "column");

    /* A hook may have changed the table: believe only what makes sense. */
    bool kept = class == ZDM_ERR_REFUSED || class == ZDM_ERR_OWNED || class == ZDM_ERR_MISMATCH;
    zdm_fail(err, kept ? (enum zdm_code) class : ZDM_ERR_FAILED, "%s",
        message ? message : "error without a message");
    if (code && strlen(code) < sizeof err->sqlstate)
        snprintf(err->sqlstate, sizeof err->sqlstate, "%s", code);
    if (detail)
        zdm_err_detail(err, "%s", detail);
    if (hint)
        zdm_err_hint(err, "%s", hint);
    if (at.file && at.line > 0)
        zdm_err_at(err, at);
    lua_settop(L, top);
    return true;
}
