#include "sql/object.h"

#include <stdio.h>
#include <string.h>

#include "sql/families.h"

enum { MOST_COLUMNS = 1600 }; /* MaxHeapAttributeNumber */

const char *
zdm_object_text(struct zdm_draft *draft, const PgQuery__Node *object, size_t leave_out)
{
    if (!object)
        return "";
    switch (object->node_case) {
    case PG_QUERY__NODE__NODE_LIST: {
        size_t n = object->list->n_items;
        /* A type or a function may stand in a list with what it belongs to. */
        if (n && object->list->items[0]->node_case != PG_QUERY__NODE__NODE_STRING)
            return zdm_object_text(draft, object->list->items[0], 0);
        return zdm_list_text(draft->arena, n > leave_out ? n - leave_out : 0, object->list->items);
    }
    case PG_QUERY__NODE__NODE_OBJECT_WITH_ARGS:
        return zdm_list_text(
            draft->arena, object->object_with_args->n_objname, object->object_with_args->objname);
    case PG_QUERY__NODE__NODE_TYPE_NAME:
        return zdm_list_text(draft->arena, object->type_name->n_names, object->type_name->names);
    case PG_QUERY__NODE__NODE_STRING:
        return zdm_ident_text(draft->arena, object->string->sval);
    case PG_QUERY__NODE__NODE_RANGE_VAR:
        return zdm_range_text(draft->arena, object->range_var);
    default:
        return "";
    }
}

const char *
zdm_object_schema(size_t n, PgQuery__Node *const *names)
{
    return n > 1 ? zdm_node_string(names[n - 2]) : NULL;
}

const char *
zdm_object_name(size_t n, PgQuery__Node *const *names)
{
    return zdm_last_string(n, names);
}

struct zdm_relation *
zdm_object_find_relation(struct zdm_draft *draft, size_t n, PgQuery__Node *const *names)
{
    return zdm_draft_find_relation(draft, zdm_object_schema(n, names), zdm_object_name(n, names));
}

struct zdm_relation *
zdm_object_relation(struct zdm_draft *draft, size_t n, PgQuery__Node *const *names)
{
    PgQuery__RangeVar range = PG_QUERY__RANGE_VAR__INIT;
    const char *schema = zdm_object_schema(n, names);

    range.catalogname = zdm_arena_strdup(draft->arena, n > 2 ? zdm_node_string(names[n - 3]) : "");
    range.schemaname = zdm_arena_strdup(draft->arena, schema ? schema : "");
    range.relname = zdm_arena_strdup(draft->arena, zdm_object_name(n, names));
    return zdm_draft_relation(draft, &range);
}

static const char *
kind_with_article(enum zdm_relation_kind kind)
{
    switch (kind) {
    case ZDM_RELATION_TABLE:
    case ZDM_RELATION_PARTITIONED:
        return "a table";
    case ZDM_RELATION_VIEW:
        return "a view";
    case ZDM_RELATION_MATVIEW:
        return "a materialized view";
    case ZDM_RELATION_FOREIGN:
        return "a foreign table";
    case ZDM_RELATION_SEQUENCE:
        return "a sequence";
    case ZDM_RELATION_INDEX:
    case ZDM_RELATION_PARTITIONED_INDEX:
        return "an index";
    case ZDM_RELATION_COMPOSITE:
        return "a composite type";
    default:
        return "something else";
    }
}

bool
zdm_object_check_kind(struct zdm_draft *draft, const struct zdm_relation *relation,
    const char *text, const char *kinds, const char *wanted)
{
    if (relation->kind == ZDM_RELATION_ANY || relation->missing ||
        strchr(kinds, (int)relation->kind))
        return true;
    zdm_draft_fails(
        draft, "42809", "%s is %s, not %s", text, kind_with_article(relation->kind), wanted);
    return false;
}

struct zdm_type *
zdm_object_type_named(struct zdm_draft *draft, size_t n, PgQuery__Node *const *names)
{
    return zdm_catalog_type(draft->catalog, zdm_object_schema(n, names), zdm_object_name(n, names));
}

