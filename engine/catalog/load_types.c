/* Types, casts and functions: those of the system too, since statements use them. */
#include "catalog/load_private.h"

#include <string.h>

enum { FIRST_USER_OID = 16384 };

/* The relation has a value of this type somewhere in a column: in arrays, domains, ranges and fields
 * of composite types too. Each type is entered once for a relation. */
static void
use_type(struct zdm_load *load, const struct zdm_type *type, struct zdm_relation *relation)
{
    struct zdm_load_type *slot = type ? zdm_oid_map_get(&load->types, type->oid) : NULL;

    if (!slot || slot->type->oid < FIRST_USER_OID || slot->last_user == relation)
        return;
    slot->last_user = relation;
    zdm_catalog_append(load->catalog, &slot->type->used_by, relation);
    use_type(load, type->element, relation);
    use_type(load, type->base, relation);
    use_type(load, slot->subtype, relation);
    for (size_t i = 0; type->relation && i < type->relation->columns.n; i++)
        use_type(load, type->relation->columns.items[i]->type, relation);
}

void
zdm_load_type_users(struct zdm_load *load)
{
    for (size_t i = 0; i < load->relations.n_slots; i++) {
        struct zdm_load_relation *slot = load->relations.slots[i].value;
        if (!slot)
            continue;
        struct zdm_relation *relation = slot->relation;
        if (relation->kind != ZDM_RELATION_TABLE && relation->kind != ZDM_RELATION_PARTITIONED &&
            relation->kind != ZDM_RELATION_MATVIEW)
            continue;
        for (size_t k = 0; k < relation->columns.n; k++)
            use_type(load, relation->columns.items[k]->type, relation);
    }
}

static void
add_type(struct zdm_load *load, const struct zdm_result *rows, int row)
{
    uint32_t oid = zdm_load_oid(rows, row, 0), relation = zdm_load_oid(rows, row, 10);
    const char *schema = zdm_load_schema_name(load, zdm_load_oid(rows, row, 1));

    /* Of another session's temporary table. */
    if (!schema)
        return;
    struct zdm_load_type *slot = zdm_arena_alloc(load->arena, sizeof *slot);
    struct zdm_type *type = zdm_catalog_add_type(load->catalog, schema,
        zdm_result_get(rows, row, 2), (enum zdm_type_kind)zdm_load_char(rows, row, 3));
    type->oid = oid;
    type->base_typmod = zdm_result_get(rows, row, 7) ? (int32_t)zdm_result_i64(rows, row, 7) : -1;
    type->domain_not_null = zdm_result_bool(rows, row, 8);
    type->domain_default = zdm_load_text(load, rows, row, 9);
    type->shell = zdm_result_bool(rows, row, 13);
    type->relation = zdm_load_relation_by(load, relation);
    slot->type = type;
    slot->collation = zdm_load_oid(rows, row, 11);
    if (slot->collation == ZDM_LOAD_DEFAULT_COLLATION)
        slot->collation = 0;
    zdm_oid_map_put(&load->types, oid, slot);
}

static void
link_type(struct zdm_load *load, const struct zdm_result *rows, int row)
{
    struct zdm_load_type *slot = zdm_oid_map_get(&load->types, zdm_load_oid(rows, row, 0));

    if (!slot)
        return;
    slot->type->element = zdm_load_type_by(load, zdm_load_oid(rows, row, 4));
    slot->type->array = zdm_load_type_by(load, zdm_load_oid(rows, row, 5));
    slot->type->base = zdm_load_type_by(load, zdm_load_oid(rows, row, 6));
    slot->subtype = zdm_load_type_by(load, zdm_load_oid(rows, row, 12));
}

void
zdm_load_enum_values(struct zdm_load *load, const struct zdm_result *rows)
{
    for (int i = 0; i < zdm_result_rows(rows); i++) {
        struct zdm_type *type = zdm_load_type_by(load, zdm_load_oid(rows, i, 0));
        if (type)
            zdm_catalog_append(load->catalog, &type->values, zdm_load_text(load, rows, i, 1));
    }
}

void
zdm_load_casts(struct zdm_load *load, const struct zdm_result *rows)
{
    for (int i = 0; i < zdm_result_rows(rows); i++) {
        struct zdm_cast *cast = zdm_catalog_alloc(load->catalog, sizeof *cast);
        cast->source = zdm_load_type_by(load, zdm_load_oid(rows, i, 0));
        cast->target = zdm_load_type_by(load, zdm_load_oid(rows, i, 1));
        cast->method = zdm_load_char(rows, i, 2);
        cast->context = zdm_load_char(rows, i, 3);
        if (cast->source && cast->target)
            zdm_catalog_append(load->catalog, &load->catalog->casts, cast);
    }
}

void
zdm_load_types(struct zdm_load *load, const struct zdm_result *rows)
{
    for (int i = 0; i < zdm_result_rows(rows); i++) {
        zdm_load_pull(load, i);
        add_type(load, rows, i);
    }
    for (int i = 0; i < zdm_result_rows(rows); i++) {
        zdm_load_pull(load, i);
        link_type(load, rows, i);
    }
}

static void
add_function(struct zdm_load *load, const char *schema, const struct zdm_result *rows, int row)
{
    struct zdm_function *function =
        zdm_catalog_add_function(load->catalog, schema, zdm_result_get(rows, row, 2));
    const char *list = zdm_result_get(rows, row, 3);
    size_t n = zdm_load_count_numbers(list), i = 0;
    int64_t number;

    if (n)
        function->arguments = zdm_catalog_alloc(load->catalog, n * sizeof *function->arguments);
    while (zdm_load_next_number(&list, &number))
        function->arguments[i++] = zdm_load_type_by(load, (uint32_t)number);
    function->n_arguments = n;
    function->n_defaults = (size_t)zdm_result_i64(rows, row, 4);
    function->variadic = zdm_load_type_by(load, zdm_load_oid(rows, row, 5));
    function->result = zdm_load_type_by(load, zdm_load_oid(rows, row, 6));
    function->volatility = zdm_load_char(rows, row, 7);
    function->kind = zdm_load_char(rows, row, 8);
    function->returns_set = zdm_result_bool(rows, row, 9);
    function->sql_body = zdm_load_text(load, rows, row, 10);
    function->defaults_sql = zdm_load_text(load, rows, row, 11);
    zdm_oid_map_put(&load->functions, zdm_load_oid(rows, row, 0), function);
}

/* Rows of one function come together, in the order of its arguments. */
void
zdm_load_arguments(struct zdm_load *load, const struct zdm_result *rows)
{
    const struct zdm_function *last = NULL;
    size_t n = 0;

    for (int i = 0; i < zdm_result_rows(rows); i++) {
        struct zdm_function *function = zdm_oid_map_get(&load->functions, zdm_load_oid(rows, i, 0));
        n = function == last ? n : 0;
        last = function;
        if (!function || n >= function->n_arguments)
            continue;
        if (n == 0)
            function->argument_names = zdm_catalog_alloc(
                load->catalog, function->n_arguments * sizeof *function->argument_names);
        function->argument_names[n++] = zdm_load_text(load, rows, i, 1);
    }
}

void
zdm_load_functions(struct zdm_load *load, const struct zdm_result *rows)
{
    for (int i = 0; i < zdm_result_rows(rows); i++) {
        const char *schema = zdm_load_schema_name(load, zdm_load_oid(rows, i, 1));
        if (schema)
            add_function(load, schema, rows, i);
    }
}
