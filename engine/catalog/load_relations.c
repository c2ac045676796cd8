/* Relations, their columns, and what inherits from what. */
#include "catalog/load_private.h"

#include "sql/catalog_names.h"

#include <string.h>

static struct zdm_load_relation *
add_relation(struct zdm_load *load, const struct zdm_result *rows, int row, const char *schema)
{
    struct zdm_load_relation *slot = zdm_arena_alloc(load->arena, sizeof *slot);
    enum zdm_relation_kind kind = (enum zdm_relation_kind)zdm_load_char(rows, row, 3);
    struct zdm_relation *relation =
        zdm_catalog_add_relation(load->catalog, schema, zdm_result_get(rows, row, 2), kind);

    slot->relation = relation;
    slot->n_columns = (int)zdm_result_i64(rows, row, 5);
    size_t room = (size_t)slot->n_columns + 1;
    slot->columns = zdm_arena_alloc(load->arena, room * sizeof(struct zdm_column *));
    slot->collations = zdm_arena_alloc(load->arena, room * sizeof *slot->collations);
    return slot;
}

/* See load.h: whoever owns nothing is not the one who changes this schema. */
static void
judge_rights(struct zdm_catalog *catalog, const struct zdm_relation *relation)
{
    if (catalog->rights_of || !relation->owner)
        return;
    const struct zdm_named *owner =
        zdm_catalog_named(catalog, ZDM_NAMED_ROLE, NULL, relation->owner);
    if (owner && owner->usable)
        catalog->rights_of = catalog->user;
}

/* TOAST tables come in any order, before and behind those that have them. */
static void
add_toast(struct zdm_oid_map *toasts, int64_t block_size, const struct zdm_result *rows)
{
    for (int i = 0; i < zdm_result_rows(rows); i++) {
        struct zdm_relation *table = zdm_load_char(rows, i, 3) == 't'
                                         ? zdm_oid_map_get(toasts, zdm_load_oid(rows, i, 0))
                                         : NULL;
        if (table)
            table->bytes += zdm_result_i64(rows, i, 7) * block_size;
    }
}

void
zdm_load_relations(struct zdm_load *load, const struct zdm_result *rows)
{
    struct zdm_oid_map toasts = {0}; /* to the relation that has it */

    for (int i = 0; i < zdm_result_rows(rows); i++) {
        zdm_load_pull(load, i);
        const char *schema = zdm_load_schema_name(load, zdm_load_oid(rows, i, 1));
        if (!schema || zdm_load_char(rows, i, 3) == 't')
            continue;
        struct zdm_load_relation *slot = add_relation(load, rows, i, schema);
        struct zdm_relation *relation = slot->relation;
        char persistence = zdm_load_char(rows, i, 4), identity = zdm_load_char(rows, i, 13);

        relation->oid = zdm_load_oid(rows, i, 0);
        relation->known = relation->acl_known = true;
        relation->temporary = persistence == 't';
        relation->unlogged = persistence == 'u';
        relation->rows = zdm_result_get(rows, i, 6) ? zdm_result_i64(rows, i, 6) : -1;
        relation->bytes = zdm_result_i64(rows, i, 7) * load->block_size;
        relation->toast = zdm_load_oid(rows, i, 8);
        relation->owner = zdm_oid_map_get(&load->roles, zdm_load_oid(rows, i, 9));
        relation->access_method = zdm_oid_map_get(&load->methods, zdm_load_oid(rows, i, 10));
        relation->tablespace = zdm_oid_map_get(&load->tablespaces, zdm_load_oid(rows, i, 11));
        relation->populated = !zdm_result_get(rows, i, 12);
        if (identity)
            relation->replica_identity = identity;
        relation->row_security = zdm_result_bool(rows, i, 14);
        relation->force_row_security = zdm_result_bool(rows, i, 15);
        relation->is_partition = zdm_result_bool(rows, i, 16);
        slot->of_type = zdm_load_oid(rows, i, 17);
        relation->bound_sql = zdm_load_text(load, rows, i, 18);
        relation->security_invoker = zdm_result_bool(rows, i, 19);
        zdm_oid_map_put(&load->relations, relation->oid, slot);
        if (relation->toast)
            zdm_oid_map_put(&toasts, relation->toast, relation);
        judge_rights(load->catalog, relation);
    }
    add_toast(&toasts, load->block_size, rows);
    zdm_oid_map_release(&toasts);
}

/* The collation of a column where it is not the one its type brings along. `collation` 0 is the
 * database's, or none. */
static const char *
own_collation(const struct zdm_load *load, const struct zdm_load_type *type, uint32_t collation)
{
    if (!type || type->collation == collation)
        return NULL;
    return collation ? zdm_oid_map_get(&load->collations, collation) : "pg_catalog.default";
}

