#include <string.h>

#include "sql/catalog_private.h"

const char *
zdm_catalog_creation_schema(const struct zdm_catalog *catalog)
{
    return catalog->search_path_known && catalog->search_path.n ? catalog->search_path.items[0]
                                                                : NULL;
}

static struct zdm_relation *
relation_in(const struct zdm_catalog *catalog, const char *schema, const char *name)
{
    struct zdm_relation *relation = zdm_catalog_chain(&catalog->private->relations, name);

    for (; relation; relation = relation->next)
        if (strcmp(relation->name, name) == 0 && zdm_same_text(relation->schema, schema))
            return relation;
    return NULL;
}

static struct zdm_relation *
temporary(const struct zdm_catalog *catalog, const char *name)
{
    struct zdm_relation *relation = zdm_catalog_chain(&catalog->private->relations, name);

    for (; relation; relation = relation->next)
        if (relation->temporary && strcmp(relation->name, name) == 0)
            return relation;
    return NULL;
}

struct zdm_relation *
zdm_catalog_relation(const struct zdm_catalog *catalog, const char *schema, const char *name)
{
    if (schema && strcmp(schema, "pg_temp") == 0)
        return temporary(catalog, name);
    if (schema)
        return relation_in(catalog, schema, name);

    struct zdm_relation *relation = temporary(catalog, name);
    if (!relation && catalog->complete)
        relation = relation_in(catalog, "pg_catalog", name);
    for (size_t i = 0; i < catalog->search_path.n && !relation; i++)
        relation = relation_in(catalog, catalog->search_path.items[i], name);
    if (!relation)
        relation = relation_in(catalog, NULL, name);
    return relation;
}

struct zdm_relation *
zdm_catalog_add_relation(
    struct zdm_catalog *catalog, const char *schema, const char *name, enum zdm_relation_kind kind)
{
    struct zdm_relation *relation = zdm_catalog_alloc(catalog, sizeof *relation);

    relation->schema = zdm_catalog_string(catalog, schema);
    relation->name = zdm_catalog_string(catalog, name);
    relation->kind = kind;
    relation->rows = -1;
    relation->replica_identity = 'd';
    ZDM_LINK(catalog, relations, relation, struct zdm_relation);
    return relation;
}

void
zdm_catalog_move_relation(struct zdm_catalog *catalog, struct zdm_relation *relation,
    const char *schema, const char *name)
{
    ZDM_UNLINK(catalog, relations, relation, struct zdm_relation);
    zdm_catalog_name_freed(catalog, relation->name);
    zdm_catalog_touch(catalog, relation, sizeof *relation);
    relation->schema = zdm_catalog_string(catalog, schema);
    relation->name = zdm_catalog_string(catalog, name);
    ZDM_LINK(catalog, relations, relation, struct zdm_relation);
}

static void
unlink_relation(struct zdm_catalog *catalog, struct zdm_relation *relation)
{
    ZDM_UNLINK(catalog, relations, relation, struct zdm_relation);
    zdm_catalog_name_freed(catalog, relation->name);
    if (relation->sequence_of)
        zdm_catalog_remove(catalog, &relation->sequence_of->sequences, relation);
    zdm_catalog_touch(catalog, relation, sizeof *relation);
    relation->dropped = true;
    zdm_catalog_remove_unordered(catalog, &catalog->fresh, relation);
}

static void
drop_index(struct zdm_catalog *catalog, struct zdm_index *index)
{
    if (index->parent)
        zdm_catalog_remove(catalog, &index->parent->children, index);
    zdm_catalog_remove(catalog, &index->table->indexes, index);
    if (!index->self->dropped)
        unlink_relation(catalog, index->self);
}

void
zdm_catalog_own_sequence(struct zdm_catalog *catalog, struct zdm_relation *sequence,
    struct zdm_relation *table, const char *column)
{
    if (sequence->sequence_of)
        zdm_catalog_remove(catalog, &sequence->sequence_of->sequences, sequence);
    zdm_catalog_touch(catalog, sequence, sizeof *sequence);
    sequence->sequence_of = table;
    sequence->sequence_column = table ? zdm_catalog_string(catalog, column) : NULL;
    if (table)
        zdm_catalog_append(catalog, &table->sequences, sequence);
}

