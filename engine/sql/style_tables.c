#include <string.h>

#include "sql/style.h"

/* Does the text say ON DELETE before the constraint ends? The tree has NO ACTION either way. */
static bool
says_on_delete(const struct zdm_draft *draft, const PgQuery__Constraint *constraint)
{
    const struct zdm_tree *tree = draft->tree;
    unsigned depth = 0;

    for (size_t i = zdm_tree_token_at(tree, (size_t)constraint->location);
         i + 1 < tree->tokens->n_tokens; i++) {
        int token = (int)tree->tokens->tokens[i]->token;
        int next = (int)tree->tokens->tokens[i + 1]->token;
        depth += token == PG_QUERY__TOKEN__ASCII_40;
        if (token == PG_QUERY__TOKEN__ASCII_59 ||
            (!depth && (token == PG_QUERY__TOKEN__ASCII_44 || token == PG_QUERY__TOKEN__ASCII_41)))
            return false;
        depth -= depth && token == PG_QUERY__TOKEN__ASCII_41;
        if (token == PG_QUERY__TOKEN__ON && next == PG_QUERY__TOKEN__DELETE_P)
            return true;
    }
    return false;
}

static void
foreign_key(struct zdm_draft *draft, const PgQuery__Constraint *constraint)
{
    const char *other = zdm_range_text(draft->arena, constraint->pktable);

    if (constraint->fk_del_action[0] == 'a' && !says_on_delete(draft, constraint))
        ZDM_FIND(draft, STYLE_ON_DELETE, .other = other);
    if (constraint->deferrable)
        ZDM_FIND(draft, STYLE_DEFERRABLE, .other = other);
}

void
zdm_style_constraint(
    struct zdm_draft *draft, const PgQuery__Constraint *constraint, const char *table)
{
    const char *kind;

    switch (constraint->contype) {
    case PG_QUERY__CONSTR_TYPE__CONSTR_CHECK:
        kind = "CHECK";
        break;
    case PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY:
        kind = "PRIMARY KEY";
        break;
    case PG_QUERY__CONSTR_TYPE__CONSTR_UNIQUE:
        kind = "UNIQUE";
        break;
    case PG_QUERY__CONSTR_TYPE__CONSTR_EXCLUSION:
        kind = "EXCLUDE";
        break;
    case PG_QUERY__CONSTR_TYPE__CONSTR_FOREIGN:
        kind = "FOREIGN KEY";
        break;
    default:
        return;
    }
    draft->location = constraint->location;
    if (!constraint->conname[0])
        ZDM_FIND(draft, STYLE_UNNAMED, .kind = kind, .table = table);
    else
        zdm_style_name(draft, constraint->conname, constraint->location);
    if (constraint->contype == PG_QUERY__CONSTR_TYPE__CONSTR_FOREIGN)
        foreign_key(draft, constraint);
}

static bool
has(const PgQuery__ColumnDef *column, PgQuery__ConstrType type)
{
    for (size_t i = 0; i < column->n_constraints; i++)
        if (column->constraints[i]->constraint->contype == type)
            return true;
    return false;
}

struct keys { /* what identifies the rows of a new table */
    const PgQuery__Constraint *primary;
    bool primary_column, unique;
};

static bool
is_in(const PgQuery__Constraint *key, const char *column)
{
    for (size_t i = 0; key && i < key->n_keys; i++)
        if (strcmp(zdm_node_string(key->keys[i]), column) == 0)
            return true;
    return false;
}

static struct keys
keys_of(const PgQuery__CreateStmt *stmt)
{
    struct keys keys = {.primary = NULL};

    for (size_t i = 0; i < stmt->n_table_elts; i++) {
        const PgQuery__Node *element = stmt->table_elts[i];
        if (element->node_case == PG_QUERY__NODE__NODE_CONSTRAINT &&
            element->constraint->contype == PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY)
            keys.primary = element->constraint;
        if (element->node_case != PG_QUERY__NODE__NODE_COLUMN_DEF)
            continue;
        keys.primary_column |= has(element->column_def, PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY);
        keys.unique |= has(element->column_def, PG_QUERY__CONSTR_TYPE__CONSTR_UNIQUE) &&
                       has(element->column_def, PG_QUERY__CONSTR_TYPE__CONSTR_NOTNULL);
    }
    return keys;
}

/* LIKE and INHERITS may bring a key along, and a partition has that of its parent. */
static bool
is_whole(const PgQuery__CreateStmt *stmt)
{
    for (size_t i = 0; i < stmt->n_table_elts; i++)
        if (stmt->table_elts[i]->node_case == PG_QUERY__NODE__NODE_TABLE_LIKE_CLAUSE)
            return false;
    return stmt->n_inh_relations == 0 && !stmt->of_typename &&
           stmt->relation->relpersistence[0] != 't';
}

void
zdm_style_table(struct zdm_draft *draft, const PgQuery__CreateStmt *stmt)
{
    const char *table = zdm_range_text(draft->arena, stmt->relation);
    struct keys keys = keys_of(stmt);

    zdm_style_name(draft, stmt->relation->relname, stmt->relation->location);
    draft->location = stmt->relation->location;
    if (is_whole(stmt) && !keys.primary && !keys.primary_column) {
        ZDM_FIND(draft, STYLE_PRIMARY_KEY, .table = table);
        if (keys.unique)
            ZDM_FIND(draft, STYLE_UNIQUE_KEY, .table = table);
    }
    if (stmt->relation->relpersistence[0] == 'u')
        ZDM_FIND(draft, STYLE_UNLOGGED, .table = table);
    for (size_t i = 0; i < stmt->n_table_elts; i++) {
        const PgQuery__Node *element = stmt->table_elts[i];
        if (element->node_case == PG_QUERY__NODE__NODE_CONSTRAINT)
            zdm_style_constraint(draft, element->constraint, table);
        if (element->node_case != PG_QUERY__NODE__NODE_COLUMN_DEF)
            continue;
        const PgQuery__ColumnDef *column = element->column_def;
        zdm_style_column(draft, column,
            has(column, PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY) ||
                is_in(keys.primary, column->colname));
        zdm_style_name(draft, column->colname, column->location);
        for (size_t k = 0; k < column->n_constraints; k++)
            zdm_style_constraint(draft, column->constraints[k]->constraint, table);
    }
}
