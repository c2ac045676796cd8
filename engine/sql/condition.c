#include "sql/condition.h"

#include <string.h>

#include "base/buf.h"
#include "sql/tree.h"

static struct zdm_condition *
make(struct zdm_arena *arena, enum zdm_condition_kind kind)
{
    struct zdm_condition *condition = zdm_arena_alloc(arena, sizeof *condition);

    condition->kind = kind;
    return condition;
}

struct zdm_condition *
zdm_condition_list(struct zdm_arena *arena, enum zdm_condition_kind kind)
{
    return make(arena, kind);
}

static void
push(struct zdm_arena *arena, struct zdm_condition *list, struct zdm_condition *arg)
{
    /* Room grows by doubling: n_args is its own measure. */
    if ((list->n_args & (list->n_args - 1)) == 0) {
        size_t room = list->n_args ? 2 * list->n_args : 1;
        struct zdm_condition **grown = zdm_arena_alloc(arena, room * sizeof *grown);
        if (list->n_args)
            memcpy(grown, list->args, list->n_args * sizeof *grown);
        list->args = grown;
    }
    list->args[list->n_args++] = arg;
}

void
zdm_condition_add(struct zdm_arena *arena, struct zdm_condition *list, struct zdm_condition *arg)
{
    if (arg->kind != list->kind) {
        push(arena, list, arg);
        return;
    }
    for (size_t i = 0; i < arg->n_args; i++)
        push(arena, list, arg->args[i]);
}

struct zdm_condition *
zdm_condition_compare(
    struct zdm_arena *arena, const char *what, enum zdm_operator op, const char *value)
{
    struct zdm_condition *condition = make(arena, ZDM_CONDITION_COMPARE);

    condition->what = what;
    condition->op = op;
    condition->value = value;
    return condition;
}

struct zdm_condition *
zdm_condition_null(struct zdm_arena *arena, const char *what, bool is_null)
{
    struct zdm_condition *condition =
        make(arena, is_null ? ZDM_CONDITION_NULL : ZDM_CONDITION_NOT_NULL);

    condition->what = what;
    return condition;
}

struct zdm_condition *
zdm_condition_not(struct zdm_arena *arena, const struct zdm_condition *condition)
{
    static const enum zdm_operator opposite[] = {
        ZDM_OP_GE, ZDM_OP_GT, ZDM_OP_NE, ZDM_OP_LT, ZDM_OP_LE, ZDM_OP_EQ};
    struct zdm_condition *negated = make(arena, condition->kind);

    *negated = *condition;
    switch (condition->kind) {
    case ZDM_CONDITION_AND:
    case ZDM_CONDITION_OR:
        *negated = (struct zdm_condition){
            .kind = condition->kind == ZDM_CONDITION_AND ? ZDM_CONDITION_OR : ZDM_CONDITION_AND};
        for (size_t i = 0; i < condition->n_args; i++)
            zdm_condition_add(arena, negated, zdm_condition_not(arena, condition->args[i]));
        break;
    case ZDM_CONDITION_COMPARE:
        negated->op = opposite[condition->op];
        break;
    case ZDM_CONDITION_NULL:
        negated->kind = ZDM_CONDITION_NOT_NULL;
        break;
    case ZDM_CONDITION_NOT_NULL:
        negated->kind = ZDM_CONDITION_NULL;
        break;
    case ZDM_CONDITION_OTHER:
        negated->what = zdm_arena_strf(arena, "not%s", condition->what);
        break;
    }
    return negated;
}

/* Without casts, as the server puts them on where it likes. */
static const PgQuery__Node *
bare(const PgQuery__Node *node)
{
    while (node && node->node_case == PG_QUERY__NODE__NODE_TYPE_CAST)
        node = node->type_cast->arg;
    return node;
}

