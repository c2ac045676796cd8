#include <stdlib.h>
#include <string.h>

#include "sql/catalog_private.h"
#include "sql/syntax.h"

#define FIND(relation, list, wanted)                                                               \
    for (size_t i = 0; i < (relation)->list.n; i++)                                                \
        if ((relation)->list.items[i]->name &&                                                     \
            strcmp((relation)->list.items[i]->name, wanted) == 0)                                  \
            return (relation)->list.items[i];                                                      \
    return NULL

struct zdm_column *
zdm_relation_column(const struct zdm_relation *relation, const char *name)
{
    FIND(relation, columns, name);
}

struct zdm_constraint *
zdm_relation_constraint(const struct zdm_relation *relation, const char *name)
{
    FIND(relation, constraints, name);
}

struct zdm_trigger *
zdm_relation_trigger(const struct zdm_relation *relation, const char *name)
{
    FIND(relation, triggers, name);
}

struct zdm_constraint *
zdm_relation_primary_key(const struct zdm_relation *relation)
{
    for (size_t i = 0; i < relation->constraints.n; i++)
        if (relation->constraints.items[i]->kind == ZDM_CONSTRAINT_PRIMARY)
            return relation->constraints.items[i];
    return NULL;
}

struct zdm_column *
zdm_relation_add_column(
    struct zdm_catalog *catalog, struct zdm_relation *relation, const char *name)
{
    struct zdm_column *column = zdm_catalog_alloc(catalog, sizeof *column);

    column->name = zdm_catalog_string(catalog, name);
    column->typmod = -1;
    column->not_null_valid = true;
    column->local = true;
    zdm_catalog_append(catalog, &relation->columns, column);
    return column;
}

struct zdm_constraint *
zdm_relation_add_constraint(struct zdm_catalog *catalog, struct zdm_relation *relation,
    enum zdm_constraint_kind kind, const char *name, struct zdm_relation *references)
{
    struct zdm_constraint *constraint = zdm_catalog_alloc(catalog, sizeof *constraint);

    constraint->name = zdm_catalog_string(catalog, name);
    constraint->kind = kind;
    constraint->relation = relation;
    constraint->references = references;
    constraint->validated = constraint->enforced = true;
    constraint->on_delete = constraint->on_update = 'a';
    constraint->match = 's';
    zdm_catalog_append(catalog, &relation->constraints, constraint);
    if (references)
        zdm_catalog_append(catalog, &references->referenced_by, constraint);
    return constraint;
}

struct zdm_index *
zdm_relation_add_index(struct zdm_catalog *catalog, struct zdm_relation *relation, const char *name)
{
    struct zdm_index *index = zdm_catalog_alloc(catalog, sizeof *index);

    index->self = zdm_catalog_add_relation(catalog, relation->schema, name, ZDM_RELATION_INDEX);
    index->self->known = true;
    index->self->index = index;
    index->self->fresh = relation->fresh;
    index->self->temporary = relation->temporary;
    index->table = relation;
    index->method = "btree";
    index->valid = index->ready = index->immediate = true;
    zdm_catalog_append(catalog, &relation->indexes, index);
    return index;
}

void
zdm_relation_rename_constraint(
    struct zdm_catalog *catalog, struct zdm_constraint *constraint, const char *name)
{
    if (constraint->name)
        zdm_catalog_name_freed(catalog, constraint->name);
    zdm_catalog_touch(catalog, constraint, sizeof *constraint);
    constraint->name = zdm_catalog_string(catalog, name);
}

void
zdm_relation_drop_constraint(struct zdm_catalog *catalog, struct zdm_constraint *constraint)
{
    struct zdm_index *index = constraint->index;

    if (constraint->name)
        zdm_catalog_name_freed(catalog, constraint->name);
    if (constraint->relation)
        zdm_catalog_remove(catalog, &constraint->relation->constraints, constraint);
    if (constraint->references)
        zdm_catalog_remove(catalog, &constraint->references->referenced_by, constraint);
    if (!index || constraint->kind == ZDM_CONSTRAINT_FOREIGN || index->constraint != constraint)
        return;
    zdm_catalog_touch(catalog, index, sizeof *index);
    index->constraint = NULL;
    zdm_catalog_drop_relation(catalog, index->self);
}

static bool
foreign_uses(const struct zdm_constraint *key, const char *name)
{
    return key->referenced && zdm_names_have(key->referenced, key->n_columns, name);
}

/* The dependent is the column of this name itself, computed of others. */
static bool
is_generated(const struct zdm_dependent *dependent, const char *name)
{
    if (dependent->dependent || strcmp(dependent->kind, "generated column") != 0)
        return false;
    char *quoted = zdm_sql_quote_ident(name);
    bool is = strcmp(dependent->name, quoted) == 0;
    free(quoted);
    return is;
}

