#include <string.h>

#include "sql/alter.h"
#include "sql/object.h"
#include "sql/rename.h"

static const char *const system_columns[] = {
    "ctid", "xmin", "cmin", "xmax", "cmax", "tableoid", NULL};

static bool
is_system_column(const char *name)
{
    for (const char *const *at = system_columns; *at; at++)
        if (strcmp(*at, name) == 0)
            return true;
    return false;
}

/* Is the column of a child from somebody else than the relations that are renamed with it? */
static bool
has_other_parent(const struct zdm_relation *child, const char *column,
    struct zdm_relation *const *family, size_t n)
{
    for (size_t i = 0; i < child->parents.n; i++) {
        bool inside = false;
        for (size_t k = 0; k < n; k++)
            inside |= family[k] == child->parents.items[i];
        if (!inside && zdm_relation_column(child->parents.items[i], column))
            return true;
    }
    return false;
}

static bool
may_rename(struct zdm_draft *draft, const PgQuery__RenameStmt *stmt,
    const struct zdm_relation *relation, struct zdm_relation *const *family, size_t n)
{
    const char *from = zdm_ident_text(draft->arena, stmt->subname);
    const char *to = zdm_ident_text(draft->arena, stmt->newname);
    const char *table = zdm_range_text(draft->arena, stmt->relation);
    const struct zdm_column *column = zdm_relation_column(relation, stmt->subname);

    if (relation->of_type) {
        zdm_draft_fails(draft, "42809", "the columns of %s are those of its type", table);
        return false;
    }
    if (is_system_column(stmt->subname)) {
        zdm_draft_fails(draft, "0A000", "%s is a column of the system", from);
        return false;
    }
    if (relation->known && !column) {
        zdm_draft_fails(draft, "42703", "%s has no column %s", table, from);
        return false;
    }
    if (column && column->inherited) {
        zdm_draft_fails(draft, "42P16", "%s is inherited: it must be renamed in the parent", from);
        return false;
    }
    if (!stmt->relation->inh && relation->children.n) {
        zdm_draft_fails(
            draft, "42P16", "%s must be renamed in the children of %s too", from, table);
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (is_system_column(stmt->newname) || zdm_relation_column(family[i], stmt->newname)) {
            zdm_draft_fails(draft, "42701", "%s has a column %s already",
                i ? zdm_draft_name(draft, family[i]) : table, to);
            return false;
        }
        if (i && has_other_parent(family[i], stmt->subname, family, n)) {
            zdm_draft_fails(draft, "42P16", "%s of %s comes from another parent too", from,
                zdm_draft_name(draft, family[i]));
            return false;
        }
    }
    return true;
}

static void
rename_in_sequence(
    struct zdm_draft *draft, struct zdm_relation *relation, const PgQuery__RenameStmt *stmt)
{
    struct zdm_relation *sequence = zdm_catalog_sequence_of(relation, stmt->subname);

    if (!sequence)
        return;
    zdm_catalog_touch(draft->catalog, sequence, sizeof *sequence);
    sequence->sequence_column = zdm_catalog_string(draft->catalog, stmt->newname);
}

void
zdm_rename_column(
    struct zdm_draft *draft, const PgQuery__RenameStmt *stmt, struct zdm_relation *relation)
{
    const char *table = zdm_range_text(draft->arena, stmt->relation);
    size_t n = 1;
    struct zdm_relation **family = &relation;