/* The text of a constant, or NULL. */
static const char *
constant(struct zdm_arena *arena, const PgQuery__Node *node)
{
    node = bare(node);
    if (!node)
        return NULL;
    if (node->node_case == PG_QUERY__NODE__NODE_A_EXPR && !node->a_expr->lexpr &&
        strcmp(zdm_last_string(node->a_expr->n_name, node->a_expr->name), "-") == 0) {
        const char *positive = constant(arena, node->a_expr->rexpr);
        return positive ? zdm_arena_strf(arena, "-%s", positive) : NULL;
    }
    if (node->node_case != PG_QUERY__NODE__NODE_A_CONST || node->a_const->isnull)
        return NULL;
    switch (node->a_const->val_case) {
    case PG_QUERY__A__CONST__VAL_IVAL:
        return zdm_arena_strf(arena, "%d", node->a_const->ival->ival);
    case PG_QUERY__A__CONST__VAL_FVAL:
        return zdm_arena_strdup(arena, node->a_const->fval->fval);
    case PG_QUERY__A__CONST__VAL_SVAL:
        return zdm_arena_strdup(arena, node->a_const->sval->sval);
    case PG_QUERY__A__CONST__VAL_BOOLVAL:
        return node->a_const->boolval->boolval ? "true" : "false";
    default:
        return NULL;
    }
}

/* Nothing but what matters: brackets, blanks and casts come and go between two texts of one
 * expression. */
static const char *
squeezed(struct zdm_arena *arena, const char *text)
{
    struct zdm_buf buf = ZDM_BUF_INIT;
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_tree tree;

    if (zdm_tree_scan(text, &tree, &err) < 0) {
        zdm_err_release(&err);
        return zdm_arena_strdup(arena, text);
    }
    for (size_t i = 0; i < tree.tokens->n_tokens; i++) {
        const PgQuery__ScanToken *token = tree.tokens->tokens[i];
        int len = token->end - token->start;
        const char *word = text + token->start;
        if (*word == '(' || *word == ')' || zdm_tree_is_comment(token))
            continue;
        if (len == 2 && strncmp(word, "::", 2) == 0) { /* and the type behind it */
            i++;
            while (i + 1 < tree.tokens->n_tokens) {
                const char *next = text + tree.tokens->tokens[i + 1]->start;
                if (*next != '.' && *next != '[' && *next != ']' && strncmp(next, "varying", 7) &&
                    strncmp(next, "precision", 9) && strncmp(next, "without", 7) &&
                    strncmp(next, "with", 4) && strncmp(next, "time", 4) &&
                    strncmp(next, "zone", 4))
                    break;
                i++;
            }
            continue;
        }
        zdm_buf_addn(&buf, word, (size_t)len);
        zdm_buf_addc(&buf, ' ');
    }
    zdm_tree_release(&tree);
    char *result = zdm_arena_strndup(arena, buf.s, buf.len);
    zdm_buf_release(&buf);
    return result;
}

static const char *
subject(struct zdm_arena *arena, const PgQuery__Node *node)
{
    node = bare(node);
    if (node && node->node_case == PG_QUERY__NODE__NODE_COLUMN_REF)
        return zdm_arena_strdup(
            arena, zdm_last_string(node->column_ref->n_fields, node->column_ref->fields));
    /* The deparser does not write what it is given. */
    char *text = node ? zdm_deparse_expr(arena, (PgQuery__Node *)node) : NULL;
    return text ? squeezed(arena, text) : "?";
}

static bool
operator_of(const char *name, enum zdm_operator *op)
{
    static const char *const names[] = {"<", "<=", "=", ">=", ">", "<>"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0) {
            *op = (enum zdm_operator)i;
            return true;
        }
    return false;
}

static enum zdm_operator
swapped(enum zdm_operator op)
{
    static const enum zdm_operator other_way[] = {
        ZDM_OP_GT, ZDM_OP_GE, ZDM_OP_EQ, ZDM_OP_LE, ZDM_OP_LT, ZDM_OP_NE};
    return other_way[op];
}

static struct zdm_condition *convert(struct zdm_arena *arena, const PgQuery__Node *node);