static void
add_column(struct zdm_load *load, struct zdm_load_relation *slot, int64_t number,
    const struct zdm_result *rows, int row)
{
    struct zdm_column *column = zdm_catalog_alloc(load->catalog, sizeof *column);
    const struct zdm_load_type *type = zdm_oid_map_get(&load->types, zdm_load_oid(rows, row, 3));
    char made = zdm_load_char(rows, row, 7), inherited = zdm_load_char(rows, row, 9);

    column->name = zdm_load_text(load, rows, row, 2);
    column->type = type ? type->type : NULL;
    column->typmod = zdm_result_get(rows, row, 4) ? (int32_t)zdm_result_i64(rows, row, 4) : -1;
    slot->collations[number] = zdm_load_oid(rows, row, 5);
    column->collation = own_collation(load, type, slot->collations[number]);
    column->not_null = zdm_result_bool(rows, row, 6);
    column->not_null_valid = true;
    if (made == 'a' || made == 'd')
        column->identity = made;
    else
        column->generated = made;
    column->storage = zdm_load_char(rows, row, 8);
    column->inherited = inherited != 0;
    column->local = inherited != 'i';
    if (zdm_result_get(rows, row, 10))
        column->acl = zdm_load_acl(load, zdm_result_get(rows, row, 10));
    slot->columns[number] = column;
}

/* Types come after relations, since some of them are rows of relations. */
static void
link_typed_table(struct zdm_load *load, const struct zdm_load_relation *slot)
{
    const struct zdm_type *type = zdm_load_type_by(load, slot->of_type);

    if (type)
        slot->relation->of_type = type->relation;
}

/* Rows come as the table of columns has them: they were put in place by number. */
static void
order_columns(struct zdm_load *load, const struct zdm_load_relation *slot)
{
    struct zdm_relation *relation = slot->relation;
    size_t n = 0;

    for (int i = 1; i <= slot->n_columns; i++)
        n += slot->columns[i] != NULL;
    if (!strchr("iIS", relation->kind)) /* whose columns are of no interest */
        relation->n_dropped_columns = (size_t)slot->n_columns - n;
    if (!n)
        return;
    relation->columns.items = zdm_catalog_alloc(load->catalog, n * sizeof(struct zdm_column *));
    relation->columns.room = n;
    for (int i = 1; i <= slot->n_columns; i++)
        if (slot->columns[i])
            relation->columns.items[relation->columns.n++] = slot->columns[i];
}

void
zdm_load_defaults(struct zdm_load *load, const struct zdm_result *rows)
{
    for (int i = 0; i < zdm_result_rows(rows); i++) {
        zdm_load_pull(load, i);
        struct zdm_load_relation *slot = zdm_load_relation_of(load, zdm_load_oid(rows, i, 0));
        struct zdm_column *column = slot ? zdm_load_column(slot, zdm_result_i64(rows, i, 1)) : NULL;
        if (column)
            column->default_sql = zdm_load_text(load, rows, i, 2);
    }
}

void
zdm_load_columns(struct zdm_load *load, const struct zdm_result *rows)
{
    for (int i = 0; i < zdm_result_rows(rows); i++) {
        zdm_load_pull(load, i);
        struct zdm_load_relation *slot = zdm_load_relation_of(load, zdm_load_oid(rows, i, 0));
        int64_t number = zdm_result_i64(rows, i, 1);
        bool dropped = zdm_load_oid(rows, i, 3) == 0;
        if (slot && !dropped && number > 0 && number <= slot->n_columns)
            add_column(load, slot, number, rows, i);
    }
    for (size_t i = 0; i < load->relations.n_slots; i++)
        if (load->relations.slots[i].oid) {
            order_columns(load, load->relations.slots[i].value);
            link_typed_table(load, load->relations.slots[i].value);
        }
    zdm_load_type_users(load);
}

void
zdm_load_partition_keys(struct zdm_load *load, const struct zdm_result *rows)
{
    for (int i = 0; i < zdm_result_rows(rows); i++) {
        struct zdm_load_relation *slot = zdm_load_relation_of(load, zdm_load_oid(rows, i, 0));
        if (!slot)
            continue;
        struct zdm_relation *relation = slot->relation;
        relation->partition_strategy = zdm_load_char(rows, i, 1);
        relation->default_partition = zdm_load_relation_by(load, zdm_load_oid(rows, i, 2));
        relation->partition_columns = zdm_load_column_names(
            load, slot, zdm_result_get(rows, i, 3), &relation->n_partition_columns);
        relation->partition_uses = zdm_load_uses(load, slot, zdm_result_get(rows, i, 3),
            zdm_result_get(rows, i, 4), &relation->n_partition_uses);
    }
}

void
zdm_load_inheritance(struct zdm_load *load, const struct zdm_result *rows)
{
    for (int i = 0; i < zdm_result_rows(rows); i++) {
        struct zdm_relation *child = zdm_load_relation_by(load, zdm_load_oid(rows, i, 0));
        struct zdm_relation *parent = zdm_load_relation_by(load, zdm_load_oid(rows, i, 1));
        if (!child || !parent)
            continue;
        zdm_catalog_append(load->catalog, &child->parents, parent);
        zdm_catalog_append(load->catalog, &parent->children, child);
        child->detach_pending = zdm_result_bool(rows, i, 2);
    }
}