static const char *
array_name(struct zdm_draft *draft, const char *name)
{
    const char *array = zdm_arena_strf(draft->arena, "_%s", name);

    return strlen(array) < 64 ? array : zdm_arena_strf(draft->arena, "%.63s", array);
}

static void
add_array(struct zdm_draft *draft, struct zdm_type *type)
{
    struct zdm_type *array = zdm_catalog_add_type(
        draft->catalog, type->schema, array_name(draft, type->name), ZDM_TYPE_BASE);

    array->fresh = true;
    array->element = type;
    zdm_catalog_touch(draft->catalog, type, sizeof *type);
    type->array = array;
}

struct zdm_type *
zdm_object_type(struct zdm_draft *draft, const PgQuery__TypeName *name)
{
    struct zdm_type *type = zdm_object_type_named(draft, name->n_names, name->names);

    if (!type || !name->n_array_bounds)
        return type;
    if (!type->array && !type->oid && type->kind == ZDM_TYPE_COMPOSITE)
        add_array(draft, type);
    return type->array ? zdm_catalog_type(draft->catalog, type->array->schema, type->array->name)
                       : NULL;
}

struct zdm_relation *
zdm_object_composite(struct zdm_draft *draft, size_t n, PgQuery__Node *const *names)
{
    return zdm_catalog_relation(
        draft->catalog, zdm_object_schema(n, names), zdm_object_name(n, names));
}

/* Earlier in the search path; pg_catalog comes before all. */
static size_t
place_in_path(const struct zdm_catalog *catalog, const char *schema)
{
    if (!schema || strcmp(schema, "pg_catalog") == 0)
        return 0;
    for (size_t i = 0; i < catalog->search_path.n; i++)
        if (strcmp(catalog->search_path.items[i], schema) == 0)
            return i + 1;
    return SIZE_MAX;
}