static struct zdm_condition *
other(struct zdm_arena *arena, const PgQuery__Node *node)
{
    struct zdm_condition *condition = make(arena, ZDM_CONDITION_OTHER);

    condition->what = subject(arena, node);
    return condition;
}

/* x IN (...), x = ANY (ARRAY[...]): any of them is equal; x NOT IN, <> ALL: all differ. */
static struct zdm_condition *
members(struct zdm_arena *arena, const PgQuery__Node *node, const PgQuery__Node *left, size_t n,
    PgQuery__Node *const *items, enum zdm_operator op, bool any)
{
    struct zdm_condition *list = make(arena, any ? ZDM_CONDITION_OR : ZDM_CONDITION_AND);
    const char *what = subject(arena, left);

    for (size_t i = 0; i < n; i++) {
        const char *value = constant(arena, items[i]);
        if (!value)
            return other(arena, node);
        push(arena, list, zdm_condition_compare(arena, what, op, value));
    }
    return n == 1 ? list->args[0] : list;
}

static struct zdm_condition *
between(struct zdm_arena *arena, const PgQuery__AExpr *expr, const PgQuery__Node *node, bool not )
{
    const PgQuery__Node *bounds = expr->rexpr;

    if (bounds->node_case != PG_QUERY__NODE__NODE_LIST || bounds->list->n_items != 2)
        return other(arena, node);
    const char *low = constant(arena, bounds->list->items[0]);
    const char *high = constant(arena, bounds->list->items[1]);
    if (!low || !high)
        return other(arena, node);
    struct zdm_condition *list = make(arena, ZDM_CONDITION_AND);
    const char *what = subject(arena, expr->lexpr);
    push(arena, list, zdm_condition_compare(arena, what, ZDM_OP_GE, low));
    push(arena, list, zdm_condition_compare(arena, what, ZDM_OP_LE, high));
    return not ? zdm_condition_not(arena, list) : list;
}

static struct zdm_condition *
comparison(struct zdm_arena *arena, const PgQuery__Node *node)
{
    const PgQuery__AExpr *expr = node->a_expr;
    const PgQuery__Node *right = bare(expr->rexpr);
    enum zdm_operator op = ZDM_OP_EQ; /* BETWEEN has its own two */

    if (!operator_of(zdm_last_string(expr->n_name, expr->name), &op) &&
        expr->kind != PG_QUERY__A__EXPR__KIND__AEXPR_BETWEEN &&
        expr->kind != PG_QUERY__A__EXPR__KIND__AEXPR_NOT_BETWEEN)
        return other(arena, node);
    switch (expr->kind) {
    case PG_QUERY__A__EXPR__KIND__AEXPR_OP: {
        const char *value = constant(arena, expr->rexpr);
        if (value && expr->lexpr && !constant(arena, expr->lexpr))
            return zdm_condition_compare(arena, subject(arena, expr->lexpr), op, value);
        value = expr->lexpr ? constant(arena, expr->lexpr) : NULL;
        if (value)
            return zdm_condition_compare(arena, subject(arena, expr->rexpr), swapped(op), value);
        return other(arena, node);
    }
    case PG_QUERY__A__EXPR__KIND__AEXPR_IN:
        if (right->node_case == PG_QUERY__NODE__NODE_LIST)
            return members(arena, node, expr->lexpr, right->list->n_items, right->list->items, op,
                op == ZDM_OP_EQ);
        return other(arena, node);
    case PG_QUERY__A__EXPR__KIND__AEXPR_OP_ANY:
    case PG_QUERY__A__EXPR__KIND__AEXPR_OP_ALL:
        if (right->node_case == PG_QUERY__NODE__NODE_A_ARRAY_EXPR)
            return members(arena, node, expr->lexpr, right->a_array_expr->n_elements,
                right->a_array_expr->elements, op,
                expr->kind == PG_QUERY__A__EXPR__KIND__AEXPR_OP_ANY);
        return other(arena, node);
    case PG_QUERY__A__EXPR__KIND__AEXPR_BETWEEN:
        return between(arena, expr, node, false);
    case PG_QUERY__A__EXPR__KIND__AEXPR_NOT_BETWEEN:
        return between(arena, expr, node, true);
    default:
        return other(arena, node);
    }
}

