#include "sql/types.h"

#include <stdlib.h>
#include <string.h>

#include "sql/named.h"
#include "sql/object.h"

enum modifier { NONE, LENGTH, BITS, NUMERIC, SECONDS, INTERVAL };

enum {
    MAX_LENGTH = 10485760,
    MAX_BITS = 83886080,
    MAX_PRECISION = 1000,
    MAX_SECONDS = 6,
    INTERVAL_FULL_PRECISION = 0xFFFF,
    INTERVAL_FULL_RANGE = 0x7FFF,
};

static const struct builtin {
    const char *name;
    enum modifier modifier;
} builtins[] = {
#define TYPE(name, modifier) {name, modifier},
#include "sql/builtin_types.def"
#undef TYPE
};

static int
by_name(const void *key, const void *item)
{
    return strcmp(key, ((const struct builtin *)item)->name);
}

static const struct builtin *
builtin_of(const char *name)
{
    return bsearch(name, builtins, sizeof builtins / sizeof *builtins, sizeof *builtins, by_name);
}

bool
zdm_type_is(const struct zdm_type *type, const char *name)
{
    return type && type->schema && strcmp(type->schema, "pg_catalog") == 0 &&
           strcmp(type->name, name) == 0;
}

const struct zdm_type *
zdm_builtin_type(struct zdm_catalog *catalog, const char *name)
{
    struct zdm_type *type = zdm_catalog_type(catalog, "pg_catalog", name);

    if (type || catalog->complete || !builtin_of(name))
        return type;
    char *array_name = zdm_arena_strf(catalog->arena, "_%s", name);
    struct zdm_type *array = zdm_catalog_add_type(catalog, "pg_catalog", array_name, ZDM_TYPE_BASE);
    type = zdm_catalog_add_type(catalog, "pg_catalog", name, ZDM_TYPE_BASE);
    type->base_typmod = array->base_typmod = ZDM_TYPMOD_NONE;
    type->array = array;
    array->element = type;
    return type;
}

/* Integers in brackets; false when there is anything else. */
static bool
modifiers(const PgQuery__TypeName *name, int32_t out[2], size_t *n)
{
    *n = name->n_typmods;
    if (*n > 2)
        return false;
    for (size_t i = 0; i < *n; i++) {
        const PgQuery__Node *node = name->typmods[i];
        if (node->node_case != PG_QUERY__NODE__NODE_A_CONST ||
            node->a_const->val_case != PG_QUERY__A__CONST__VAL_IVAL)
            return false;
        out[i] = node->a_const->ival->ival;
    }
    return true;
}

static bool
in_range(struct zdm_draft *draft, const char *type, int32_t value, int32_t least, int32_t most)
{
    if (value >= least && value <= most)
        return true;
    zdm_draft_fails(
        draft, "22023", "%s(%d): it must be between %d and %d", type, value, least, most);
    return false;
}

static bool
numeric_modifier(struct zdm_draft *draft, const int32_t *value, size_t n, int32_t *out)
{
    int32_t scale = n > 1 ? value[1] : 0;
    bool any_scale = draft->pg_version >= 15;

    if (!in_range(draft, "numeric", value[0], 1, MAX_PRECISION))
        return false;
    if (!in_range(draft, "scale of numeric", scale, any_scale ? -MAX_PRECISION : 0,
            any_scale ? MAX_PRECISION : value[0]))
        return false;
    *out = ((value[0] << 16) | (scale & 0x7FF)) + 4;
    return true;
}

static bool
interval_modifier(const int32_t *value, size_t n, int32_t *out)
{
    int32_t precision = INTERVAL_FULL_PRECISION;

    if (n > 1)
        precision = value[1] > MAX_SECONDS ? MAX_SECONDS : value[1];
    else if (value[0] == INTERVAL_FULL_RANGE)
        return true;
    *out = (int32_t)((((uint32_t)value[0] & INTERVAL_FULL_RANGE) << 16) |
                     ((uint32_t)precision & INTERVAL_FULL_PRECISION));
    return true;
}

static bool
read_modifier(struct zdm_draft *draft, const PgQuery__TypeName *name, const char *type,
    enum modifier modifier, int32_t *out)
{
    int32_t value[2] = {0, 0};
    size_t n;

