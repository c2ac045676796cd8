#include "lua/mapper.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "lua/evaluate.h"
#include "lua/reader.h"
#include "lua/state.h"
#include "lua/value.h"

struct mapper {
    struct zdm_script *script; /* the function is the lowest value of its stack */
    int line;                  /* where the function begins */
};

struct call {
    const struct zdm_map_columns *columns;
    const struct zdm_result *rows;
    int row;
    struct zdm_mapped *out;
};

/* NULL is nil: row.name or "" */
static void
push_row(lua_State *L, const struct call *call)
{
    const struct zdm_map_columns *c = call->columns;

    lua_createtable(L, 0, (int)c->n_read);
    for (size_t i = 0; i < c->n_read; i++) {
        int column = (int)(c->first + i);
        if (!zdm_result_get(call->rows, call->row, column))
            continue;
        lua_pushstring(L, c->read[i]);
        zdm_push_cell(L, call->rows, call->row, column);
        lua_rawset(L, -3);
    }
}

/* Which column of `write` the key at -2 names. */
static size_t
column_of(lua_State *L, const struct zdm_map_columns *c)
{
    size_t i = 0;

    if (lua_type(L, -2) != LUA_TSTRING)
        luaL_error(L, "map returned a table with a %s for a key: keys are columns of write",
            luaL_typename(L, -2));
    const char *name = lua_tostring(L, -2);
    while (i < c->n_write && strcmp(c->write[i], name) != 0)
        i++;
    if (i < c->n_write)
        return i;
    const char *near = zdm_nearest(name, (const char **)c->write, c->n_write);
    if (near)
        luaL_error(
            L, "map returned \"%s\", which is not in write (did you mean \"%s\"?)", name, near);
    luaL_error(L, "map returned \"%s\", which is not in write", name);
    return 0;
}

/* The value at -1. */
static void
take_value(lua_State *L, struct zdm_mapped *out, const char *column, struct zdm_mapped_value *v)
{
    const char *text;
    size_t length;

    switch (zdm_push_text(L, lua_gettop(L), &text, &length)) {
    case ZDM_VALUE_TEXT:
        *v = (struct zdm_mapped_value){ZDM_MAPPED_TEXT, out->text.len, length};
        zdm_buf_addn(&out->text, text, length);
        lua_pop(L, 1);
        break;
    case ZDM_VALUE_NULL:
        v->kind = ZDM_MAPPED_NULL;
        break;
    case ZDM_VALUE_NUL_BYTE:
        luaL_error(L, "map returned a text with a NUL byte for \"%s\"", column);
        break;
    case ZDM_VALUE_OTHER:
        luaL_error(L,
            "map returned a %s for \"%s\": it must be a string, a number, a boolean or null",
            luaL_typename(L, -1), column);
        break;
    }
    out->changed = true;
}

/* (function, call) */
static int
map_row(lua_State *L)
{
    struct call *call = lua_touserdata(L, 2);
    const struct zdm_map_columns *c = call->columns;

    lua_settop(L, 1);
    push_row(L, call);
    lua_call(L, 1, 1);
    if (lua_isnil(L, -1))
        return 0;
    if (!lua_istable(L, -1))
        return luaL_error(L,
            "map must return a table of columns, or nil to leave the row as it is; "
            "not a %s",
            luaL_typename(L, -1));
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        size_t i = column_of(L, c);
        take_value(L, call->out, c->write[i], &call->out->values[i]);
        lua_pop(L, 1);
    }
    return 0;
}

static int
row(void *self, const struct zdm_map_columns *columns, const struct zdm_result *rows, int row,
    struct zdm_mapped *out, struct zdm_err *err)
{
    struct mapper *m = self;
    lua_State *L = m->script->L;
    struct call call = {.columns = columns, .rows = rows, .row = row, .out = out};

    out->changed = false;
    zdm_buf_clear(&out->text);
    for (size_t i = 0; i < columns->n_write; i++)
        out->values[i] = (struct zdm_mapped_value){.kind = ZDM_MAPPED_KEPT};
    zdm_script_rearm(m->script);
    lua_pushcfunction(L, map_row);
    lua_pushvalue(L, 1);
    lua_pushlightuserdata(L, &call);
    if (zdm_script_call(m->script, 2, 0, err) == 0)
        return 0;
    if (err->line == 0)
        zdm_err_at(err, (struct zdm_place){.file = m->script->source->path, .line = m->line});
    return -1;
}

static void
close_mapper(void *self)
{
    struct mapper *m = self;

    zdm_script_free(m->script);
    free(m);
}

/* The plan once more, up to the function. */
static int
evaluate(struct mapper *m, const char *step, struct zdm_err *err)
{
    struct zdm_errlist errors = ZDM_ERRLIST_INIT;
    struct zdm_plan *plan = NULL;
    lua_Debug ar;

    if (zdm_evaluate(m->script, &errors) < 0) {
        zdm_err_move(err, &errors.items[0]);
        zdm_errlist_release(&errors);
        return -1;
    }
    if (zdm_read_plan(m->script, &plan, err) < 0)
        return -1;
    zdm_push_function(m->script->L, zdm_plan_step(plan, step)->u.backfill.map);
    zdm_plan_free(plan);
    lua_pushvalue(m->script->L, -1);
    lua_getinfo(m->script->L, ">S", &ar);
    m->line = ar.linedefined;
    return zdm_dsl_call(m->script, "execute", err);
}

int
zdm_mapper_open(struct zdm_source *source, const struct zdm_describer *describer, const char *step,
    struct zdm_mapper *out, struct zdm_err *err)
{
    struct mapper *m = zdm_alloc(sizeof *m);

    m->script = zdm_script_new(source);
    m->script->describer = describer;
    if (evaluate(m, step, err) < 0) {
        close_mapper(m);
        return -1;
    }
    m->script->executing = true;
    m->script->row_limit = ZDM_LUA_ROW_INSTRUCTIONS;
    *out = (struct zdm_mapper){.self = m, .row = row, .free = close_mapper};
    return 0;
}