    if (relation->kind == ZDM_RELATION_SEQUENCE) {
        zdm_draft_fails(draft, "42809", "%s is a sequence", table);
        return;
    }
    if (stmt->relation->inh)
        family = zdm_draft_family(draft, relation, &n);
    if (!may_rename(draft, stmt, relation, family, n))
        return;
    for (size_t i = 0; i < n; i++) {
        zdm_draft_lock_on(draft, family[i], ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
        rename_in_sequence(draft, family[i], stmt);
        zdm_relation_rename_column(draft->catalog, family[i], stmt->subname, stmt->newname);
    }
    if (relation->index)
        return;
    draft->st->breaks_plans |= ZDM_FIND(draft, BREAK_RENAME_COLUMN, .table = table,
                                   .column = zdm_ident_text(draft->arena, stmt->subname),
                                   .other = zdm_ident_text(draft->arena, stmt->newname)) != NULL;
}

/* With what inherits from it. */
static void
rename_in_table(
    struct zdm_draft *draft, const PgQuery__RenameStmt *stmt, struct zdm_relation *table)
{
    size_t n;
    struct zdm_relation **family = zdm_draft_family(draft, table, &n);

    for (size_t i = 0; i < n; i++) {
        zdm_draft_lock_on(draft, family[i], ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
        zdm_relation_rename_column(draft->catalog, family[i], stmt->subname, stmt->newname);
    }
}

void
zdm_rename_attribute(
    struct zdm_draft *draft, const PgQuery__RenameStmt *stmt, struct zdm_relation *relation)
{
    bool cascade = stmt->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE;
    size_t n;
    struct zdm_relation **tables = zdm_typed_tables(draft, relation, &n);
    const char *type = zdm_range_text(draft->arena, stmt->relation);
    const char *name = zdm_ident_text(draft->arena, stmt->subname);

    if (!zdm_object_check_kind(draft, relation, type, "c", "a composite type"))
        return;
    if (relation->known) {
        if (n && !cascade) {
            zdm_draft_fails(draft, "2BP01", "%s is the type of table %s", type,
                zdm_draft_name(draft, tables[0]));
            return;
        }
        if (!zdm_relation_column(relation, stmt->subname) ||
            zdm_relation_column(relation, stmt->newname)) {
            bool taken = zdm_relation_column(relation, stmt->newname) &&
                         zdm_relation_column(relation, stmt->subname);
            zdm_draft_fails(draft, taken ? "42701" : "42703", "%s has %s attribute %s", type,
                taken ? "already an" : "no",
                taken ? zdm_ident_text(draft->arena, stmt->newname) : name);
            return;
        }
    }
    for (size_t i = 0; i < n; i++)
        rename_in_table(draft, stmt, tables[i]);
    /* Composite types have a lock of their own, that the text of a plan cannot tell from a table's. */
    if (relation->known)
        zdm_draft_lock_on(draft, relation, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
    zdm_relation_rename_column(draft->catalog, relation, stmt->subname, stmt->newname);
    draft->st->breaks_plans |= ZDM_FIND(draft, BREAK_RENAME_TYPE, .name = name,
                                   .other = zdm_ident_text(draft->arena, stmt->newname)) != NULL;
}

bool
zdm_rename_inherited_constraint(struct zdm_draft *draft, const PgQuery__RenameStmt *stmt,
    struct zdm_relation *relation, struct zdm_constraint *constraint)
{
    bool check = constraint && constraint->kind == ZDM_CONSTRAINT_CHECK && !constraint->no_inherit;
    size_t n = 1;
    struct zdm_relation **family = &relation;

    if (constraint && constraint->kind == ZDM_CONSTRAINT_CHECK && constraint->inherited) {
        zdm_draft_fails(draft, "42P16", "%s is inherited: it must be renamed in the parent",
            zdm_ident_text(draft->arena, stmt->subname));
        return false;
    }
    if (check && !stmt->relation->inh && relation->children.n) {
        zdm_draft_fails(draft, "42P16", "%s must be renamed in the children too",
            zdm_ident_text(draft->arena, stmt->subname));
        return false;
    }
    if (check && stmt->relation->inh)
        family = zdm_draft_family(draft, relation, &n);
    for (size_t i = 0; i < n; i++) {
        struct zdm_constraint *own =
            i ? zdm_relation_constraint(family[i], stmt->subname) : constraint;
        zdm_draft_lock_on(draft, family[i], ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
        if (own)
            zdm_relation_rename_constraint(draft->catalog, own, stmt->newname);
    }
    return true;
}
