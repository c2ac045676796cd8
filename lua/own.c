#include "lua/own.h"

#include <lauxlib.h>
#include <stdlib.h>

#include "base/mem.h"

#define OWNER "zdm.owner"

struct owner {
    void *held; /* first: zdm_own_release gets its address */
    void (*release)(void *);
};

void
zdm_own_release(void **box)
{
    struct owner *owner = (struct owner *)box;

    if (owner->held)
        owner->release(owner->held);
    owner->held = NULL;
}

static int
collect(lua_State *L)
{
    zdm_own_release(lua_touserdata(L, 1));
    return 0;
}

void **
zdm_own(lua_State *L, void (*release)(void *))
{
    struct owner *owner = lua_newuserdatauv(L, sizeof *owner, 0);

    *owner = (struct owner){.release = release};
    if (luaL_newmetatable(L, OWNER)) {
        lua_pushcfunction(L, collect);
        lua_setfield(L, -2, "__gc");
    }
    lua_setmetatable(L, -2);
    return &owner->held;
}

static void
free_err(void *held)
{
    zdm_err_release(held);
    free(held);
}

struct zdm_err *
zdm_own_err(lua_State *L)
{
    void **box = zdm_own(L, free_err);

    *box = zdm_alloc(sizeof(struct zdm_err));
    return *box;
}
