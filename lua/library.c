#include "lua/library.h"

#include <lua.h>

const char *
zdm_lua_library(void)
{
    return LUA_RELEASE;
}
