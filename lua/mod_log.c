#include "lua/mod.h"

#include <lauxlib.h>

#define LOG "zdm.log"

/* log:info(text, ...) with the level in the upvalue */
static int
log_write(lua_State *L)
{
    const struct zdm_hook_context **context = luaL_checkudata(L, 1, LOG);
    const char *level = lua_tostring(L, lua_upvalueindex(1));

    if (!*context)
        return luaL_error(L, "log can be used only while its hook runs");
    luaL_checkany(L, 2);
    if (lua_gettop(L) > 2) {
        luaL_checkstring(L, 2);
        lua_getglobal(L, "string");
        lua_getfield(L, -1, "format");
        lua_replace(L, 1);
        lua_pop(L, 1);
        lua_call(L, lua_gettop(L) - 1, 1);
    }
    (*context)->log((*context)->log_self, level, luaL_tolstring(L, -1, NULL));
    return 0;
}

static void
push_method(lua_State *L, const char *name, const char *level)
{
    lua_pushstring(L, level);
    lua_pushcclosure(L, log_write, 1);
    lua_setfield(L, -2, name);
}

const struct zdm_hook_context **
zdm_mod_log(lua_State *L, const struct zdm_hook_context *context)
{
    const struct zdm_hook_context **box = lua_newuserdatauv(L, sizeof *box, 0);

    *box = context;
    if (luaL_newmetatable(L, LOG)) {
        lua_newtable(L);
        push_method(L, "info", "info");
        push_method(L, "warn", "warning");
        lua_setfield(L, -2, "__index");
    }
    lua_setmetatable(L, -2);
    return box;
}
