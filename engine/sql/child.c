#include <string.h>

#include "sql/partition.h"

bool
zdm_is_ancestor(const struct zdm_relation *relation, const struct zdm_relation *child)
{
    for (size_t i = 0; i < child->parents.n; i++)
        if (child->parents.items[i] == relation ||
            zdm_is_ancestor(relation, child->parents.items[i]))
            return true;
    return false;
}

static bool
column_fits(struct zdm_draft *draft, const struct zdm_relation *child,
    const struct zdm_column *wanted, const struct zdm_column *own)
{
    const char *table = zdm_draft_name(draft, child);
    const char *name = zdm_ident_text(draft->arena, wanted->name);

    if (!own)
        zdm_draft_fails(draft, "42804", "%s has no column %s", table, name);
    else if (own->type && wanted->type &&
             (own->type != wanted->type || own->typmod != wanted->typmod))
        zdm_draft_fails(draft, "42804", "column %s of %s has another type", name, table);
    else if (!zdm_same_text(own->collation, wanted->collation))
        zdm_draft_fails(draft, "42P21", "column %s of %s has another collation", name, table);
    else if (wanted->not_null && !own->not_null)
        zdm_draft_fails(draft, "42804", "column %s of %s must be NOT NULL", name, table);
    else if (wanted->generated ? !own->generated : own->generated && draft->pg_version >= 16)
        zdm_draft_fails(draft, "42804", "column %s of %s is not generated in both", name, table);
    return !zdm_draft_failed(draft);
}

static bool
check_fits(struct zdm_draft *draft, const struct zdm_relation *child,
    const struct zdm_constraint *wanted, const struct zdm_constraint *own)
{
    const char *table = zdm_draft_name(draft, child);
    const char *name = zdm_ident_text(draft->arena, wanted->name);

    if (!own || own->kind != ZDM_CONSTRAINT_CHECK) {
        zdm_draft_fails(draft, "42804", "%s has no CHECK %s", table, name);
        return false;
    }
    const struct zdm_condition *a =
        wanted->check_sql ? zdm_condition_parse(draft->arena, wanted->check_sql) : NULL;
    const struct zdm_condition *b =
        own->check_sql ? zdm_condition_parse(draft->arena, own->check_sql) : NULL;
    if (a && b && !zdm_condition_same(a, b))
        zdm_draft_fails(draft, "42804", "CHECK %s of %s says something else", name, table);
    else if (own->no_inherit)
        zdm_draft_fails(draft, "42P17", "CHECK %s of %s is NO INHERIT", name, table);
    else if (wanted->validated && !own->validated)
        zdm_draft_fails(draft, "42P17", "CHECK %s of %s is NOT VALID", name, table);
    return !zdm_draft_failed(draft);
}

static bool
no_others(
    struct zdm_draft *draft, const struct zdm_relation *child, const struct zdm_relation *parent)
{
    for (size_t i = 0; i < child->columns.n; i++)
        if (!zdm_relation_column(parent, child->columns.items[i]->name)) {
            zdm_draft_fails(draft, "42804", "%s has a column %s that %s has not",
                zdm_draft_name(draft, child),
                zdm_ident_text(draft->arena, child->columns.items[i]->name),
                zdm_draft_name(draft, parent));
            return false;
        }
    return true;
}

bool
zdm_child_fits(struct zdm_draft *draft, struct zdm_relation *child,
    const struct zdm_relation *parent, bool partition)
{
    if (!child->known || !parent->known)
        return true;
    if (partition && !no_others(draft, child, parent))
        return false;
    for (size_t i = 0; i < parent->columns.n; i++) {
        struct zdm_column *own = zdm_relation_column(child, parent->columns.items[i]->name);
        if (!column_fits(draft, child, parent->columns.items[i], own))
            return false;
        if (!own) /* nobody can be sure of that any more, so it is no error */
            continue;
        zdm_catalog_touch(draft->catalog, own, sizeof *own);
        own->inherited = true;
        own->local &= !partition;
    }
    for (size_t i = 0; i < parent->constraints.n; i++) {
        const struct zdm_constraint *wanted = parent->constraints.items[i];
        if (wanted->kind != ZDM_CONSTRAINT_CHECK || wanted->no_inherit || !wanted->name)
            continue;
        struct zdm_constraint *own = zdm_relation_constraint(child, wanted->name);
        if (!check_fits(draft, child, wanted, own))
            return false;
        if (!own) /* nobody can be sure of that any more, so it is no error */
            continue;
        zdm_catalog_touch(draft->catalog, own, sizeof *own);
        own->inherited = true;
    }
    return true;
}

static void
grow_old(struct zdm_draft *draft, struct zdm_relation *relation)
{
    if (!relation->fresh)
        return;
    zdm_catalog_touch(draft->catalog, relation, sizeof *relation);
    relation->fresh = false;
}

void
zdm_child_joined(struct zdm_draft *draft, struct zdm_relation *parent, struct zdm_relation *child)
{
    /* Where nobody is sure of the catalog a circle is no certain error, but one must not be made. */
    if (parent == child || zdm_is_ancestor(child, parent))
        return;
    for (size_t i = 0; i < child->parents.n; i++)
        if (child->parents.items[i] == parent)
            return;
    zdm_catalog_append(draft->catalog, &parent->children, child);
    zdm_catalog_append(draft->catalog, &child->parents, parent);
    if (parent->fresh && child->fresh)
        return;
    /* Whoever changes the parent changes the child from now on. */
    grow_old(draft, parent);
    grow_old(draft, child);
}
