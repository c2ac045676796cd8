/* Indexes and constraints, which name each other. */
#include "catalog/load_private.h"

#include <string.h>

void
zdm_load_opclasses(struct zdm_load *load, const struct zdm_result *rows)
{
    int n = zdm_result_rows(rows);
    load->opclasses = zdm_arena_alloc(load->arena, (size_t)n * sizeof *load->opclasses);
    for (int i = 0; i < n; i++) {
        struct zdm_load_opclass *opclass = &load->opclasses[load->n_opclasses++];
        opclass->oid = zdm_load_oid(rows, i, 0);
        opclass->method = zdm_load_oid(rows, i, 1);
        opclass->input = zdm_load_oid(rows, i, 2);
    }
}

/* A default class of another type (text_ops on varchar) is the default where the type of the column
 * has none of its own. Domains are as their base types. type NULL: of an expression. */
static bool
default_opclass(const struct zdm_load *load, uint32_t oid, const struct zdm_type *type)
{
    const struct zdm_load_opclass *class = NULL;

    for (size_t i = 0; i < load->n_opclasses && !class; i++)
        if (load->opclasses[i].oid == oid)
            class = &load->opclasses[i];
    while (type && type->base)
        type = type->base;
    if (!class || !type || class->input == type->oid)
        return class != NULL;
    for (size_t i = 0; i < load->n_opclasses; i++)
        if (load->opclasses[i].method == class->method && load->opclasses[i].input == type->oid)
            return false;
    return true;
}

struct keys { /* the vectors of pg_index, each at its next number */
    const char *numbers, *classes, *collations, *options;
};

static void
add_key(struct zdm_load *load, const struct zdm_load_relation *table, struct zdm_index *index,
    struct keys *keys)
{
    struct zdm_index_column *key = &index->columns[index->n_columns++];
    int64_t number = 0, class = 0, collation = 0, option = 0;

    zdm_load_next_number(&keys->numbers, &number);
    zdm_load_next_number(&keys->classes, &class);
    zdm_load_next_number(&keys->collations, &collation);
    zdm_load_next_number(&keys->options, &option);
    const struct zdm_column *column = zdm_load_column(table, number);
    uint32_t of_column = column ? table->collations[number] : 0;
    uint32_t of_key = collation == ZDM_LOAD_DEFAULT_COLLATION ? 0 : (uint32_t)collation;

    key->name = column ? column->name : NULL;
    if (of_key != of_column)
        key->collation = of_key ? zdm_oid_map_get(&load->collations, of_key) : "pg_catalog.default";
    key->default_opclass = default_opclass(load, (uint32_t) class, column ? column->type : NULL);
    key->plain_order = option == 0;
}

static void
add_index(struct zdm_load *load, struct zdm_relation *self, const struct zdm_load_relation *table,
    const struct zdm_result *rows, int row)
{
    struct zdm_index *index = zdm_catalog_alloc(load->catalog, sizeof *index);
    size_t n_keys = (size_t)zdm_result_i64(rows, row, 2);
    const char *list = zdm_result_get(rows, row, 3);
    struct keys keys = {list, zdm_result_get(rows, row, 4), zdm_result_get(rows, row, 5),
        zdm_result_get(rows, row, 6)};

    index->self = self;
    self->index = index;
    index->table = table->relation;
    index->method = self->access_method;
    index->columns = zdm_catalog_alloc(load->catalog, n_keys * sizeof *index->columns);
    for (size_t i = 0; i < n_keys; i++)
        add_key(load, table, index, &keys);
    index->included = zdm_load_column_names(load, table, keys.numbers, &index->n_included);
    index->uses = zdm_load_uses(load, table, list, zdm_result_get(rows, row, 17), &index->n_uses);
    index->unique = zdm_result_bool(rows, row, 7);
    index->primary = zdm_result_bool(rows, row, 8);
    index->immediate = !zdm_result_get(rows, row, 9);
    index->valid = !zdm_result_get(rows, row, 10);
    index->ready = !zdm_result_get(rows, row, 11);
    index->replica_identity = zdm_result_bool(rows, row, 12);
    index->clustered = zdm_result_bool(rows, row, 13);
    index->nulls_not_distinct = zdm_result_bool(rows, row, 14);
    index->expressions_sql = zdm_load_text(load, rows, row, 15);
    index->predicate_sql = zdm_load_text(load, rows, row, 16);
    table->relation->bytes += self->bytes;
    zdm_catalog_append(load->catalog, &table->relation->indexes, index);
}