static bool
takes(const struct zdm_function *function, struct zdm_type *const *types, size_t n)
{
    if (function->n_arguments != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (function->arguments[i] != types[i])
            return false;
    return true;
}

/* Types of the arguments; false when one of them is not in the catalog. */
static bool
argument_types(
    struct zdm_draft *draft, const PgQuery__ObjectWithArgs *object, struct zdm_type ***out)
{
    struct zdm_type **types =
        zdm_arena_alloc(draft->arena, (object->n_objargs + 1) * sizeof *types);

    *out = types;
    for (size_t i = 0; i < object->n_objargs; i++) {
        types[i] = object->objargs[i]->node_case == PG_QUERY__NODE__NODE_TYPE_NAME
                       ? zdm_object_type(draft, object->objargs[i]->type_name)
                       : NULL;
        if (!types[i])
            return false;
    }
    return true;
}

struct zdm_function *
zdm_object_function(struct zdm_draft *draft, const PgQuery__ObjectWithArgs *object, bool *missing)
{
    const char *schema = zdm_object_schema(object->n_objname, object->objname);
    const char *name = zdm_object_name(object->n_objname, object->objname);
    struct zdm_function *found = NULL;
    struct zdm_type **types = NULL;
    size_t best = SIZE_MAX, several = 0;

    *missing = false;
    bool typed = !object->args_unspecified && argument_types(draft, object, &types);
    if (!typed && !object->args_unspecified)
        return zdm_function_by_key(draft->catalog, name, zdm_function_key_of(draft, object));
    for (struct zdm_function *at = zdm_catalog_functions(draft->catalog, name); at; at = at->next) {
        if (at->dropped || strcmp(at->name, name) != 0)
            continue;
        if (schema && (!at->schema || strcmp(at->schema, schema) != 0))
            continue;
        size_t place = schema ? 0 : place_in_path(draft->catalog, at->schema);
        if ((!schema && place == SIZE_MAX) || (typed && !takes(at, types, object->n_objargs)))
            continue;
        several++;
        if (!found || place < best) {
            found = at;
            best = place;
        }
    }
    *missing = !several && draft->catalog->complete;
    if (several > 1 && !typed && draft->catalog->complete)
        zdm_draft_fails(draft, "42725", "there are several functions %s: name the argument types",
            zdm_list_text(draft->arena, object->n_objname, object->objname));
    if (!several && typed && !*missing)
        return zdm_function_by_key(draft->catalog, name, zdm_function_key_of(draft, object));
    return typed || several == 1 ? found : NULL;
}

bool
zdm_object_check_schema(struct zdm_draft *draft, const char *schema)
{
    if (!schema || !draft->catalog->complete || strcmp(schema, "pg_temp") == 0 ||
        strncmp(schema, "pg_", 3) == 0 || zdm_catalog_schema(draft->catalog, schema))
        return true;
    zdm_draft_fails(
        draft, "3F000", "schema %s does not exist", zdm_ident_text(draft->arena, schema));
    return false;
}

const char *
zdm_object_target_schema(struct zdm_draft *draft, const char *schema)
{
    return schema && schema[0] ? schema : zdm_catalog_creation_schema(draft->catalog);
}

/* Makes way for a relation of the same name: the server renames arrays that it made itself. */
static bool
type_is_taken(struct zdm_draft *draft, const char *schema, const char *name)
{
    const struct zdm_type *type = schema ? zdm_catalog_type(draft->catalog, schema, name) : NULL;

    return type && !type->element && !type->dropped;
}

void
zdm_object_owned(struct zdm_draft *draft, struct zdm_relation *relation)
{
    const struct zdm_catalog *catalog = draft->catalog;

    relation->owner = catalog->user;
    relation->acl_known = catalog->complete && catalog->defaults_known && catalog->user;
}

static struct zdm_relation *
make(struct zdm_draft *draft, const char *schema, const PgQuery__RangeVar *range,
    enum zdm_relation_kind kind, bool temporary)
{
    struct zdm_relation *relation =
        zdm_catalog_add_relation(draft->catalog, schema, range->relname, kind);

    relation->known = true;
    relation->fresh = true;
    /* What a view or a foreign table shows is stored elsewhere. */
    relation->empty = kind != ZDM_RELATION_VIEW && kind != ZDM_RELATION_FOREIGN;
    relation->temporary = temporary;
    relation->unlogged = range->relpersistence[0] == 'u';
    relation->populated = true;
    zdm_object_owned(draft, relation);
    zdm_catalog_append(draft->catalog, &draft->catalog->fresh, relation);
    return relation;
}

enum zdm_made
zdm_object_make(struct zdm_draft *draft, const PgQuery__RangeVar *range,
    enum zdm_relation_kind kind, bool if_not_exists, struct zdm_relation **out)
{
    struct zdm_catalog *catalog = draft->catalog;
    const char *text = zdm_range_text(draft->arena, range);
    bool temporary = zdm_range_is_temporary(range);
    const char *schema = temporary ? "pg_temp" : zdm_object_target_schema(draft, range->schemaname);

    if (!zdm_object_check_schema(draft, schema))
        return ZDM_MADE_FAILED;
    if (!catalog->complete && if_not_exists) {
        *out = zdm_draft_find_relation(draft, schema, range->relname);
        return ZDM_MADE_PERHAPS;
    }
    if (catalog->complete && schema) {
        if (zdm_catalog_relation(catalog, schema, range->relname)) {
            if (if_not_exists)
                return ZDM_MADE_OLD;
            zdm_draft_fails(draft, "42P07", "relation %s exists already", text);
            return ZDM_MADE_FAILED;
        }
        if (type_is_taken(draft, schema, range->relname)) {
            zdm_draft_fails(draft, "42710", "type %s exists already", text);
            return ZDM_MADE_FAILED;
        }
    }
    *out = make(draft, schema, range, kind, temporary);
    if (catalog->complete && schema && kind != ZDM_RELATION_SEQUENCE &&
        kind != ZDM_RELATION_COMPOSITE) {
        struct zdm_type *type =
            zdm_catalog_add_type(catalog, schema, range->relname, ZDM_TYPE_COMPOSITE);
        type->relation = *out;
        type->fresh = true;
    }
    if (catalog->publications_all.n && !temporary && strchr("rp", (int)kind)) {
        zdm_catalog_touch(catalog, *out, sizeof **out);
        (*out)->published = true;
    }
    return ZDM_MADE_NEW;
}

/* Relations have types of their own, but for sequences and indexes. */
static bool
row_type_is_taken(struct zdm_draft *draft, const char *schema, const char *name)
{
    const struct zdm_relation *relation = zdm_catalog_relation(draft->catalog, schema, name);

    return relation && !strchr("SiI", (int)relation->kind);
}

void
zdm_object_move_type(
    struct zdm_draft *draft, struct zdm_type *type, const char *schema, const char *name)
{
    struct zdm_type *array =
        type->array ? zdm_catalog_type(draft->catalog, type->array->schema, type->array->name)
                    : NULL;

    zdm_catalog_move_type(draft->catalog, type, schema, name);
    if (array)
        zdm_catalog_move_type(draft->catalog, array, schema, array_name(draft, name));
}

void
zdm_object_uses_type(
    struct zdm_draft *draft, struct zdm_relation *relation, const struct zdm_type *type)
{
    for (unsigned depth = 0; type && depth < 32; depth++) {
        struct zdm_type *own =
            type->schema ? zdm_catalog_type(draft->catalog, type->schema, type->name) : NULL;
        bool listed = !own || strcmp(own->schema, "pg_catalog") == 0;
        for (size_t i = 0; !listed && i < own->used_by.n; i++)
            listed = own->used_by.items[i] == relation;
        if (!listed)
            zdm_catalog_append(draft->catalog, &own->used_by, relation);
        if (type->kind == ZDM_TYPE_COMPOSITE && type->relation && type->relation != relation)
            for (size_t i = 0; i < type->relation->columns.n; i++)
                if (type->relation->columns.items[i]->type != type)
                    zdm_object_uses_type(draft, relation, type->relation->columns.items[i]->type);
        type = type->element ? type->element : type->kind == ZDM_TYPE_DOMAIN ? type->base : NULL;
    }
}

struct zdm_type *
zdm_object_make_type(
    struct zdm_draft *draft, size_t n, PgQuery__Node *const *names, enum zdm_type_kind kind)
{
    const char *schema = zdm_object_target_schema(draft, zdm_object_schema(n, names));
    const char *name = zdm_object_name(n, names);

    if (!zdm_object_check_schema(draft, schema))
        return NULL;
    if (draft->catalog->complete && schema &&
        (type_is_taken(draft, schema, name) || row_type_is_taken(draft, schema, name))) {
        zdm_draft_fails(
            draft, "42710", "type %s exists already", zdm_list_text(draft->arena, n, names));
        return NULL;
    }
    struct zdm_type *type = zdm_catalog_add_type(draft->catalog, schema, name, kind);
    type->fresh = true;
    add_array(draft, type);
    return type;
}

void
zdm_object_check_width(struct zdm_draft *draft, const struct zdm_relation *relation)
{
    size_t dropped = relation->n_dropped_columns, n = relation->columns.n + dropped;

    if (n > MOST_COLUMNS)
        zdm_draft_fails(draft, "54011", "%s would have %zu columns, %zu of them dropped: %d fit",
            zdm_draft_name(draft, relation), n, dropped, MOST_COLUMNS);
}

const char *
zdm_object_free_name(struct zdm_draft *draft, const struct zdm_relation *relation, const char *a,
    const char *b, const char *label)
{
    const char *name = zdm_default_name(draft->arena, a, b, label), *base = name;
    unsigned number = zdm_catalog_first_number(draft->catalog, relation, base);

    for (;; number++) {
        if (number)
            name = zdm_default_name(
                draft->arena, a, b, zdm_arena_strf(draft->arena, "%s%u", label, number));
        if (!zdm_relation_constraint(relation, name) &&
            !zdm_catalog_relation(draft->catalog, relation->schema, name))
            break;
    }
    zdm_catalog_numbers_taken(draft->catalog, relation, base, number);
    return name;
}
