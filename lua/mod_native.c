#include "lua/mod.h"

#include <arpa/inet.h>
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/regex.h"
#include "base/text.h"
#include "lua/own.h"
#include "lua/state.h"
#include "lua/value.h"
#include "pg/conn.h"
#include "sql/classify.h"
#include "sql/syntax.h"

/* check_address("10.1.0.0/16") -> is it an address or a network? */
static int
native_check_address(lua_State *L)
{
    char text[64], *slash, *end;
    unsigned char bits[sizeof(struct in6_addr)];
    size_t n = strlen(luaL_checkstring(L, 1));
    bool ok = n < sizeof text;

    if (ok) {
        memcpy(text, lua_tostring(L, 1), n + 1);
        int family = strchr(text, ':') ? AF_INET6 : AF_INET;
        if ((slash = strchr(text, '/')) != NULL) {
            *slash = '\0';
            long mask = strtol(slash + 1, &end, 10);
            ok = slash[1] && !*end && mask >= 0 && mask <= (family == AF_INET6 ? 128 : 32);
        }
        ok = ok && inet_pton(family, text, bits) == 1;
    }
    lua_pushboolean(L, ok);
    return 1;
}

/* is_public_conninfo("host=replica1") -> can it be read, and does it hold no password? */
static int
native_is_public_conninfo(lua_State *L)
{
    lua_pushboolean(L, zdm_conninfo_is_public(luaL_checkstring(L, 1)));
    return 1;
}

/* where() -> line of the plan, 0 when none */
static int
native_where(lua_State *L)
{
    lua_pushinteger(L, zdm_script_line(L));
    return 1;
}

static int
native_tick(lua_State *L)
{
    zdm_script_tick(L);
    return 0;
}

/* nil, message */
static int
push_failure(lua_State *L, const struct zdm_err *err)
{
    lua_pushnil(L);
    lua_pushstring(L, err->message);
    return 2;
}

/* split_name(text) -> name, nil, schema or nil; or nil, message */
static int
native_split_name(lua_State *L)
{
    const char *text = luaL_checkstring(L, 1);
    void **schema = zdm_own(L, free), **name = zdm_own(L, free);
    struct zdm_err *err = zdm_own_err(L);

    if (zdm_sql_split_name(text, (char **)schema, (char **)name, err) < 0)
        return push_failure(L, err);
    lua_pushstring(L, *name);
    lua_pushnil(L);
    lua_pushstring(L, *schema); /* NULL becomes nil */
    return 3;
}

/* identifier(text) -> name; or nil, message */
static int
native_identifier(lua_State *L)
{
    const char *text = luaL_checkstring(L, 1);
    void **name = zdm_own(L, free);
    struct zdm_err *err = zdm_own_err(L);

    if (zdm_sql_identifier(text, (char **)name, err) < 0)
        return push_failure(L, err);
    lua_pushstring(L, *name);
    return 1;
}

static int
native_quote_ident(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    void **quoted = zdm_own(L, free);

    *quoted = zdm_sql_quote_ident(name);
    lua_pushstring(L, *quoted);
    return 1;
}

/* quote_qualified(schema or nil, name) */
static int
native_quote_qualified(lua_State *L)
{
    const char *schema = luaL_optstring(L, 1, NULL), *name = luaL_checkstring(L, 2);
    void **quoted = zdm_own(L, free);

    *quoted = zdm_sql_quote_qualified(schema, name);
    lua_pushstring(L, *quoted);
    return 1;
}

static int
native_quote_literal(lua_State *L)
{
    const char *text = luaL_checkstring(L, 1);
    void **quoted = zdm_own(L, free);

    *quoted = zdm_sql_quote_literal(text);
    lua_pushstring(L, *quoted);
    return 1;
}

static int
push_checked(lua_State *L, int rc, const struct zdm_err *err)
{
    if (rc < 0) {
        push_failure(L, err);
        lua_pushstring(L, err->hint);
        lua_pushinteger(L, err->position);
        return 4;
    }
    lua_pushboolean(L, 1);
    return 1;
}

/* check_expression(text) -> true; or nil, message, hint, position */
static int
native_check_expression(lua_State *L)
{
    struct zdm_err *err = zdm_own_err(L);

    return push_checked(L, zdm_sql_check_expression(luaL_checkstring(L, 1), err), err);
}

