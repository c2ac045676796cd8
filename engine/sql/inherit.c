#include <string.h>

#include "sql/alter.h"
#include "sql/partition.h"

static bool
has(struct zdm_relation *const *list, size_t n, const struct zdm_relation *relation)
{
    for (size_t i = 0; i < n; i++)
        if (list[i] == relation)
            return true;
    return false;
}

static bool
may_change(struct zdm_alter *alter, bool add)
{
    struct zdm_draft *draft = alter->draft;
    const struct zdm_relation *child = alter->relation;

    if (child->known && child->is_partition)
        zdm_draft_fails(draft, "42809", "%s is a partition", alter->table);
    else if (add && child->kind == ZDM_RELATION_PARTITIONED)
        zdm_draft_fails(draft, "42809", "%s is partitioned", alter->table);
    return !zdm_draft_failed(draft);
}

static void
add_parent(struct zdm_alter *alter, struct zdm_relation *parent, const char *text)
{
    struct zdm_draft *draft = alter->draft;
    struct zdm_relation *child = alter->relation;

    zdm_draft_lock_on(draft, parent, ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE, ZDM_HELD_BRIEF);
    if (parent->kind == ZDM_RELATION_PARTITIONED || (parent->known && parent->is_partition))
        zdm_draft_fails(draft, "42809", "%s belongs to a partitioned table", text);
    else if (parent->kind != ZDM_RELATION_TABLE && parent->kind != ZDM_RELATION_FOREIGN &&
             parent->kind != ZDM_RELATION_ANY)
        zdm_draft_fails(draft, "42809", "%s is no table", text);
    else if (parent->known && child->known && parent->temporary && !child->temporary)
        zdm_draft_fails(draft, "42809", "%s is temporary", text);
    else if (has(child->parents.items, child->parents.n, parent))
        zdm_draft_fails(draft, "42P07", "%s inherits from %s already", alter->table, text);
    else if (parent == child || zdm_is_ancestor(child, parent))
        zdm_draft_fails(draft, "42P07", "%s inherits from %s", text, alter->table);
    if (zdm_draft_failed(draft) || !zdm_child_fits(draft, child, parent, false))
        return;
    zdm_child_joined(draft, parent, child);
    ZDM_FIND(draft, INHERIT, .table = alter->table, .other = text);
}

/* What it has from this parent alone is its own from now on. */
static void
disinherit(struct zdm_alter *alter, const struct zdm_relation *parent)
{
    struct zdm_draft *draft = alter->draft;
    struct zdm_relation *child = alter->relation;

    for (size_t i = 0; i < child->columns.n; i++) {
        struct zdm_column *column = child->columns.items[i];
        bool other = false;
        for (size_t k = 0; k < child->parents.n; k++)
            other |= zdm_relation_column(child->parents.items[k], column->name) != NULL;
        if (other || !zdm_relation_column(parent, column->name))
            continue;
        zdm_catalog_touch(draft->catalog, column, sizeof *column);
        column->inherited = false;
        column->local = true;
    }
    for (size_t i = 0; i < child->constraints.n; i++) {
        struct zdm_constraint *check = child->constraints.items[i];
        bool other = false;
        for (size_t k = 0; k < child->parents.n && check->name; k++)
            other |= zdm_relation_constraint(child->parents.items[k], check->name) != NULL;
        if (other || !check->name || !zdm_relation_constraint(parent, check->name))
            continue;
        zdm_catalog_touch(draft->catalog, check, sizeof *check);
        check->inherited = false;
    }
}

static void
drop_parent(struct zdm_alter *alter, struct zdm_relation *parent, const char *text)
{
    struct zdm_draft *draft = alter->draft;
    struct zdm_relation *child = alter->relation;

    zdm_draft_lock_on(draft, parent, ZDM_LOCK_ACCESS_SHARE, ZDM_HELD_BRIEF);
    if (!has(child->parents.items, child->parents.n, parent)) {
        if (child->known && parent->known)
            zdm_draft_fails(draft, "42P01", "%s does not inherit from %s", alter->table, text);
        return;
    }
    zdm_catalog_remove(draft->catalog, &child->parents, parent);
    zdm_catalog_remove(draft->catalog, &parent->children, child);
    disinherit(alter, parent);
    ZDM_FIND(draft, INHERIT, .table = alter->table, .other = text);
}

void
zdm_alter_inherit(struct zdm_alter *alter)
{
    struct zdm_draft *draft = alter->draft;
    bool add = alter->cmd->subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_AddInherit;

    if (!alter->cmd->def || alter->cmd->def->node_case != PG_QUERY__NODE__NODE_RANGE_VAR)
        return;
    if (!may_change(alter, add))
        return;
    const PgQuery__RangeVar *range = alter->cmd->def->range_var;
    struct zdm_relation *parent = zdm_draft_relation(draft, range);
    if (parent->missing)
        return;
    if (add)
        add_parent(alter, parent, zdm_range_text(draft->arena, range));
    else
        drop_parent(alter, parent, zdm_range_text(draft->arena, range));
}