static struct zdm_condition *
convert(struct zdm_arena *arena, const PgQuery__Node *node)
{
    node = bare(node);
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_BOOL_EXPR: {
        const PgQuery__BoolExpr *expr = node->bool_expr;
        if (expr->boolop == PG_QUERY__BOOL_EXPR_TYPE__NOT_EXPR)
            return zdm_condition_not(arena, convert(arena, expr->args[0]));
        struct zdm_condition *list =
            make(arena, expr->boolop == PG_QUERY__BOOL_EXPR_TYPE__AND_EXPR ? ZDM_CONDITION_AND
                                                                           : ZDM_CONDITION_OR);
        for (size_t i = 0; i < expr->n_args; i++)
            zdm_condition_add(arena, list, convert(arena, expr->args[i]));
        return list;
    }
    case PG_QUERY__NODE__NODE_NULL_TEST:
        return zdm_condition_null(arena, subject(arena, node->null_test->arg),
            node->null_test->nulltesttype == PG_QUERY__NULL_TEST_TYPE__IS_NULL);
    case PG_QUERY__NODE__NODE_A_EXPR:
        return comparison(arena, node);
    case PG_QUERY__NODE__NODE_COLUMN_REF: /* a boolean column */
        return zdm_condition_compare(arena, subject(arena, node), ZDM_OP_EQ, "true");
    default:
        return other(arena, node);
    }
}

struct zdm_condition *
zdm_condition_parse(struct zdm_arena *arena, const char *sql)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_tree tree;
    struct zdm_condition *condition = NULL;
    char *text = zdm_arena_strf(arena, "SELECT (%s\n)", sql);

    if (zdm_tree_parse(text, &tree, &err) < 0) {
        zdm_err_release(&err);
        return NULL;
    }
    const PgQuery__Node *node = tree.parsed->n_stmts == 1 ? tree.parsed->stmts[0]->stmt : NULL;
    if (node && node->node_case == PG_QUERY__NODE__NODE_SELECT_STMT &&
        node->select_stmt->n_target_list == 1 && node->select_stmt->target_list[0]->res_target->val)
        condition = convert(arena, node->select_stmt->target_list[0]->res_target->val);
    zdm_tree_release(&tree);
    return condition;
}

bool
zdm_condition_same(const struct zdm_condition *a, const struct zdm_condition *b)
{
    if (a->kind != b->kind || a->n_args != b->n_args)
        return false;
    for (size_t i = 0; i < a->n_args; i++)
        if (!zdm_condition_same(a->args[i], b->args[i]))
            return false;
    if (a->n_args)
        return true;
    if (!a->what != !b->what || (a->what && strcmp(a->what, b->what) != 0))
        return false;
    return a->kind != ZDM_CONDITION_COMPARE || (a->op == b->op && strcmp(a->value, b->value) == 0);
}

struct zdm_condition *
zdm_condition_of_relation(struct zdm_arena *arena, const struct zdm_relation *relation)
{
    struct zdm_condition *all = make(arena, ZDM_CONDITION_AND);

    for (size_t i = 0; i < relation->columns.n; i++)
        if (relation->columns.items[i]->not_null && relation->columns.items[i]->not_null_valid)
            push(arena, all, zdm_condition_null(arena, relation->columns.items[i]->name, false));
    for (size_t i = 0; i < relation->constraints.n; i++) {
        const struct zdm_constraint *check = relation->constraints.items[i];
        if (check->kind != ZDM_CONSTRAINT_CHECK || !check->validated || !check->enforced ||
            !check->check_sql)
            continue;
        struct zdm_condition *condition = zdm_condition_parse(arena, check->check_sql);
        if (condition)
            zdm_condition_add(arena, all, condition);
    }
    return all;
}