    *out = ZDM_TYPMOD_NONE;
    if (!name->n_typmods)
        return true;
    bool integers = modifiers(name, value, &n);
    if (modifier == NONE) {
        zdm_draft_fails(draft, "42601", "type %s has no modifier", type);
        return false;
    }
    if (!integers || (n > 1 && modifier != NUMERIC && modifier != INTERVAL)) {
        zdm_draft_fails(draft, "22023", "type %s does not take this modifier", type);
        return false;
    }
    switch (modifier) {
    case LENGTH:
        *out = value[0] + 4;
        return in_range(draft, type, value[0], 1, MAX_LENGTH);
    case BITS:
        *out = value[0];
        return in_range(draft, type, value[0], 1, MAX_BITS);
    case SECONDS:
        *out = value[0] > MAX_SECONDS ? MAX_SECONDS : value[0];
        return true;
    case NUMERIC:
        return numeric_modifier(draft, value, n, out);
    default:
        return interval_modifier(value, n, out);
    }
}

/* A row type of a relation that the text made: there is no type object for it. */
static bool
is_relation(struct zdm_draft *draft, const PgQuery__TypeName *name)
{
    return zdm_catalog_relation(draft->catalog, zdm_object_schema(name->n_names, name->names),
               zdm_object_name(name->n_names, name->names)) != NULL;
}

static const struct zdm_type *
named(struct zdm_draft *draft, const PgQuery__TypeName *name)
{
    const char *schema = zdm_object_schema(name->n_names, name->names);
    const char *last = zdm_object_name(name->n_names, name->names);

    if (!draft->catalog->complete && (!schema || strcmp(schema, "pg_catalog") == 0)) {
        const struct zdm_type *type = zdm_builtin_type(draft->catalog, last);
        if (type)
            return type;
    }
    return zdm_object_type_named(draft, name->n_names, name->names);
}

bool
zdm_typed_of_name(struct zdm_draft *draft, const PgQuery__TypeName *name, struct zdm_typed *out)
{
    *out = (struct zdm_typed){.typmod = ZDM_TYPMOD_UNKNOWN};
    if (name->pct_type) { /* which the grammar has only for arguments of functions */
        zdm_draft_assume(draft);
        return true;
    }
    if (!zdm_object_check_schema(draft, zdm_object_schema(name->n_names, name->names)))
        return false;
    const struct zdm_type *type = named(draft, name);
    const char *text = zdm_list_text(draft->arena, name->n_names, name->names);
    if (!type || type->dropped) {
        if (!draft->catalog->complete || is_relation(draft, name)) {
            zdm_draft_assume(draft);
            return true;
        }
        zdm_draft_fails(draft, "42704", "type %s does not exist", text);
        return false;
    }
    const struct builtin *builtin = zdm_type_is(type, type->name) ? builtin_of(type->name) : NULL;
    out->type = type;
    if (builtin) {
        if (!read_modifier(draft, name, text, builtin->modifier, &out->typmod))
            return false;
    } else if (!name->n_typmods) {
        out->typmod = ZDM_TYPMOD_NONE;
    } else if (type->kind == ZDM_TYPE_BASE && !type->element) {
        zdm_draft_assume(draft); /* vector(3) */
    } else {
        zdm_draft_fails(draft, "42601", "type %s has no modifier", text);
        return false;
    }
    if (name->n_array_bounds && !type->element) {
        out->type = type->array;
        if (!type->array)
            zdm_draft_assume(draft);
    }
    return true;
}

const struct zdm_type *
zdm_type_base(const struct zdm_type *type, int32_t *typmod)
{
    while (type && type->kind == ZDM_TYPE_DOMAIN && type->base) {
        if (typmod && *typmod == ZDM_TYPMOD_NONE)
            *typmod = type->base_typmod;
        type = type->base;
    }
    return type;
}

bool
zdm_type_has_constraints(const struct zdm_type *type)
{
    for (; type && type->kind == ZDM_TYPE_DOMAIN; type = type->base)
        if (type->domain_not_null || type->domain_checks.n)
            return true;
    return false;
}

static bool
is_one_of(const struct zdm_type *type, const char *const *names, size_t n)
{
    for (size_t i = 0; type && i < n; i++)
        if (strcmp(type->name, names[i]) == 0)
            return true;
    return false;
}

bool
zdm_type_is_string(const struct zdm_type *type)
{
    static const char *const strings[] = {"text", "varchar", "bpchar", "name", "citext"};

    return is_one_of(zdm_type_base(type, NULL), strings, sizeof strings / sizeof *strings);
}

