#include "lua/evaluate.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"
#include "lua/mod.h"

extern const struct zdm_embedded zdm_stdlib_files[];

#define LOADED "zdm.loaded"

/* require "name" inside stdlib: runs stdlib/name.lua once. */
static int
require_stdlib(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    const char *file = lua_pushfstring(L, "%s.lua", name);
    const struct zdm_embedded *entry = zdm_stdlib_files;

    luaL_getsubtable(L, LUA_REGISTRYINDEX, LOADED);
    if (lua_getfield(L, -1, name) != LUA_TNIL)
        return 1;
    while (entry->name && strcmp(entry->name, file) != 0)
        entry++;
    if (!entry->name)
        return luaL_error(L, "stdlib has no \"%s\"", name);
    lua_pushfstring(L, "@stdlib/%s", file);
    if (luaL_loadbufferx(L, entry->data, entry->size, lua_tostring(L, -1), "t") != LUA_OK)
        return lua_error(L);
    lua_call(L, 0, 1);
    lua_pushvalue(L, -1);
    lua_setfield(L, 3, name);
    return 1;
}

/* Pushes the stdlib module; for use inside a protected call. */
static void
push_module(lua_State *L, const char *name)
{
    lua_pushcfunction(L, require_stdlib);
    lua_pushstring(L, name);
    lua_call(L, 1, 1);
}

/* s:find() and friends of every string get the bounded functions of stdlib/env.lua. */
static void
set_string_methods(lua_State *L)
{
    lua_pushliteral(L, "");
    lua_getmetatable(L, -1);
    push_module(L, "env");
    lua_getfield(L, -1, "string_methods");
    lua_call(L, 0, 1);
    lua_setfield(L, -3, "__index");
    lua_pop(L, 3);
}

/* (chunk) -> the chunk with the globals of a plan */
static int
prepare(lua_State *L)
{
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LOADED);
    zdm_mod_native(L);
    lua_setfield(L, -2, "native");
    lua_pushcfunction(L, require_stdlib);
    lua_setglobal(L, "require");
    set_string_methods(L);
    push_module(L, zdm_script_of(L)->language);
    lua_getfield(L, -1, "environment");
    lua_call(L, 0, 1);
    lua_setupvalue(L, 1, 1);
    lua_settop(L, 1);
    return 1;
}

/* (value) -> description or nil */
static int
finish(lua_State *L)
{
    push_module(L, zdm_script_of(L)->language);
    lua_getfield(L, -1, "finish");
    lua_pushvalue(L, 1);
    lua_call(L, 1, 1);
    return 1;
}

/* (name): dsl.NAME() */
static int
call_dsl(lua_State *L)
{
    push_module(L, "dsl");
    lua_getfield(L, -1, lua_tostring(L, 1));
    lua_call(L, 0, 0);
    return 0;
}

int
zdm_dsl_call(struct zdm_script *script, const char *name, struct zdm_err *err)
{
    lua_pushcfunction(script->L, call_dsl);
    lua_pushstring(script->L, name);
    return zdm_script_call(script, 1, 0, err);
}

static const char *
string_field(lua_State *L, int index, const char *name)
{
    const char *s = lua_getfield(L, index, name) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;

    lua_pop(L, 1); /* the table keeps it */
    return s;
}

static int
integer_field(lua_State *L, int index, const char *name)
{
    lua_getfield(L, index, name);
    int n = (int)lua_tointeger(L, -1);
    lua_pop(L, 1);
    return n;
}

/* One entry of stdlib's list of errors, with its column found in the text of the plan. */
static void
add_error(lua_State *L, int index, struct zdm_errlist *errors)
{
    const struct zdm_source *source = zdm_script_of(L)->source;
    const char *key = string_field(L, index, "key"), *symbol = string_field(L, index, "symbol");
    const char *text = string_field(L, index, "text"), *hint = string_field(L, index, "hint");
    struct zdm_err *err = zdm_errlist_add(errors);
    struct zdm_place at = {.file = source->path, .line = integer_field(L, index, "line")};
    int position = integer_field(L, index, "position");
    bool found = text && zdm_source_locate(source, text, key, at.line, position, &at);

    if (!found && key && at.line > 0)
        zdm_source_find_name(source, key, true, at.line, &at);
    else if (!found && symbol && at.line > 0)
        zdm_source_find_name(source, symbol, false, at.line, &at);

    zdm_fail(err, ZDM_ERR_PLAN, "%s", string_field(L, index, "message"));
    if (hint)
        zdm_err_hint(err, "%s", hint);
    zdm_err_at(err, at);
}

