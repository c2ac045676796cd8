/* Types, functions and schemas. */
#include <string.h>

#include "sql/catalog_private.h"

static struct zdm_type *
type_in(const struct zdm_catalog *catalog, const char *schema, const char *name)
{
    struct zdm_type *type = zdm_catalog_chain(&catalog->private->types, name);

    for (; type; type = type->next)
        if (strcmp(type->name, name) == 0 && zdm_same_text(type->schema, schema))
            return type;
    return NULL;
}

struct zdm_type *
zdm_catalog_type(const struct zdm_catalog *catalog, const char *schema, const char *name)
{
    if (schema)
        return type_in(catalog, schema, name);

    struct zdm_type *type = type_in(catalog, "pg_catalog", name);
    for (size_t i = 0; i < catalog->search_path.n && !type; i++)
        type = type_in(catalog, catalog->search_path.items[i], name);
    return type ? type : type_in(catalog, NULL, name);
}

struct zdm_type *
zdm_catalog_add_type(
    struct zdm_catalog *catalog, const char *schema, const char *name, enum zdm_type_kind kind)
{
    struct zdm_type *type = zdm_catalog_alloc(catalog, sizeof *type);

    type->schema = zdm_catalog_string(catalog, schema);
    type->name = zdm_catalog_string(catalog, name);
    type->kind = kind;
    type->base_typmod = -1;
    ZDM_LINK(catalog, types, type, struct zdm_type);
    zdm_catalog_append(catalog, &catalog->private->new_types, type);
    return type;
}

void
zdm_catalog_drop_type(struct zdm_catalog *catalog, struct zdm_type *type)
{
    if (type->dropped)
        return;
    ZDM_UNLINK(catalog, types, type, struct zdm_type);
    zdm_catalog_touch(catalog, type, sizeof *type);
    type->dropped = true;
}

void
zdm_catalog_move_type(
    struct zdm_catalog *catalog, struct zdm_type *type, const char *schema, const char *name)
{
    ZDM_UNLINK(catalog, types, type, struct zdm_type);
    zdm_catalog_touch(catalog, type, sizeof *type);
    type->schema = zdm_catalog_string(catalog, schema);
    type->name = zdm_catalog_string(catalog, name);
    ZDM_LINK(catalog, types, type, struct zdm_type);
}

struct zdm_function *
zdm_catalog_functions(const struct zdm_catalog *catalog, const char *name)
{
    return zdm_catalog_chain(&catalog->private->functions, name);
}

struct zdm_function *
zdm_catalog_add_function(struct zdm_catalog *catalog, const char *schema, const char *name)
{
    struct zdm_function *function = zdm_catalog_alloc(catalog, sizeof *function);

    function->schema = zdm_catalog_string(catalog, schema);
    function->name = zdm_catalog_string(catalog, name);
    function->kind = 'f';
    function->volatility = 'v';
    ZDM_LINK(catalog, functions, function, struct zdm_function);
    zdm_catalog_append(catalog, &catalog->private->new_functions, function);
    return function;
}

void
zdm_catalog_each_type(
    const struct zdm_catalog *catalog, void (*fn)(void *self, struct zdm_type *type), void *self)
{
    const struct zdm_catalog_table *table = &catalog->private->types;

    for (size_t i = 0; i < table->n_buckets; i++)
        for (struct zdm_type *type = table->buckets[i]; type; type = type->next)
            fn(self, type);
}

void
zdm_catalog_each_function(const struct zdm_catalog *catalog,
    void (*fn)(void *self, struct zdm_function *function), void *self)
{
    const struct zdm_catalog_table *table = &catalog->private->functions;

    for (size_t i = 0; i < table->n_buckets; i++)
        for (struct zdm_function *function = table->buckets[i]; function; function = function->next)
            fn(self, function);
}

struct zdm_schema *
zdm_catalog_schema(const struct zdm_catalog *catalog, const char *name)
{
    struct zdm_schema *schema = zdm_catalog_chain(&catalog->private->schemas, name);

    for (; schema; schema = schema->next)
        if (!schema->dropped && strcmp(schema->name, name) == 0)
            return schema;
    return NULL;
}

struct zdm_schema *
zdm_catalog_add_schema(struct zdm_catalog *catalog, const char *name)
{
    struct zdm_schema *schema = zdm_catalog_alloc(catalog, sizeof *schema);

    schema->name = zdm_catalog_string(catalog, name);
    ZDM_LINK(catalog, schemas, schema, struct zdm_schema);
    zdm_catalog_append(catalog, &catalog->private->new_schemas, schema);
    return schema;
}

/* What the text added of one kind is in use from now on. */
#define SETTLE(catalog, list)                                                                      \
    for (size_t i_ = 0; i_ < (catalog)->private->list.n; i_++) {                                   \
        zdm_catalog_touch((catalog), &(catalog)->private->list.items[i_]->fresh, sizeof(bool));    \
        (catalog)->private->list.items[i_]->fresh = false;                                         \
    }                                                                                              \
    zdm_catalog_touch((catalog), &(catalog)->private->list, sizeof(catalog)->private->list);       \
    (catalog)->private->list.n = 0

static void
settle_relation(struct zdm_catalog *catalog, struct zdm_relation *relation)
{
    zdm_catalog_touch(catalog, relation, sizeof *relation);
    relation->fresh = relation->empty = false;
}

void
zdm_catalog_settle(struct zdm_catalog *catalog)
{
    for (size_t i = 0; i < catalog->fresh.n; i++) {
        struct zdm_relation *relation = catalog->fresh.items[i];
        settle_relation(catalog, relation);
        for (size_t j = 0; j < relation->indexes.n; j++)
            settle_relation(catalog, relation->indexes.items[j]->self);
    }
    zdm_catalog_touch(catalog, &catalog->fresh, sizeof catalog->fresh);
    catalog->fresh.n = 0;
    SETTLE(catalog, new_types);
    SETTLE(catalog, new_functions);
    SETTLE(catalog, new_schemas);
}