void
zdm_catalog_drop_sequences(
    struct zdm_catalog *catalog, struct zdm_relation *table, const char *column)
{
    for (size_t i = table->sequences.n; i > 0; i--) {
        struct zdm_relation *sequence = table->sequences.items[i - 1];
        if (!column || zdm_same_text(column, sequence->sequence_column))
            unlink_relation(catalog, sequence);
    }
}

struct zdm_relation *
zdm_catalog_sequence_of(const struct zdm_relation *table, const char *column)
{
    for (size_t i = 0; i < table->sequences.n; i++)
        if (zdm_same_text(column, table->sequences.items[i]->sequence_column))
            return table->sequences.items[i];
    return NULL;
}

/* What a view reads knows of it. */
static void
forget_reader(struct zdm_catalog *catalog, struct zdm_relation *view)
{
    for (size_t i = 0; i < view->reads.n; i++) {
        struct zdm_relation *read = view->reads.items[i];
        for (size_t k = read->dependents.n; k > 0; k--)
            if (read->dependents.items[k - 1]->dependent == view)
                zdm_catalog_remove(catalog, &read->dependents, read->dependents.items[k - 1]);
    }
}

static void
drop_row_type(struct zdm_catalog *catalog, const struct zdm_relation *relation)
{
    struct zdm_type *type =
        relation->schema ? zdm_catalog_type(catalog, relation->schema, relation->name) : NULL;

    if (!type || type->relation != relation)
        return;
    struct zdm_type *array =
        type->array ? zdm_catalog_type(catalog, type->array->schema, type->array->name) : NULL;
    zdm_catalog_drop_type(catalog, type);
    if (array)
        zdm_catalog_drop_type(catalog, array);
}

void
zdm_catalog_drop_relation(struct zdm_catalog *catalog, struct zdm_relation *relation)
{
    if (relation->dropped)
        return;
    if (relation->index) {
        drop_index(catalog, relation->index);
        return;
    }
    if (relation->acl && relation->oid)
        zdm_catalog_append(catalog, &catalog->dropped, relation);
    while (relation->constraints.n)
        zdm_relation_drop_constraint(
            catalog, relation->constraints.items[relation->constraints.n - 1]);
    while (relation->referenced_by.n)
        zdm_relation_drop_constraint(
            catalog, relation->referenced_by.items[relation->referenced_by.n - 1]);
    while (relation->indexes.n)
        drop_index(catalog, relation->indexes.items[relation->indexes.n - 1]);
    for (size_t i = 0; i < relation->parents.n; i++) {
        struct zdm_relation *parent = relation->parents.items[i];
        zdm_catalog_remove(catalog, &parent->children, relation);
        if (parent->default_partition == relation) {
            zdm_catalog_touch(catalog, parent, sizeof *parent);
            parent->default_partition = NULL;
        }
    }
    zdm_catalog_drop_sequences(catalog, relation, NULL);
    forget_reader(catalog, relation);
    drop_row_type(catalog, relation);
    unlink_relation(catalog, relation);
}

void
zdm_catalog_each_relation(const struct zdm_catalog *catalog,
    bool (*fn)(void *self, struct zdm_relation *relation), void *self)
{
    const struct zdm_catalog_table *table = &catalog->private->relations;

    for (size_t i = 0; i < table->n_buckets; i++) {
        struct zdm_relation *relation = table->buckets[i];
        while (relation) {
            struct zdm_relation *next = relation->next;
            if (!fn(self, relation))
                return;
            relation = next;
        }
    }
}

static bool
forget_unqualified(void *self, struct zdm_relation *relation)
{
    if (!relation->schema && !relation->dropped)
        unlink_relation(self, relation);
    return true;
}

void
zdm_catalog_forget_unqualified(struct zdm_catalog *catalog)
{
    zdm_catalog_each_relation(catalog, forget_unqualified, catalog);
}

bool
zdm_relation_has_rows(const struct zdm_relation *relation)
{
    return relation->kind == ZDM_RELATION_TABLE || relation->kind == ZDM_RELATION_MATVIEW ||
           relation->kind == ZDM_RELATION_ANY;
}
