/* What recipes read of the catalog: native.describe(). */
#include <jansson.h>
#include <lauxlib.h>
#include <stdlib.h>

#include "lua/mod.h"
#include "lua/own.h"
#include "lua/plan_file.h"
#include "lua/state.h"

static void
release_json(void *json)
{
    json_decref(json);
}

/* null is nil. A description is a few levels deep, and is the server's. */
static void
push_json(lua_State *L, const json_t *value)
{
    luaL_checkstack(L, 8, "a description is nested too deep");
    switch (json_typeof(value)) {
    case JSON_OBJECT: {
        const char *key;
        json_t *member;
        lua_createtable(L, 0, (int)json_object_size(value));
        json_object_foreach((json_t *)value, key, member)
        {
            push_json(L, member);
            lua_setfield(L, -2, key);
        }
        break;
    }
    case JSON_ARRAY: {
        size_t n = json_array_size(value);
        lua_createtable(L, (int)n, 0);
        for (size_t i = 0; i < n; i++) {
            push_json(L, json_array_get(value, i));
            lua_seti(L, -2, (lua_Integer)i + 1);
        }
        break;
    }
    case JSON_STRING:
        lua_pushlstring(L, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
        lua_pushinteger(L, json_integer_value(value));
        break;
    case JSON_REAL:
        lua_pushnumber(L, json_real_value(value));
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        lua_pushboolean(L, json_is_true(value));
        break;
    case JSON_NULL:
        lua_pushnil(L);
        break;
    }
}

int
zdm_native_describe(lua_State *L)
{
    struct zdm_script *script = zdm_script_of(L);
    const char *plan = luaL_checkstring(L, 1), *relation = luaL_checkstring(L, 2);
    void **text = zdm_own(L, free), **json = zdm_own(L, release_json);
    struct zdm_err *err = zdm_own_err(L);
    json_error_t wrong;

    if (!script->describer) {
        script->undescribed = true;
        lua_pushboolean(L, false);
        return 1;
    }
    if (script->describer->describe(script->describer->self, plan, relation, (char **)text, err) <
        0) {
        zdm_push_db_error(L, err);
        return lua_error(L);
    }
    if (!*text)
        return 0;
    *json = json_loads(*text, JSON_REJECT_DUPLICATES, &wrong);
    if (!*json)
        return luaL_error(L, "the description of %s is no JSON: %s", relation, wrong.text);
    push_json(L, *json);
    return 1;
}
