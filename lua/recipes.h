/*
 * recipes.h - the recipes of stdlib/recipes as data: what zdm recipes lists, and zdm new writes.
 */
#ifndef ZDM_LUA_RECIPES_H
#define ZDM_LUA_RECIPES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct zdm_recipe_field {
    const char *name, *doc;
    const char *says;     /* "name or schema.name" */
    const char *kind;     /* of stdlib/kinds.lua: "boolean", "columns", ... */
    const char *fallback; /* default as text; NULL: none */
    bool required;
};

struct zdm_recipe {
    const char *name, *doc, *example;
    const char *notes; /* what there is to know, a paragraph a line; NULL: nothing */
    struct zdm_recipe_field *fields;
    size_t n_fields;
};

struct zdm_recipes {
    struct zdm_recipe *items; /* in the order in which they are listed */
    size_t n;
    struct zdm_arena *arena;
};

/* *out owned. */
int zdm_recipes_read(struct zdm_recipes **out, struct zdm_err *err);
void zdm_recipes_free(struct zdm_recipes *recipes); /* NULL is fine */
/* The recipe of that name, or NULL with the nearest one in the hint. */
const struct zdm_recipe *zdm_recipe_find(
    const struct zdm_recipes *recipes, const char *name, struct zdm_err *err);

#endif
