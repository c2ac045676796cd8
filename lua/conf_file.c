#include "lua/conf_file.h"

#include <lauxlib.h>
#include <stdlib.h>

#include "base/mem.h"
#include "lua/evaluate.h"

/* What is read here was checked by stdlib/validate.lua. The table is on top of the stack. */
static const char *
string_field(lua_State *L, struct zdm_arena *arena, const char *name)
{
    const char *s = lua_getfield(L, -1, name) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
    char *copy = zdm_arena_strdup(arena, s);

    lua_pop(L, 1);
    return copy;
}

static void
read_paths(lua_State *L, struct zdm_conf *conf)
{
    if (lua_getfield(L, -1, "paths") == LUA_TTABLE) {
        conf->check.n_paths = (size_t)luaL_len(L, -1);
        conf->check.paths =
            zdm_arena_alloc(conf->arena, conf->check.n_paths * sizeof *conf->check.paths);
        for (size_t i = 0; i < conf->check.n_paths; i++) {
            lua_geti(L, -1, (lua_Integer)i + 1);
            conf->check.paths[i] = zdm_arena_strdup(conf->arena, lua_tostring(L, -1));
            lua_pop(L, 1);
        }
    }
    lua_pop(L, 1);
}

static void
read_rules(lua_State *L, struct zdm_conf *conf)
{
    if (lua_getfield(L, -1, "rules") == LUA_TTABLE) {
        conf->check.n_rules = (size_t)luaL_len(L, -1);
        conf->check.rules =
            zdm_arena_alloc(conf->arena, conf->check.n_rules * sizeof *conf->check.rules);
        for (size_t i = 0; i < conf->check.n_rules; i++) {
            lua_geti(L, -1, (lua_Integer)i + 1);
            conf->check.rules[i].rule = string_field(L, conf->arena, "rule");
            conf->check.rules[i].severity = string_field(L, conf->arena, "severity");
            lua_pop(L, 1);
        }
    }
    lua_pop(L, 1);
}

/* (values of all sections, conf): protected, as memory may run out. */
static int
read_values(lua_State *L)
{
    struct zdm_conf *conf = lua_touserdata(L, 2);

    lua_settop(L, 1);
    if (lua_getfield(L, 1, "check") != LUA_TTABLE)
        return 0;
    conf->check.convention = string_field(L, conf->arena, "convention");
    conf->check.fail_on = string_field(L, conf->arena, "fail_on");
    lua_getfield(L, -1, "allow_unknown");
    conf->check.allow_unknown = lua_toboolean(L, -1);
    lua_pop(L, 1);
    lua_getfield(L, -1, "pg_version");
    conf->check.pg_version = (int)lua_tointeger(L, -1);
    lua_pop(L, 1);
    if (lua_getfield(L, -1, "assume_in_transaction") == LUA_TBOOLEAN)
        conf->check.in_transaction = lua_toboolean(L, -1);
    lua_pop(L, 1);
    read_paths(L, conf);
    read_rules(L, conf);
    return 0;
}

int
zdm_conf_read(const char *path, struct zdm_conf **out, struct zdm_errlist *errors)
{
    struct zdm_conf *conf = zdm_alloc(sizeof *conf);
    struct zdm_script *script = NULL;
    struct zdm_err err = ZDM_ERR_INIT;
    int rc = -1;

    conf->path = zdm_strdup(path);
    conf->arena = zdm_arena_new();
    conf->check.in_transaction = -1;
    if (zdm_source_read_as(path, "configuration", &conf->text, &err) < 0)
        goto out;
    script = zdm_script_new(conf->text);
    script->language = "conf";
    if (zdm_evaluate(script, errors) < 0)
        goto out;
    lua_pushcfunction(script->L, read_values);
    lua_insert(script->L, -2);
    lua_pushlightuserdata(script->L, conf);
    if (zdm_script_call(script, 2, 0, &err) == 0)
        rc = 0;
out:
    zdm_script_free(script);
    if (err.code != ZDM_OK)
        zdm_err_move(zdm_errlist_add(errors), &err);
    for (size_t i = 0; i < errors->count; i++)
        if (errors->items[i].code == ZDM_ERR_PLAN)
            errors->items[i].code = ZDM_ERR_USAGE;
    if (rc < 0)
        zdm_conf_free(conf);
    else
        *out = conf;
    return rc;
}

void
zdm_conf_free(struct zdm_conf *conf)
{
    if (!conf)
        return;
    if (conf->text)
        zdm_source_free(conf->text);
    zdm_arena_free(conf->arena);
    free(conf->path);
    free(conf);
}

struct zdm_place
zdm_conf_place(const struct zdm_conf *conf, const char *word)
{
    struct zdm_place at = {.file = conf->path};

    if (!zdm_source_find_name(conf->text, word, true, 1, &at))
        zdm_source_find_text(conf->text, word, NULL, 1, &at);
    return at;
}
