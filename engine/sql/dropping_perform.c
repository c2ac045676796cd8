#include <string.h>

#include "sql/constraint.h"
#include "sql/dropping_private.h"
#include "sql/object.h"

static void
lock_family(struct zdm_draft *draft, struct zdm_relation *relation)
{
    size_t n;
    struct zdm_relation **family = zdm_draft_partitions(draft, relation, &n);

    for (size_t i = 0; i < n; i++)
        zdm_draft_lock_on(draft, family[i], ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
}

/* Before 15 only the leaves of a partitioned table had triggers for the foreign keys to it. */
static void
lock_referenced(struct zdm_draft *draft, struct zdm_relation *relation)
{
    size_t n;
    struct zdm_relation **family = zdm_draft_partitions(draft, relation, &n);

    for (size_t i = 0; i < n; i++)
        if (draft->pg_version != 14 || family[i]->kind != ZDM_RELATION_PARTITIONED)
            zdm_draft_lock_on(draft, family[i], ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
}

static void
lock_relation(struct zdm_dropping *dropping, struct zdm_relation *relation)
{
    struct zdm_draft *draft = dropping->draft;
    size_t n;

    zdm_draft_partitions(draft, relation, &n); /* they go too, and are locked as they do */
    zdm_draft_lock_on(draft, relation, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
    for (size_t i = 0; relation->is_partition && i < relation->parents.n; i++) {
        const struct zdm_relation *parent = relation->parents.items[i];
        zdm_draft_lock_on(draft, parent, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
        if (parent->default_partition)
            zdm_draft_lock_on(
                draft, parent->default_partition, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
    }
    for (size_t i = 0; i < relation->constraints.n; i++) {
        const struct zdm_constraint *key = relation->constraints.items[i];
        if (key->kind != ZDM_CONSTRAINT_FOREIGN || key->inherited || !key->references)
            continue;
        lock_referenced(draft, key->references);
    }
}

/* Its name is a text, quoted where needed. */
static void
remove_part(struct zdm_draft *draft, struct zdm_relation *relation, const struct zdm_gone *item)
{
    struct zdm_catalog *catalog = draft->catalog;

#define REMOVE(word, list)                                                                         \
    for (size_t i = relation->list.n; strcmp(item->part, word) == 0 && i > 0; i--)                 \
        if (zdm_gone_is_called(draft, relation->list.items[i - 1]->name, item->name))              \
    zdm_catalog_remove(catalog, &relation->list, relation->list.items[i - 1])
    REMOVE("policy", policies);
    REMOVE("trigger", triggers);
#undef REMOVE
    for (size_t i = relation->rules.n; strcmp(item->part, "rule") == 0 && i > 0; i--)
        if (zdm_gone_is_called(draft, relation->rules.items[i - 1], item->name))
            zdm_relation_forget_rule(draft, relation, relation->rules.items[i - 1]);
    for (size_t i = 0; strcmp(item->part, "default") == 0 && i < relation->columns.n; i++) {
        struct zdm_column *column = relation->columns.items[i];
        if (!zdm_gone_is_called(draft, column->name, item->name))
            continue;
        zdm_catalog_touch(catalog, column, sizeof *column);
        column->default_sql = NULL;
    }
    for (size_t i = relation->constraints.n; strcmp(item->part, "constraint") == 0 && i > 0; i--)
        if (zdm_gone_is_called(draft, relation->constraints.items[i - 1]->name, item->name))
            zdm_relation_drop_constraint(catalog, relation->constraints.items[i - 1]);
    for (size_t i = relation->indexes.n; strcmp(item->part, "index") == 0 && i > 0; i--)
        if (zdm_gone_is_called(draft, relation->indexes.items[i - 1]->self->name, item->name))
            zdm_catalog_drop_relation(catalog, relation->indexes.items[i - 1]->self);
    for (size_t i = relation->dependents.n; strcmp(item->part, "statistics") == 0 && i > 0; i--)
        if (strcmp(relation->dependents.items[i - 1]->name, item->name) == 0)
            zdm_catalog_remove(catalog, &relation->dependents, relation->dependents.items[i - 1]);
    if (strcmp(item->part, "publication") == 0)
        zdm_publication_lose(draft, relation, item->name);
}

/* The functions called as a type of ranges that make values of it. */
static void
forget_constructors(struct zdm_draft *draft, const struct zdm_type *type)
{
    struct zdm_function *at = zdm_catalog_functions(draft->catalog, type->name);

    for (; at; at = at->next) {
        if (at->dropped || strcmp(at->name, type->name) != 0 || at->result != type)
            continue;
        zdm_catalog_touch(draft->catalog, at, sizeof *at);
        at->dropped = true;
    }
}

static void
forget_type(struct zdm_draft *draft, struct zdm_type *type)
{
    struct zdm_type *array =
        type->array ? zdm_catalog_type(draft->catalog, type->array->schema, type->array->name)
                    : NULL;

    if (type->kind == ZDM_TYPE_RANGE) {
        struct zdm_type *many = zdm_catalog_type(
            draft->catalog, type->schema, zdm_multirange_name(draft->arena, type->name));
        forget_constructors(draft, type);
        if (many && many->kind == ZDM_TYPE_MULTIRANGE) {
            forget_constructors(draft, many);
            forget_type(draft, many);
        }
    }
    zdm_catalog_drop_type(draft->catalog, type);
    if (array)
        zdm_catalog_drop_type(draft->catalog, array);
}

void
zdm_dropping_perform(struct zdm_dropping *dropping, const struct zdm_gone *item)
{
    struct zdm_draft *draft = dropping->draft;
    struct zdm_relation *relation = item->object;

    switch (item->kind) {
    case ZDM_GONE_RELATION:
        lock_relation(dropping, relation);
        break;
    case ZDM_GONE_FOREIGN_KEY:
        zdm_foreign_drop(draft, item->object, ZDM_LOCK_ACCESS_EXCLUSIVE);
        break;
    case ZDM_GONE_COLUMN:
        zdm_draft_lock_on(draft, relation, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
        for (size_t i = 0; i < relation->constraints.n; i++) {
            const struct zdm_constraint *key = relation->constraints.items[i];
            if (key->references && !key->inherited &&
                zdm_names_have(key->columns, key->n_columns, item->name))
                lock_referenced(draft, key->references);
        }
        draft->st->data_loss |= !relation->fresh && relation->kind != ZDM_RELATION_COMPOSITE;
        zdm_relation_drop_column(draft->catalog, relation, item->name);
        break;
    case ZDM_GONE_PART:
        if (strcmp(item->part, "trigger") == 0)
            lock_family(draft, relation);
        else
            zdm_draft_lock_on(draft, relation,
                strcmp(item->part, "statistics") == 0 ? ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE
                                                      : ZDM_LOCK_ACCESS_EXCLUSIVE,
                ZDM_HELD_BRIEF);
        remove_part(draft, relation, item);
        break;
    case ZDM_GONE_TYPE:
        forget_type(draft, item->object);
        break;
    case ZDM_GONE_FUNCTION: {
        struct zdm_function *function = item->object;
        zdm_catalog_touch(draft->catalog, function, sizeof *function);
        function->dropped = true;
        break;
    }
    default:
        break;
    }
}