/* The parents of an index as a relation are known: they are those it is attached to. */
static void
attach_indexes(struct zdm_load *load)
{
    for (size_t i = 0; i < load->relations.n_slots; i++) {
        struct zdm_load_relation *slot = load->relations.slots[i].value;
        struct zdm_relation *self = slot ? slot->relation : NULL;
        if (!self || !self->index || !self->parents.n)
            continue;
        self->index->parent = self->parents.items[0]->index;
        if (self->index->parent)
            zdm_catalog_append(load->catalog, &self->index->parent->children, self->index);
    }
}

void
zdm_load_indexes(struct zdm_load *load, const struct zdm_result *rows)
{
    for (int i = 0; i < zdm_result_rows(rows); i++) {
        zdm_load_pull(load, i);
        struct zdm_relation *self = zdm_load_relation_by(load, zdm_load_oid(rows, i, 0));
        struct zdm_load_relation *table = zdm_load_relation_of(load, zdm_load_oid(rows, i, 1));
        if (self && table)
            add_index(load, self, table, rows, i);
    }
    attach_indexes(load);
}

static void
fill_constraint(struct zdm_load *load, struct zdm_constraint *constraint,
    const struct zdm_result *rows, int row)
{
    constraint->name = zdm_load_text(load, rows, row, 1);
    constraint->kind = (enum zdm_constraint_kind)zdm_load_char(rows, row, 2);
    constraint->validated = !zdm_result_get(rows, row, 11);
    constraint->no_inherit = zdm_result_bool(rows, row, 12);
    constraint->deferrable = zdm_result_bool(rows, row, 13);
    constraint->initially_deferred = zdm_result_bool(rows, row, 14);
    constraint->inherited = zdm_result_bool(rows, row, 15);
    constraint->enforced = !zdm_result_get(rows, row, 16);
    constraint->check_sql = zdm_load_text(load, rows, row, 17);
    zdm_oid_map_put(&load->constraints, zdm_load_oid(rows, row, 0), constraint);
}

static void
fill_foreign(
    struct zdm_load *load, struct zdm_constraint *key, const struct zdm_result *rows, int row)
{
    struct zdm_load_relation *referenced = zdm_load_relation_of(load, zdm_load_oid(rows, row, 6));
    size_t n;

    key->on_delete = zdm_load_char(rows, row, 8);
    key->on_update = zdm_load_char(rows, row, 9);
    key->match = zdm_load_char(rows, row, 18);
    if (!referenced)
        return;
    key->references = referenced->relation;
    key->referenced = zdm_load_column_names(load, referenced, zdm_result_get(rows, row, 7), &n);
    zdm_catalog_append(load->catalog, &key->references->referenced_by, key);
}

static void
add_constraint(
    struct zdm_load *load, struct zdm_load_relation *slot, const struct zdm_result *rows, int row)
{
    struct zdm_constraint *constraint = zdm_catalog_alloc(load->catalog, sizeof *constraint);
    struct zdm_relation *index = zdm_load_relation_by(load, zdm_load_oid(rows, row, 10));

    fill_constraint(load, constraint, rows, row);
    constraint->relation = slot->relation;
    constraint->columns =
        zdm_load_column_names(load, slot, zdm_result_get(rows, row, 5), &constraint->n_columns);
    constraint->index = index ? index->index : NULL;
    if (constraint->kind == ZDM_CONSTRAINT_FOREIGN)
        fill_foreign(load, constraint, rows, row);
    else if (constraint->index)
        constraint->index->constraint = constraint;
    if (constraint->kind == ZDM_CONSTRAINT_NOT_NULL && !constraint->validated) {
        int64_t number = 0;
        const char *list = zdm_result_get(rows, row, 5);
        zdm_load_next_number(&list, &number);
        struct zdm_column *column = zdm_load_column(slot, number);
        if (column)
            column->not_null_valid = false;
    }
    zdm_catalog_append(load->catalog, &slot->relation->constraints, constraint);
}

void
zdm_load_constraints(struct zdm_load *load, const struct zdm_result *rows)
{
    for (int i = 0; i < zdm_result_rows(rows); i++) {
        zdm_load_pull(load, i);
        struct zdm_load_relation *slot = zdm_load_relation_of(load, zdm_load_oid(rows, i, 3));
        struct zdm_type *domain = zdm_load_type_by(load, zdm_load_oid(rows, i, 4));
        if (slot) {
            add_constraint(load, slot, rows, i);
        } else if (domain && zdm_load_char(rows, i, 2) == ZDM_CONSTRAINT_CHECK) {
            struct zdm_constraint *check = zdm_catalog_alloc(load->catalog, sizeof *check);
            fill_constraint(load, check, rows, i);
            zdm_catalog_append(load->catalog, &domain->domain_checks, check);
        }
    }
}
