#include "lua/recipes.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "lua/evaluate.h"

/* A member of the table on top of the stack. */
static const char *
text(lua_State *L, struct zdm_arena *arena, const char *name)
{
    const char *s = lua_getfield(L, -1, name) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
    char *copy = zdm_arena_strdup(arena, s);

    lua_pop(L, 1);
    return copy;
}

static void
read_fields(lua_State *L, struct zdm_recipes *out, struct zdm_recipe *recipe)
{
    lua_getfield(L, -1, "fields");
    recipe->n_fields = (size_t)luaL_len(L, -1);
    recipe->fields = zdm_arena_alloc(out->arena, (recipe->n_fields + 1) * sizeof *recipe->fields);
    for (size_t i = 0; i < recipe->n_fields; i++) {
        lua_geti(L, -1, (lua_Integer)i + 1);
        recipe->fields[i] = (struct zdm_recipe_field){
            .name = text(L, out->arena, "name"),
            .doc = text(L, out->arena, "doc"),
            .says = text(L, out->arena, "says"),
            .kind = text(L, out->arena, "kind"),
            .fallback = text(L, out->arena, "default"),
        };
        lua_getfield(L, -1, "required");
        recipe->fields[i].required = lua_toboolean(L, -1);
        lua_pop(L, 2);
    }
    lua_pop(L, 1);
}

/* (list, recipes): protected, as memory may run out. */
static int
read_all(lua_State *L)
{
    struct zdm_recipes *out = lua_touserdata(L, 2);

    lua_settop(L, 1);
    out->n = (size_t)luaL_len(L, 1);
    out->items = zdm_arena_alloc(out->arena, (out->n + 1) * sizeof *out->items);
    for (size_t i = 0; i < out->n; i++) {
        lua_geti(L, 1, (lua_Integer)i + 1);
        out->items[i].name = text(L, out->arena, "name");
        out->items[i].doc = text(L, out->arena, "doc");
        out->items[i].notes = text(L, out->arena, "notes");
        out->items[i].example = text(L, out->arena, "example");
        read_fields(L, out, &out->items[i]);
        lua_pop(L, 1);
    }
    return 0;
}

int
zdm_recipes_read(struct zdm_recipes **out, struct zdm_err *err)
{
    char path[] = "recipes", nothing[] = "";
    struct zdm_source source = {.path = path, .text = nothing};
    struct zdm_script *script = zdm_script_new(&source);
    struct zdm_recipes *recipes = zdm_alloc(sizeof *recipes);
    struct zdm_errlist errors = ZDM_ERRLIST_INIT;
    int rc = -1;

    recipes->arena = zdm_arena_new();
    script->language = "listing";
    if (zdm_evaluate(script, &errors) == 0) {
        lua_pushcfunction(script->L, read_all);
        lua_insert(script->L, -2);
        lua_pushlightuserdata(script->L, recipes);
        rc = zdm_script_call(script, 2, 0, err);
    } else {
        zdm_err_move(err, &errors.items[0]);
    }
    zdm_errlist_release(&errors);
    zdm_script_free(script);
    if (rc < 0)
        zdm_recipes_free(recipes);
    else
        *out = recipes;
    return rc;
}

void
zdm_recipes_free(struct zdm_recipes *recipes)
{
    if (!recipes)
        return;
    zdm_arena_free(recipes->arena);
    free(recipes);
}

const struct zdm_recipe *
zdm_recipe_find(const struct zdm_recipes *recipes, const char *name, struct zdm_err *err)
{
    const char **names = zdm_alloc((recipes->n + 1) * sizeof *names);

    for (size_t i = 0; i < recipes->n; i++) {
        names[i] = recipes->items[i].name;
        if (strcmp(names[i], name) == 0) {
            free(names);
            return &recipes->items[i];
        }
    }
    const char *near = zdm_nearest(name, names, recipes->n);
    zdm_fail(err, ZDM_ERR_USAGE, "there is no recipe \"%s\"", name);
    if (near)
        zdm_err_hint(err, "did you mean %s?", near);
    else
        zdm_err_hint(err, "zdm recipes lists all");
    free(names);
    return NULL;
}