/* (errors): moves stdlib's list of errors over. */
static int
collect(lua_State *L)
{
    struct zdm_errlist *errors = lua_touserdata(L, 1);

    push_module(L, "errors");
    lua_getfield(L, -1, "list");
    lua_Integer n = luaL_len(L, -1);
    for (lua_Integer i = 1; i <= n; i++) {
        lua_geti(L, -1, i);
        add_error(L, lua_gettop(L), errors);
        lua_pop(L, 1);
    }
    return 0;
}

static int
compare_errors(const void *a, const void *b)
{
    const struct zdm_err *x = a, *y = b;

    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    if (x->column != y->column)
        return x->column < y->column ? -1 : 1;
    return strcmp(x->message, y->message);
}

/* After an unknown name the plan goes on with a value that means nothing; what Lua then says about
 * that value says nothing new. */
static bool
is_noise(bool over_budget, const struct zdm_err *err)
{
    return over_budget || strncmp(err->message, "attempt to ", 11) == 0 ||
           strncmp(err->message, "bad ", 4) == 0;
}

static bool
has_unknown_name(const struct zdm_errlist *errors)
{
    for (size_t i = 0; i < errors->count; i++)
        if (strncmp(errors->items[i].message, "unknown name ", 13) == 0 ||
            strstr(errors->items[i].message, "is not available in a plan"))
            return true;
    return false;
}

/* Loads the text: the chunk on the stack, or *err with the place of the syntax error. */
static int
load_chunk(struct zdm_script *script, struct zdm_err *err)
{
    lua_State *L = script->L;
    const char *text = script->source->text;
    size_t skip = text[0] == '#' ? strcspn(text, "\n") : 0;
    struct zdm_place at = {.file = script->source->path};

    if (luaL_loadbufferx(L, text + skip, script->source->len - skip, script->chunkname, "t") ==
        LUA_OK)
        return 0;

    /* "path:12: message", where Lua shortens a long path. */
    const char *message = lua_isstring(L, -1) ? lua_tostring(L, -1) : "cannot be read by Lua";
    size_t path = strlen(at.file) < LUA_IDSIZE ? strlen(at.file) : LUA_IDSIZE - 1;
    if (strlen(message) > path && message[path] == ':') {
        char *end;
        at.line = (int)strtol(message + path + 1, &end, 10);
        message = end + strspn(end, ": ");
    }
    zdm_fail(err, ZDM_ERR_PLAN, "%s", message);
    if (strstr(message, "'}' expected"))
        zdm_err_hint(err, strstr(message, "near <eof>") ? "a } is missing: one for each {"
                                                        : "is a comma missing before it?");
    else if (strstr(message, "unfinished long string"))
        zdm_err_hint(err, "what begins with [[ ends with two brackets");
    zdm_err_at(err, at);
    lua_pop(L, 1);
    return -1;
}

/* The chunk's value on the stack becomes the description, or is popped. */
static int
run_chunk(struct zdm_script *script, struct zdm_err *err)
{
    lua_State *L = script->L;

    lua_pushcfunction(L, prepare);
    lua_insert(L, -2);
    if (zdm_script_call(script, 1, 1, err) < 0 || zdm_script_call(script, 0, 1, err) < 0)
        return -1;
    lua_pushcfunction(L, finish);
    lua_insert(L, -2);
    return zdm_script_call(script, 1, 1, err);
}

int
zdm_evaluate(struct zdm_script *script, struct zdm_errlist *errors)
{
    lua_State *L = script->L;
    struct zdm_err err = ZDM_ERR_INIT;
    int top = lua_gettop(L);

    if (load_chunk(script, &err) < 0) {
        zdm_err_move(zdm_errlist_add(errors), &err);
        return -1;
    }

    int result = run_chunk(script, &err);
    bool noise = result < 0 && is_noise(script->over_budget, &err);
    struct zdm_err trouble = ZDM_ERR_INIT;
    lua_pushcfunction(L, collect);
    lua_pushlightuserdata(L, errors);
    zdm_script_rearm(script);
    if (zdm_script_call(script, 1, 0, &trouble) < 0)
        zdm_err_move(zdm_errlist_add(errors), &trouble);
    if (result < 0 && !(noise && has_unknown_name(errors)))
        zdm_err_move(zdm_errlist_add(errors), &err);
    zdm_err_release(&err);
    if (errors->count == 0)
        return 0;
    qsort(errors->items, errors->count, sizeof *errors->items, compare_errors);
    lua_settop(L, top);
    return -1;
}
