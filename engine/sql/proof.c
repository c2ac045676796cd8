#include "sql/proof.h"

#include <string.h>

#include "sql/expression.h"

#define AT(name) PG_QUERY__ALTER_TABLE_TYPE__AT_##name

struct search {
    const char *column;
    /* The condition mentions no other column, so that any name in its text is this one's, also when
     * the column was renamed since. */
    bool single;
};

static bool
is_column(const struct search *search, const PgQuery__Node *node)
{
    if (!node || node->node_case != PG_QUERY__NODE__NODE_COLUMN_REF)
        return false;
    const char *name = zdm_last_string(node->column_ref->n_fields, node->column_ref->fields);
    return name[0] && (search->single || strcmp(name, search->column) == 0);
}

/* Does the condition, or its negation, not hold when the column is NULL, for this very reason? */
static bool
says_not_null(const struct search *search, const PgQuery__Node *node, bool negated)
{
    if (!node)
        return false;
    if (node->node_case == PG_QUERY__NODE__NODE_NULL_TEST) {
        PgQuery__NullTestType wanted =
            negated ? PG_QUERY__NULL_TEST_TYPE__IS_NULL : PG_QUERY__NULL_TEST_TYPE__IS_NOT_NULL;
        return node->null_test->nulltesttype == wanted && is_column(search, node->null_test->arg);
    }
    if (node->node_case != PG_QUERY__NODE__NODE_BOOL_EXPR)
        return false;
    const PgQuery__BoolExpr *expr = node->bool_expr;
    if (expr->boolop == PG_QUERY__BOOL_EXPR_TYPE__NOT_EXPR)
        return says_not_null(search, expr->args[0], !negated);
    bool any = false, all = true;
    for (size_t i = 0; i < expr->n_args; i++) {
        bool one = says_not_null(search, expr->args[i], negated);
        any |= one;
        all &= one;
    }
    return (expr->boolop == PG_QUERY__BOOL_EXPR_TYPE__AND_EXPR) != negated ? any : all;
}

static bool
proves(const struct zdm_constraint *check, const char *column)
{
    struct zdm_tree tree;

    if (check->kind != ZDM_CONSTRAINT_CHECK || !check->validated || !check->enforced ||
        !check->check_sql || !zdm_names_have(check->columns, check->n_columns, column))
        return false;
    const PgQuery__Node *condition = zdm_expr_parse(check->check_sql, &tree);
    if (!condition)
        return false;
    const struct search search = {.column = column, .single = check->n_columns == 1};
    bool yes = says_not_null(&search, condition, false);
    zdm_tree_release(&tree);
    return yes;
}

/* Rows are tested as NULL by their fields, which is not what NOT NULL means. Of a type that nobody
 * knows it may be the same. */
static bool
may_be_composite(const struct zdm_relation *relation, const char *name)
{
    const struct zdm_column *column = zdm_relation_column(relation, name);

    return column && (!column->type || column->type->kind == ZDM_TYPE_COMPOSITE);
}

const struct zdm_constraint *
zdm_proof_not_null(const struct zdm_relation *relation, const char *column)
{
    if (may_be_composite(relation, column))
        return NULL;
    for (size_t i = 0; i < relation->constraints.n; i++)
        if (proves(relation->constraints.items[i], column))
            return relation->constraints.items[i];
    return NULL;
}

void
zdm_proof_note_dropped(struct zdm_alter *alter)
{
    const PgQuery__AlterTableStmt *stmt = alter->stmt;

    alter->dropped_proofs =
        zdm_arena_alloc(alter->draft->arena, (stmt->n_cmds + 1) * sizeof *alter->dropped_proofs);
    for (size_t i = 0; i < stmt->n_cmds; i++) {
        const PgQuery__AlterTableCmd *cmd = stmt->cmds[i]->alter_table_cmd;
        if (cmd->subtype != AT(SetNotNull))
            continue;
        const struct zdm_constraint *proof = zdm_proof_not_null(alter->relation, cmd->name);
        if (proof && proof->name && zdm_alter_drops_constraint(alter, proof->name))
            alter->dropped_proofs[i] = proof->name;
    }
}
