#include "sql/expression.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "sql/call.h"
#include "sql/object.h"
#include "sql/volatility.h"

const PgQuery__Node *
zdm_expr_parse(const char *sql, struct zdm_tree *tree)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_buf text = ZDM_BUF_INIT;

    zdm_buf_addf(&text, "SELECT (%s\n)", sql);
    int rc = zdm_tree_parse(text.s, tree, &err);
    zdm_buf_release(&text);
    zdm_err_release(&err);
    if (rc < 0)
        return NULL;
    tree->text = NULL; /* it is gone */
    if (tree->parsed->n_stmts == 1) {
        const PgQuery__Node *node = tree->parsed->stmts[0]->stmt;
        if (node->node_case == PG_QUERY__NODE__NODE_SELECT_STMT &&
            node->select_stmt->n_target_list == 1)
            return node->select_stmt->target_list[0]->res_target->val;
    }
    zdm_tree_release(tree);
    return NULL;
}

static const struct zdm_type *
builtin(struct zdm_draft *draft, const char *name)
{
    return zdm_builtin_type(draft->catalog, name);
}

static void
set_type(struct zdm_judged *judged, const struct zdm_type *type)
{
    judged->typed.type = type;
    judged->typed.typmod = ZDM_TYPMOD_NONE;
}

/* A number as the server reads it: the smallest of int4, int8 and numeric that holds it. */
static const char *
number_type(const char *text)
{
    static const char most[] = "9223372036854775807";
    size_t n = strspn(text, "0123456789");

    if (text[n] || n > sizeof most - 1 || (n == sizeof most - 1 && strcmp(text, most) > 0))
        return "numeric";
    return "int8";
}

static void
judge_constant(struct zdm_draft *draft, const PgQuery__AConst *constant, struct zdm_judged *judged)
{
    if (constant->isnull) {
        judged->literal = true;
        return;
    }
    switch (constant->val_case) {
    case PG_QUERY__A__CONST__VAL_IVAL:
        set_type(judged, builtin(draft, "int4"));
        break;
    case PG_QUERY__A__CONST__VAL_FVAL:
        set_type(judged, builtin(draft, number_type(constant->fval->fval)));
        break;
    case PG_QUERY__A__CONST__VAL_BOOLVAL:
        set_type(judged, builtin(draft, "bool"));
        break;
    case PG_QUERY__A__CONST__VAL_BSVAL:
        set_type(judged, builtin(draft, "bit"));
        break;
    default:
        judged->literal = true;
    }
}

static void
judge_value_function(
    struct zdm_draft *draft, const PgQuery__SQLValueFunction *function, struct zdm_judged *judged)
{
    const char *name = "name";

    switch (function->op) {
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_DATE:
        name = "date";
        break;
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_TIME:
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_TIME_N:
        name = "timetz";
        break;
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_TIMESTAMP:
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_TIMESTAMP_N:
        name = "timestamptz";
        break;
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_LOCALTIME:
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_LOCALTIME_N:
        name = "time";
        break;
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_LOCALTIMESTAMP:
    case PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_LOCALTIMESTAMP_N:
        name = "timestamp";
        break;
    default:
        break;
    }
    set_type(judged, builtin(draft, name));
}

static struct zdm_judged judge(struct zdm_judge *self, const PgQuery__Node *expr);

static void
take_volatility(struct zdm_judged *into, const struct zdm_judged *part)
{
    into->is_volatile |= part->is_volatile;
    into->unsure |= part->unsure;
}

/* The type that all parts have; unknown when they differ. */
static void
judge_parts(
    struct zdm_judge *self, size_t n, PgQuery__Node *const *parts, struct zdm_judged *judged)
{
    bool typed = true;

    for (size_t i = 0; i < n; i++) {
        struct zdm_judged part = judge(self, parts[i]);
        take_volatility(judged, &part);
        if (part.literal)
            continue;
        if (!judged->typed.type && typed)
            judged->typed = part.typed;
        else if (judged->typed.type != part.typed.type)
            typed = false;
    }
    judged->typed.typmod = ZDM_TYPMOD_NONE;
    if (!typed)
        judged->typed.type = NULL;
}