bool
zdm_type_has_collation(const struct zdm_type *type)
{
    const struct zdm_type *base = zdm_type_base(type, NULL);

    return zdm_type_is_string(base && base->element ? base->element : base);
}

bool
zdm_typed_narrows(struct zdm_typed from, struct zdm_typed to)
{
    static const char *const sizes[] = {"int8", "int4", "int2"};
    size_t before = SIZE_MAX, after = SIZE_MAX;

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        before = zdm_type_is(from.type, sizes[i]) ? i : before;
        after = zdm_type_is(to.type, sizes[i]) ? i : after;
    }
    if (before != SIZE_MAX && after != SIZE_MAX)
        return after > before;
    if (zdm_type_is(from.type, "float8") && zdm_type_is(to.type, "float4"))
        return true;
    bool lengths = zdm_type_is_string(from.type) && zdm_type_is_string(to.type);
    if (!lengths && from.type != to.type)
        return false;
    if (to.typmod < 0 || (from.type && from.type->element))
        return false;
    if (zdm_type_is(to.type, "numeric"))
        return from.typmod < 0 || (to.typmod - 4) >> 16 < (from.typmod - 4) >> 16 ||
               ((to.typmod - 4) & 0x7FF) < ((from.typmod - 4) & 0x7FF);
    return from.typmod < 0 || to.typmod < from.typmod;
}

static const char *
spelled(const struct zdm_type *type)
{
    static const struct {
        const char *name, *words;
    } names[] = {{"bool", "boolean"}, {"char", "\"char\""}, {"float4", "real"},
        {"float8", "double precision"}, {"int2", "smallint"}, {"int4", "integer"},
        {"int8", "bigint"}, {"varbit", "bit varying"}};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (zdm_type_is(type, names[i].name))
            return names[i].words;
    return zdm_type_is(type, type->name) ? type->name : NULL; /* keywords, some of them */
}

static const char *
modifier_text(struct zdm_arena *arena, struct zdm_typed typed)
{
    const struct builtin *builtin =
        zdm_type_is(typed.type, typed.type->name) ? builtin_of(typed.type->name) : NULL;

    if (!builtin || typed.typmod < 0)
        return "";
    switch (builtin->modifier) {
    case LENGTH:
        return zdm_arena_strf(arena, "(%d)", typed.typmod - 4);
    case NUMERIC:
        return zdm_arena_strf(arena, "(%d,%d)", (typed.typmod - 4) >> 16,
            (((typed.typmod - 4) & 0x7FF) ^ 1024) - 1024);
    case BITS:
    case SECONDS:
        return zdm_arena_strf(arena, "(%d)", typed.typmod);
    default:
        return "";
    }
}

const char *
zdm_column_type_sql(struct zdm_arena *arena, const struct zdm_column *column)
{
    struct zdm_typed typed = {.type = column->type, .typmod = column->typmod};
    const char *array = "";

    if (typed.type && typed.type->element) {
        typed.type = typed.type->element;
        array = "[]";
    }
    if (!typed.type || typed.typmod == ZDM_TYPMOD_UNKNOWN)
        return NULL;
    /* As pg_type has it, which no search_path and no keyword stands in the way of. */
    return zdm_arena_strf(arena, "%s.%s%s%s", zdm_ident_text(arena, typed.type->schema),
        zdm_ident_text(arena, typed.type->name), modifier_text(arena, typed), array);
}

const char *
zdm_typed_text(struct zdm_draft *draft, struct zdm_typed typed)
{
    if (!typed.type)
        return "another type";
    if (typed.type->element)
        return zdm_arena_strf(draft->arena, "%s[]",
            zdm_typed_text(
                draft, (struct zdm_typed){.type = typed.type->element, .typmod = typed.typmod}));
    const char *name = spelled(typed.type);
    if (typed.typmod > 0 && zdm_type_is(typed.type, "bpchar"))
        name = "character"; /* which without a length means character(1) */
    if (!name)
        name = zdm_ident_text(draft->arena, typed.type->name);
    return zdm_arena_strf(draft->arena, "%s%s", name, modifier_text(draft->arena, typed));
}

const char *
zdm_object_collation(struct zdm_draft *draft, const PgQuery__CollateClause *clause)
{
    return zdm_named_collation(draft, clause->n_collname, clause->collname);
}
