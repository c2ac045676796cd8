#include <string.h>

#include "sql/column_type.h"
#include "sql/constraint.h"
#include "sql/new_column.h"
#include "sql/object.h"

/* ALTER COLUMN ... SET EXPRESSION, of a generated column: since PostgreSQL 17. */

static bool
may_set(struct zdm_alter *alter, const struct zdm_column *column)
{
    struct zdm_draft *draft = alter->draft;
    const char *quoted = zdm_ident_text(draft->arena, alter->cmd->name);
    const struct zdm_relation *relation = alter->relation;

    if (!column)
        return true;
    if (!column->generated)
        zdm_draft_fails(draft, "55000", "%s is no generated column", quoted);
    else if (!zdm_computed_is_right(alter, column->name, quoted, alter->cmd->def))
        return false;
    if (column->generated != 'v')
        return !zdm_draft_failed(draft);
    for (size_t i = 0; i < relation->constraints.n; i++)
        if (relation->constraints.items[i]->kind == ZDM_CONSTRAINT_CHECK)
            zdm_draft_fails(draft, "0A000", "%s is virtual, and %s has CHECK constraints", quoted,
                alter->table);
    if (relation->published)
        zdm_draft_fails(
            draft, "0A000", "%s is virtual, and %s is part of a publication", quoted, alter->table);
    return !zdm_draft_failed(draft);
}

/* What names the columns that it was computed of is not true any more. */
static void
remember(struct zdm_alter *alter, struct zdm_relation *relation, struct zdm_column *column)
{
    struct zdm_draft *draft = alter->draft;
    const char *text = zdm_deparse_expr(draft->arena, alter->cmd->def);
    const char *quoted = zdm_ident_text(draft->arena, column->name);

    zdm_catalog_touch(draft->catalog, column, sizeof *column);
    column->default_sql = zdm_catalog_string(draft->catalog, text ? text : "?");
    for (size_t i = relation->dependents.n; i > 0; i--) {
        struct zdm_dependent *dependent = relation->dependents.items[i - 1];
        if (!dependent->dependent && strcmp(dependent->kind, "generated column") == 0 &&
            strcmp(dependent->name, quoted) == 0)
            zdm_catalog_remove(draft->catalog, &relation->dependents, dependent);
    }
}

/* The constraints on the column are made anew, and those of the tables below are looked at for it. */
static bool
has_inherited_constraint(const struct zdm_alter *alter, const struct zdm_column *column)
{
    const struct zdm_relation *relation = alter->relation;

    for (size_t i = 0; i < relation->constraints.n; i++) {
        const struct zdm_constraint *check = relation->constraints.items[i];
        if (check->kind == ZDM_CONSTRAINT_CHECK && !check->no_inherit &&
            zdm_names_have(check->columns, check->n_columns, column->name))
            return true;
    }
    return column->not_null && alter->draft->pg_version >= 18;
}

static void
set_in(struct zdm_alter *alter, struct zdm_relation *relation, struct zdm_column *column)
{
    struct zdm_draft *draft = alter->draft;
    const struct zdm_typed typed = {.type = column->type, .typmod = column->typmod};
    const struct zdm_type_change change = {.alter = alter,
        .relation = relation,
        .column = column,
        .from = typed,
        .to = typed,
        .collation = column->collation,
        .rewrites = column->generated != 'v'};
    bool rows = zdm_relation_has_rows(relation);

    if (change.rewrites && rows) {
        zdm_draft_rewrite_of(draft, relation);
        zdm_draft_lock_on(draft, relation, alter->mode, ZDM_HELD_REWRITE);
    } else if (rows && column->not_null) {
        zdm_draft_scan_of(draft, relation);
        zdm_draft_lock_on(draft, relation, alter->mode, ZDM_HELD_SCAN);
    }
    if (change.rewrites) { /* as when its type changes, but the findings there speak of the type */
        size_t told = draft->st->n_findings;
        zdm_type_change_effects(&change);
        if (!zdm_draft_failed(draft))
            draft->st->n_findings = told;
    }
    remember(alter, relation, column);
}

void
zdm_alter_set_expression(struct zdm_alter *alter)
{
    struct zdm_draft *draft = alter->draft;
    struct zdm_column *column = zdm_alter_column(alter, alter->cmd->name);
    size_t n;
    struct zdm_relation **family = zdm_alter_family(alter, &n);

    if (zdm_draft_failed(draft) || !may_set(alter, column))
        return;
    zdm_alter_lock_family(alter, ZDM_HELD_BRIEF);
    if (!column) /* of a relation that nobody described */
        zdm_draft_rewrite_of(draft, alter->relation);
    else if (!alter->recurse && has_inherited_constraint(alter, column))
        for (size_t i = 0; i < alter->relation->children.n; i++)
            zdm_draft_lock_on(
                draft, alter->relation->children.items[i], alter->mode, ZDM_HELD_BRIEF);
    for (size_t i = 0; i < n && column && !zdm_draft_failed(draft); i++) {
        struct zdm_column *below = zdm_relation_column(family[i], alter->cmd->name);
        if (below)
            set_in(alter, family[i], below);
    }
    const char *quoted = zdm_ident_text(draft->arena, alter->cmd->name);
    if (column && column->generated == 'v' && column->not_null)
        ZDM_FIND(draft, SCAN_SET_NOT_NULL, .table = alter->table, .column = quoted);
    else if (draft->st->n_rewrites)
        ZDM_FIND(draft, REWRITE_SET_EXPRESSION, .table = alter->table, .column = quoted);
    if (!column)
        zdm_alter_lock(alter, ZDM_HELD_REWRITE);
}