void
zdm_relation_drop_column(
    struct zdm_catalog *catalog, struct zdm_relation *relation, const char *name)
{
    for (size_t i = 0; i < relation->constraints.n;) {
        struct zdm_constraint *constraint = relation->constraints.items[i];
        if (zdm_names_have(constraint->columns, constraint->n_columns, name)) {
            zdm_relation_drop_constraint(catalog, constraint);
            i = 0;
        } else {
            i++;
        }
    }
    for (size_t i = 0; i < relation->referenced_by.n;)
        if (foreign_uses(relation->referenced_by.items[i], name))
            zdm_relation_drop_constraint(catalog, relation->referenced_by.items[i]);
        else
            i++;
    for (size_t i = 0; i < relation->indexes.n;)
        if (zdm_names_have(
                relation->indexes.items[i]->uses, relation->indexes.items[i]->n_uses, name))
            zdm_catalog_drop_relation(catalog, relation->indexes.items[i]->self);
        else
            i++;
    for (size_t i = 0; i < relation->dependents.n;) {
        struct zdm_dependent *dependent = relation->dependents.items[i];
        if ((dependent->column && strcmp(dependent->column, name) == 0) ||
            is_generated(dependent, name))
            zdm_catalog_remove(catalog, &relation->dependents, dependent);
        else
            i++;
    }
    struct zdm_column *column = zdm_relation_column(relation, name);
    if (column) {
        zdm_catalog_remove(catalog, &relation->columns, column);
        zdm_catalog_touch(
            catalog, &relation->n_dropped_columns, sizeof relation->n_dropped_columns);
        relation->n_dropped_columns++;
    }
    zdm_catalog_drop_sequences(catalog, relation, name);
}

/* A new array with the name replaced: the old one may be remembered. */
static const char **
renamed(struct zdm_catalog *catalog, const char **names, size_t n, const char *from, const char *to)
{
    if (!zdm_names_have(names, n, from))
        return names;
    const char **copy = zdm_catalog_alloc(catalog, n * sizeof *copy);
    for (size_t i = 0; i < n; i++)
        copy[i] = names[i] && strcmp(names[i], from) == 0 ? to : names[i];
    return copy;
}

static void
rename_in_index(
    struct zdm_catalog *catalog, struct zdm_index *index, const char *from, const char *to)
{
    zdm_catalog_touch(catalog, index, sizeof *index);
    index->uses = renamed(catalog, index->uses, index->n_uses, from, to);
    index->included = renamed(catalog, index->included, index->n_included, from, to);
    for (size_t i = 0; i < index->n_columns; i++)
        if (index->columns[i].name && strcmp(index->columns[i].name, from) == 0) {
            zdm_catalog_touch(catalog, &index->columns[i], sizeof *index->columns);
            index->columns[i].name = to;
        }
}

void
zdm_relation_rename_column(
    struct zdm_catalog *catalog, struct zdm_relation *relation, const char *from, const char *to)
{
    struct zdm_column *column = zdm_relation_column(relation, from);

    if (strcmp(from, to) == 0)
        return;
    to = zdm_catalog_string(catalog, to);
    if (column) {
        zdm_catalog_touch(catalog, column, sizeof *column);
        column->name = to;
    }
    for (size_t i = 0; i < relation->constraints.n; i++) {
        struct zdm_constraint *constraint = relation->constraints.items[i];
        zdm_catalog_touch(catalog, constraint, sizeof *constraint);
        constraint->columns =
            renamed(catalog, constraint->columns, constraint->n_columns, from, to);
    }
    for (size_t i = 0; i < relation->referenced_by.n; i++) {
        struct zdm_constraint *key = relation->referenced_by.items[i];
        if (!key->referenced)
            continue;
        zdm_catalog_touch(catalog, key, sizeof *key);
        key->referenced = renamed(catalog, key->referenced, key->n_columns, from, to);
    }
    for (size_t i = 0; i < relation->indexes.n; i++)
        rename_in_index(catalog, relation->indexes.items[i], from, to);
    for (size_t i = 0; i < relation->triggers.n; i++) {
        struct zdm_trigger *trigger = relation->triggers.items[i];
        zdm_catalog_touch(catalog, trigger, sizeof *trigger);
        trigger->columns = renamed(catalog, trigger->columns, trigger->n_columns, from, to);
        trigger->when_columns =
            renamed(catalog, trigger->when_columns, trigger->n_when_columns, from, to);
    }
    for (size_t i = 0; i < relation->policies.n; i++) {
        struct zdm_policy *policy = relation->policies.items[i];
        zdm_catalog_touch(catalog, policy, sizeof *policy);
        policy->columns = renamed(catalog, policy->columns, policy->n_columns, from, to);
    }
    for (size_t i = 0; i < relation->dependents.n; i++) {
        struct zdm_dependent *dependent = relation->dependents.items[i];
        bool of = dependent->column && strcmp(dependent->column, from) == 0;
        bool is = is_generated(dependent, from);
        if (!of && !is)
            continue;
        zdm_catalog_touch(catalog, dependent, sizeof *dependent);
        if (of)
            dependent->column = to;
        if (is) {
            char *quoted = zdm_sql_quote_ident(to);
            dependent->name = zdm_catalog_string(catalog, quoted);
            free(quoted);
        }
    }
    struct zdm_relation *sequence;
    while ((sequence = zdm_catalog_sequence_of(relation, from))) {
        zdm_catalog_touch(catalog, sequence, sizeof *sequence);
        sequence->sequence_column = to;
    }
    zdm_catalog_touch(catalog, relation, sizeof *relation);
    relation->partition_columns =
        renamed(catalog, relation->partition_columns, relation->n_partition_columns, from, to);
    relation->partition_uses =
        renamed(catalog, relation->partition_uses, relation->n_partition_uses, from, to);
}