struct names {
    char **names;
    size_t n;
};

static void
free_names(void *self)
{
    struct names *list = self;

    for (size_t i = 0; i < list->n; i++)
        free(list->names[i]);
    free(list->names);
    free(list);
}

/* columns(expression) -> the names of the columns that it reads */
static int
native_columns(lua_State *L)
{
    const char *text = luaL_checkstring(L, 1);
    void **owned = zdm_own(L, free_names);
    struct zdm_err *err = zdm_own_err(L);
    struct names *list = *owned = zdm_alloc(sizeof *list);

    if (zdm_sql_expression_columns(text, &list->names, &list->n, err) < 0)
        return luaL_error(L, "%s", err->message);
    lua_createtable(L, (int)list->n, 0);
    for (size_t i = 0; i < list->n; i++) {
        lua_pushstring(L, list->names[i]);
        lua_seti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

/* check_regex(text) -> true; or nil, message */
static int
native_check_regex(lua_State *L)
{
    struct zdm_err *err = zdm_own_err(L);

    if (zdm_regex_check(luaL_checkstring(L, 1), err) < 0)
        return push_failure(L, err);
    lua_pushboolean(L, 1);
    return 1;
}

/* check_sql(text) -> true when it parses as statements; or nil, message, hint, position */
static int
native_check_sql(lua_State *L)
{
    struct zdm_err *err = zdm_own_err(L);
    struct zdm_parsed *parsed = NULL;
    int rc = zdm_sql_classify(luaL_checkstring(L, 1), false, &parsed, err);

    zdm_parsed_free(parsed);
    return push_checked(L, rc, err);
}

static int
native_sha256(lua_State *L)
{
    size_t n;
    const char *data = luaL_checklstring(L, 1, &n);
    char hex[65];

    zdm_sha256_hex(data, n, hex);
    lua_pushstring(L, hex);
    return 1;
}

/* duration(text) -> milliseconds or nil */
static int
native_duration(lua_State *L)
{
    size_t n;
    const char *text = luaL_checklstring(L, 1, &n);
    int64_t ms;

    if (strlen(text) != n || !zdm_parse_duration_ms(text, &ms))
        return 0;
    lua_pushinteger(L, ms);
    return 1;
}

/* nearest(name, list) -> one of the list, or nil */
static int
native_nearest(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_Integer n = luaL_len(L, 2);
    luaL_checkstack(L, (int)n + 4, "too many names");
    const char **names = lua_newuserdatauv(L, (size_t)(n + 1) * sizeof *names, 0);

    for (lua_Integer i = 0; i < n; i++) {
        lua_geti(L, 2, i + 1);
        names[i] = luaL_checkstring(L, -1); /* stays on the stack, so the view holds */
    }
    lua_pushstring(L, zdm_nearest(name, names, (size_t)n));
    return 1;
}

/* Is it a Lua function whose text stands in the plan file? */
static int
native_is_plan_function(lua_State *L)
{
    lua_Debug ar;

    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_pushvalue(L, 1);
    lua_getinfo(L, ">S", &ar);
    lua_pushboolean(L, strcmp(ar.source, zdm_script_of(L)->chunkname) == 0);
    return 1;
}

int
zdm_mod_native(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"where", native_where},
        {"tick", native_tick},
        {"split_name", native_split_name},
        {"identifier", native_identifier},
        {"quote_ident", native_quote_ident},
        {"quote_qualified", native_quote_qualified},
        {"quote_literal", native_quote_literal},
        {"check_expression", native_check_expression},
        {"check_address", native_check_address},
        {"is_public_conninfo", native_is_public_conninfo},
        {"check_regex", native_check_regex},
        {"check_sql", native_check_sql},
        {"columns", native_columns},
        {"describe", zdm_native_describe},
        {"sha256", native_sha256},
        {"duration", native_duration},
        {"nearest", native_nearest},
        {"is_plan_function", native_is_plan_function},
        {NULL, NULL},
    };

    luaL_newlib(L, functions);
    zdm_push_null(L);
    lua_setfield(L, -2, "null");
    return 1;
}
