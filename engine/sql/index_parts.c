/* Partitioned indexes: what can be a part of one, and when it is valid. */
#include <string.h>

#include "sql/condition.h"
#include "sql/index_make.h"

/* Both as somebody wrote them or the server shows them. */
static bool
same_expressions(struct zdm_draft *draft, const char *a, const char *b)
{
    if (zdm_same_text(a, b))
        return true;
    if (!a || !b)
        return false;
    const struct zdm_condition *x =
        zdm_condition_parse(draft->arena, zdm_arena_strf(draft->arena, "ROW(%s)", a));
    const struct zdm_condition *y =
        zdm_condition_parse(draft->arena, zdm_arena_strf(draft->arena, "ROW(%s)", b));
    return x && y && zdm_condition_same(x, y);
}

static bool
same_predicate(struct zdm_draft *draft, const char *a, const char *b)
{
    if (zdm_same_text(a, b))
        return true;
    if (!a || !b)
        return false;
    const struct zdm_condition *x = zdm_condition_parse(draft->arena, a);
    const struct zdm_condition *y = zdm_condition_parse(draft->arena, b);
    return x && y && zdm_condition_same(x, y);
}

bool
zdm_index_is_like(
    struct zdm_draft *draft, const struct zdm_index *index, const struct zdm_index *like)
{
    if (index->unique != like->unique || index->nulls_not_distinct != like->nulls_not_distinct ||
        strcmp(index->method, like->method) != 0 || index->n_columns != like->n_columns ||
        index->n_included != like->n_included)
        return false;
    for (size_t i = 0; i < like->n_columns; i++) {
        const struct zdm_index_column *a = &index->columns[i], *b = &like->columns[i];
        if (!zdm_same_text(a->name, b->name) || !zdm_same_text(a->collation, b->collation) ||
            a->default_opclass != b->default_opclass)
            return false;
    }
    for (size_t i = 0; i < like->n_included; i++)
        if (strcmp(index->included[i], like->included[i]) != 0)
            return false;
    return same_expressions(draft, index->expressions_sql, like->expressions_sql) &&
           same_predicate(draft, index->predicate_sql, like->predicate_sql);
}

struct zdm_index *
zdm_index_matching(struct zdm_draft *draft, const struct zdm_relation *relation,
    const struct zdm_index *like, enum zdm_constraint_kind constraint, bool valid)
{
    for (size_t i = 0; i < relation->indexes.n; i++) {
        struct zdm_index *index = relation->indexes.items[i];
        if (!index->parent && zdm_index_is_like(draft, index, like) &&
            (!constraint || index->constraint) && (index->valid || !valid))
            return index;
    }
    return NULL;
}

void
zdm_index_attach(struct zdm_draft *draft, struct zdm_index *index, struct zdm_index *parent)
{
    /* As with tables: no circles, and one parent. */
    for (const struct zdm_index *above = parent; above; above = above->parent)
        if (above == index)
            return;
    if (index->parent)
        return;
    zdm_catalog_touch(draft->catalog, index, sizeof *index);
    index->parent = parent;
    zdm_catalog_append(draft->catalog, &parent->children, index);
    zdm_catalog_append(draft->catalog, &index->self->parents, parent->self);
    zdm_catalog_append(draft->catalog, &parent->self->children, index->self);
    if (index->constraint && parent->constraint) {
        zdm_catalog_touch(draft->catalog, index->constraint, sizeof *index->constraint);
        index->constraint->inherited = true;
    }
}

void
zdm_index_detach(struct zdm_draft *draft, struct zdm_index *index)
{
    struct zdm_index *parent = index->parent;

    zdm_catalog_remove(draft->catalog, &parent->children, index);
    zdm_catalog_remove(draft->catalog, &parent->self->children, index->self);
    zdm_catalog_remove(draft->catalog, &index->self->parents, parent->self);
    zdm_catalog_touch(draft->catalog, index, sizeof *index);
    index->parent = NULL;
}

void
zdm_index_revalidate(struct zdm_draft *draft, struct zdm_index *index)
{
    for (; index && !index->valid; index = index->parent) {
        size_t valid = 0;
        for (size_t i = 0; i < index->children.n; i++)
            valid += index->children.items[i]->valid;
        if (valid < index->table->children.n)
            return;
        zdm_catalog_touch(draft->catalog, index, sizeof *index);
        index->valid = true;
        /* The next one is looked at under this lock. */
        if (index->parent)
            zdm_draft_lock_on(
                draft, index->parent->table, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
    }
}
