#include "lua/mod.h"

#include <lauxlib.h>

/* ctx.field; upvalue: the fields */
static int
ctx_index(lua_State *L)
{
    lua_settop(L, 2);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) == LUA_TNIL)
        return luaL_error(
            L, "ctx has no field \"%s\": it has plan, step and epoch", luaL_tolstring(L, 2, NULL));
    return 1;
}

static int
ctx_newindex(lua_State *L)
{
    return luaL_error(L, "ctx cannot be changed");
}

void
zdm_mod_ctx(lua_State *L, const struct zdm_hook_context *context)
{
    lua_newtable(L); /* ctx itself stays empty, so that every access comes to the metatable */
    lua_createtable(L, 0, 2);
    lua_createtable(L, 0, 3);
    lua_pushstring(L, context->plan);
    lua_setfield(L, -2, "plan");
    lua_pushstring(L, context->step);
    lua_setfield(L, -2, "step");
    lua_pushinteger(L, context->epoch);
    lua_setfield(L, -2, "epoch");
    lua_pushcclosure(L, ctx_index, 1);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, ctx_newindex);
    lua_setfield(L, -2, "__newindex");
    lua_setmetatable(L, -2);
}