static bool
is_logical(PgQuery__AExprKind kind, const char *name)
{
    static const char *const names[] = {
        "=", "<>", "!=", "<", "<=", ">", ">=", "~", "~*", "!~", "!~*", "~~", "~~*", "!~~", "!~~*"};

    if (kind == PG_QUERY__A__EXPR__KIND__AEXPR_NULLIF)
        return false;
    if (kind != PG_QUERY__A__EXPR__KIND__AEXPR_OP)
        return true; /* IN, LIKE, BETWEEN, IS DISTINCT FROM, ... */
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

static bool
is_arithmetic(const char *name)
{
    return name[0] && !name[1] && strchr("+-*/%", name[0]);
}

static void
judge_operator(struct zdm_judge *self, const PgQuery__AExpr *expr, struct zdm_judged *judged)
{
    const char *name = zdm_last_string(expr->n_name, expr->name);
    PgQuery__Node *sides[2];
    size_t n = 0;

    if (expr->lexpr)
        sides[n++] = expr->lexpr;
    if (expr->rexpr && expr->rexpr->node_case != PG_QUERY__NODE__NODE_LIST)
        sides[n++] = expr->rexpr;
    judge_parts(self, n, sides, judged);
    if (is_logical(expr->kind, name)) {
        set_type(judged, builtin(self->draft, "bool"));
    } else if (expr->kind == PG_QUERY__A__EXPR__KIND__AEXPR_OP && strcmp(name, "||") == 0 &&
               zdm_type_is_string(judged->typed.type)) {
        set_type(judged, builtin(self->draft, "text"));
    } else if (!is_arithmetic(name) || (!zdm_type_is(judged->typed.type, "int4") &&
                                           !zdm_type_is(judged->typed.type, "int8") &&
                                           !zdm_type_is(judged->typed.type, "numeric"))) {
        judged->typed.type = NULL; /* date - date and the like */
    }
}

static void
judge_column(struct zdm_judge *self, const PgQuery__ColumnRef *ref, struct zdm_judged *judged)
{
    const char *name = zdm_last_string(ref->n_fields, ref->fields);
    const struct zdm_column *column =
        self->columns ? zdm_relation_column(self->columns, name) : NULL;

    if (column) {
        judged->typed.type = column->type;
        judged->typed.typmod = column->typmod;
    }
}

static void
judge_call(struct zdm_judge *self, const PgQuery__FuncCall *call, struct zdm_judged *judged)
{
    struct zdm_judged *args =
        zdm_arena_alloc(self->draft->arena, (call->n_args + 1) * sizeof *args);

    for (size_t i = 0; i < call->n_args; i++) {
        const PgQuery__Node *arg = call->args[i];
        if (arg->node_case == PG_QUERY__NODE__NODE_NAMED_ARG_EXPR)
            arg = arg->named_arg_expr->arg;
        args[i] = judge(self, arg);
        take_volatility(judged, &args[i]);
    }
    struct zdm_called called = zdm_call_resolve(self, call, args);
    judged->is_volatile |= called.is_volatile;
    judged->unsure |= called.unsure;
    set_type(judged, called.result);
}

struct below {
    struct zdm_judge *self;
    struct zdm_judged *judged;
    const ProtobufCMessage *top;
};

/* Calls in nodes of which only the volatility counts. */
static bool
see_call(void *data, const ProtobufCMessage *message)
{
    struct below *below = data;

    if (message->descriptor != &pg_query__func_call__descriptor)
        return true;
    struct zdm_judged part = {0};
    judge_call(below->self, (const PgQuery__FuncCall *)message, &part);
    take_volatility(below->judged, &part);
    return false;
}

static struct zdm_judged
judge(struct zdm_judge *self, const PgQuery__Node *expr)
{
    struct zdm_judged judged = {.typed = {.typmod = ZDM_TYPMOD_NONE}};
    struct below below = {.self = self, .judged = &judged};

    if (!expr)
        return judged;
    switch (expr->node_case) {
    case PG_QUERY__NODE__NODE_A_CONST:
        judge_constant(self->draft, expr->a_const, &judged);
        break;
    case PG_QUERY__NODE__NODE_TYPE_CAST:
        judged = judge(self, expr->type_cast->arg);
        judged.literal = false;
        zdm_typed_of_name(self->draft, expr->type_cast->type_name, &judged.typed);
        break;
    case PG_QUERY__NODE__NODE_COLUMN_REF:
        judge_column(self, expr->column_ref, &judged);
        break;
    case PG_QUERY__NODE__NODE_FUNC_CALL:
        judge_call(self, expr->func_call, &judged);
        break;
    case PG_QUERY__NODE__NODE_SQLVALUE_FUNCTION:
        judge_value_function(self->draft, expr->sqlvalue_function, &judged);
        break;
    case PG_QUERY__NODE__NODE_COLLATE_CLAUSE:
        judged = judge(self, expr->collate_clause->arg);
        break;
    case PG_QUERY__NODE__NODE_A_EXPR:
        judge_operator(self, expr->a_expr, &judged);
        break;
    case PG_QUERY__NODE__NODE_COALESCE_EXPR:
        judge_parts(self, expr->coalesce_expr->n_args, expr->coalesce_expr->args, &judged);
        break;
    case PG_QUERY__NODE__NODE_MIN_MAX_EXPR:
        judge_parts(self, expr->min_max_expr->n_args, expr->min_max_expr->args, &judged);
        break;
    case PG_QUERY__NODE__NODE_A_ARRAY_EXPR:
        judge_parts(self, expr->a_array_expr->n_elements, expr->a_array_expr->elements, &judged);
        set_type(&judged, judged.typed.type ? judged.typed.type->array : NULL);
        break;
    case PG_QUERY__NODE__NODE_BOOL_EXPR:
    case PG_QUERY__NODE__NODE_NULL_TEST:
    case PG_QUERY__NODE__NODE_BOOLEAN_TEST:
        zdm_node_walk(expr, see_call, &below);
        set_type(&judged, builtin(self->draft, "bool"));
        break;
    default:
        zdm_node_walk(expr, see_call, &below);
    }
    return judged;
}

struct zdm_judged
zdm_expr_judge(
    struct zdm_draft *draft, const PgQuery__Node *expr, const struct zdm_relation *columns)
{
    struct zdm_judge self = {.draft = draft, .columns = columns};
    struct zdm_judged judged = judge(&self, expr);

    if (judged.unsure)
        zdm_draft_assume(draft);
    return judged;
}

bool
zdm_judge_is_volatile(struct zdm_judge *self, const PgQuery__Node *expr, bool *unsure)
{
    struct zdm_judged judged = judge(self, expr);

    *unsure |= judged.unsure;
    return judged.is_volatile;
}
