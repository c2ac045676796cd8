#include "sql/result_columns.h"

#include <string.h>

#include "sql/expression.h"
#include "sql/families.h"
#include "sql/object.h"

struct source {                    /* one item of FROM */
    const char *name;              /* that references to it use */
    struct zdm_relation *relation; /* NULL: something else */
};

struct scope {
    struct zdm_draft *draft;
    const PgQuery__SelectStmt *select;
    struct source sources[16];
    size_t n;
    bool clear; /* every source is a relation whose columns are known */
};

static bool
is_cte(const PgQuery__SelectStmt *select, const PgQuery__RangeVar *range)
{
    if (!select->with_clause || range->schemaname[0])
        return false;
    for (size_t i = 0; i < select->with_clause->n_ctes; i++)
        if (strcmp(select->with_clause->ctes[i]->common_table_expr->ctename, range->relname) == 0)
            return true;
    return false;
}

static void
add_source(struct scope *scope, const PgQuery__Node *node)
{
    if (node->node_case == PG_QUERY__NODE__NODE_JOIN_EXPR) {
        /* Joins by name merge columns. */
        scope->clear &= !node->join_expr->is_natural && !node->join_expr->n_using_clause &&
                        !node->join_expr->alias;
        add_source(scope, node->join_expr->larg);
        add_source(scope, node->join_expr->rarg);
        return;
    }
    if (scope->n == sizeof scope->sources / sizeof *scope->sources) {
        scope->clear = false;
        return;
    }
    struct source *source = &scope->sources[scope->n++];
    *source = (struct source){.name = "", .relation = NULL};
    if (node->node_case != PG_QUERY__NODE__NODE_RANGE_VAR ||
        is_cte(scope->select, node->range_var)) {
        scope->clear = false;
        return;
    }
    const PgQuery__RangeVar *range = node->range_var;
    source->name = range->alias ? range->alias->aliasname : range->relname;
    if (range->alias && range->alias->n_colnames) {
        scope->clear = false;
        return;
    }
    source->relation = zdm_catalog_relation(
        scope->draft->catalog, range->schemaname[0] ? range->schemaname : NULL, range->relname);
    scope->clear &= source->relation && source->relation->known;
}

static void
add(struct zdm_draft *draft, struct zdm_result_columns *out, struct zdm_result_column column)
{
    struct zdm_result_column *grown = zdm_arena_alloc(draft->arena, (out->n + 1) * sizeof *grown);

    if (out->n)
        memcpy(grown, out->items, out->n * sizeof *grown);
    grown[out->n++] = column;
    out->items = grown;
}

static struct zdm_result_column
plain(const struct zdm_column *column)
{
    return (struct zdm_result_column){.name = column->name,
        .type = column->type,
        .typmod = column->typmod,
        .collation = column->collation};
}

static void
add_star(struct scope *scope, const char *of, struct zdm_result_columns *out)
{
    bool found = false;

    for (size_t i = 0; i < scope->n; i++) {
        const struct source *source = &scope->sources[i];
        if (of && strcmp(source->name, of) != 0)
            continue;
        found = true;
        if (!source->relation || !source->relation->known) {
            out->complete = false;
            return;
        }
        for (size_t k = 0; k < source->relation->columns.n; k++)
            add(scope->draft, out, plain(source->relation->columns.items[k]));
    }
    out->complete &= found && (of || scope->clear);
}

/* The name of a table alone is its whole row. */
static const struct zdm_type *
row_type(const struct scope *scope, const char *name)
{
    for (size_t i = 0; i < scope->n; i++) {
        const struct zdm_relation *relation = scope->sources[i].relation;
        const struct zdm_type *type =
            relation->schema && strcmp(scope->sources[i].name, name) == 0
                ? zdm_catalog_type(scope->draft->catalog, relation->schema, relation->name)
                : NULL;
        if (type && type->relation == relation)
            return type;
    }
    return NULL;
}

static struct zdm_result_column
of_reference(const struct scope *scope, const PgQuery__ColumnRef *ref)
{
    const char *name = zdm_last_string(ref->n_fields, ref->fields);
    const char *of = ref->n_fields > 1 ? zdm_node_string(ref->fields[ref->n_fields - 2]) : NULL;
    struct zdm_result_column column = {.name = name, .typmod = -1};

    if (!scope->clear && !of)
        return column;
    for (size_t i = 0; i < scope->n; i++) {
        if (!scope->sources[i].relation || (of && strcmp(scope->sources[i].name, of) != 0))
            continue;
        const struct zdm_column *found = zdm_relation_column(scope->sources[i].relation, name);
        if (!found)
            continue;
        return plain(found);
    }
    if (!of)
        column.type = row_type(scope, name);
    return column;
}

/* The name that the server gives to an expression without one, as far as that is simple. */
static const char *
made_up_name(const PgQuery__Node *value)
{
    switch (value->node_case) {
    case PG_QUERY__NODE__NODE_COLUMN_REF:
        return zdm_last_string(value->column_ref->n_fields, value->column_ref->fields);
    case PG_QUERY__NODE__NODE_FUNC_CALL:
        return zdm_last_string(value->func_call->n_funcname, value->func_call->funcname);
    case PG_QUERY__NODE__NODE_TYPE_CAST: {
        const char *inner = made_up_name(value->type_cast->arg);
        const PgQuery__TypeName *type = value->type_cast->type_name;
        if (!inner || strcmp(inner, "?column?") != 0)
            return inner;
        return zdm_last_string(type->n_names, type->names);
    }
    case PG_QUERY__NODE__NODE_A_CONST:
    case PG_QUERY__NODE__NODE_A_EXPR:
        return "?column?";
    case PG_QUERY__NODE__NODE_COALESCE_EXPR:
        return "coalesce";
    default:
        return NULL;
    }
}

/* Numbers of two types give the later one in this list. */
static const char *const numbers[] = {"int2", "int4", "int8", "numeric", "float4", "float8"};

static size_t
rank_of(struct scope *scope, const PgQuery__Node *value)
{
    const struct zdm_relation *relation = scope->n ? scope->sources[0].relation : NULL;
    struct zdm_judged judged = zdm_expr_judge(scope->draft, value, relation);
    size_t n = sizeof numbers / sizeof *numbers;

    for (size_t i = 0; i < n; i++)
        if (zdm_type_is(judged.typed.type, numbers[i]))
            return i;
    return n;
}

/* Arithmetic of built-in numbers; NULL: something else. */
static const struct zdm_type *
of_operator(struct scope *scope, const PgQuery__Node *value)
{
    size_t n = sizeof numbers / sizeof *numbers;

    if (value->node_case != PG_QUERY__NODE__NODE_A_EXPR || !value->a_expr->lexpr ||
        !value->a_expr->rexpr || value->a_expr->n_name != 1)
        return NULL;
    const char *op = zdm_node_string(value->a_expr->name[0]);
    size_t left = rank_of(scope, value->a_expr->lexpr);
    size_t right = rank_of(scope, value->a_expr->rexpr);
    if (!op[0] || op[1] || !strchr("+-*/%", op[0]) || left == n || right == n)
        return NULL;
    size_t rank = left > right ? left : right;
    /* Of float4 and anything but float4 comes float8. */
    if (left != right && rank == 4)
        rank = 5;
    return zdm_builtin_type(scope->draft->catalog, numbers[rank]);
}

/* The type of an expression, over one relation or none. */
static void
judge(struct scope *scope, const PgQuery__Node *value, struct zdm_result_column *column)
{
    if (scope->n > 1 || (scope->n && !scope->clear))
        return;
    struct zdm_judged judged =
        zdm_expr_judge(scope->draft, value, scope->n ? scope->sources[0].relation : NULL);
    column->type = judged.literal && !judged.typed.type
                       ? zdm_builtin_type(scope->draft->catalog, "text")
                       : judged.typed.type;
    if (!column->type)
        column->type = of_operator(scope, value);
    column->typmod =
        judged.typed.typmod == ZDM_TYPMOD_UNKNOWN ? ZDM_TYPMOD_NONE : judged.typed.typmod;
}

static struct zdm_result_column
of_target(struct scope *scope, const PgQuery__ResTarget *target)
{
    struct zdm_result_column column = {.typmod = -1};

    if (target->val->node_case == PG_QUERY__NODE__NODE_COLUMN_REF)
        column = of_reference(scope, target->val->column_ref);
    else
        judge(scope, target->val, &column);
    column.name = target->name[0] ? target->name : made_up_name(target->val);
    return column;
}

/* column1, column2 ...: of the type that all rows agree in. */
static void
of_values(struct scope *scope, const PgQuery__SelectStmt *select, struct zdm_result_columns *out)
{
    const PgQuery__List *first = select->values_lists[0]->list;

    out->complete = true;
    for (size_t i = 0; i < first->n_items; i++) {
        struct zdm_result_column column = {.typmod = -1};
        judge(scope, first->items[i], &column);
        column.name = zdm_arena_strf(scope->draft->arena, "column%zu", i + 1);
        for (size_t row = 1; row < select->n_values_lists; row++) {
            const PgQuery__List *list = select->values_lists[row]->list;
            struct zdm_result_column other = {.typmod = -1};
            if (i < list->n_items)
                judge(scope, list->items[i], &other);
            if (other.type != column.type)
                column.type = NULL;
        }
        add(scope->draft, out, column);
    }
}

static const PgQuery__SelectStmt *
leftmost(const PgQuery__SelectStmt *select)
{
    while (select->larg)
        select = select->larg;
    return select;
}

void
zdm_query_columns(struct zdm_draft *draft, const PgQuery__Node *query, size_t n_aliases,
    PgQuery__Node *const *aliases, struct zdm_result_columns *out)
{
    *out = (struct zdm_result_columns){.complete = false};
    if (!query || query->node_case != PG_QUERY__NODE__NODE_SELECT_STMT)
        return;
    const PgQuery__SelectStmt *whole = query->select_stmt, *select = leftmost(whole);
    struct scope scope = {.draft = draft, .select = whole, .clear = true};

    for (size_t i = 0; i < select->n_from_clause; i++)
        add_source(&scope, select->from_clause[i]);
    out->complete = select->n_target_list > 0 && !select->n_values_lists;
    if (select->n_values_lists)
        of_values(&scope, select, out);
    for (size_t i = 0; i < select->n_target_list; i++) {
        const PgQuery__ResTarget *target = select->target_list[i]->res_target;
        const PgQuery__ColumnRef *ref = target->val->node_case == PG_QUERY__NODE__NODE_COLUMN_REF
                                            ? target->val->column_ref
                                            : NULL;
        if (ref && ref->n_fields &&
            ref->fields[ref->n_fields - 1]->node_case == PG_QUERY__NODE__NODE_A_STAR) {
            const char *of =
                ref->n_fields > 1 ? zdm_node_string(ref->fields[ref->n_fields - 2]) : NULL;
            add_star(&scope, of, out);
        } else {
            add(draft, out, of_target(&scope, target));
        }
    }
    for (size_t i = 0; i < n_aliases && i < out->n; i++)
        out->items[i].name = zdm_node_string(aliases[i]);
    /* The types of a UNION are those of all its parts. */
    for (size_t i = 0; i < out->n && whole->larg; i++)
        out->items[i].type = NULL;
}

void
zdm_query_columns_give(struct zdm_draft *draft, struct zdm_relation *relation,
    const struct zdm_result_columns *columns)
{
    bool known = columns->complete;

    for (size_t i = 0; i < columns->n && known; i++)
        known = columns->items[i].name != NULL;
    if (!known) {
        zdm_catalog_touch(draft->catalog, relation, sizeof *relation);
        relation->known = false;
        return;
    }
    for (size_t i = 0; i < columns->n; i++) {
        const struct zdm_result_column *from = &columns->items[i];
        if (zdm_relation_column(relation, from->name)) {
            zdm_draft_fails(draft, "42701", "column %s is there twice",
                zdm_ident_text(draft->arena, from->name));
            return;
        }
        struct zdm_column *column = zdm_relation_add_column(draft->catalog, relation, from->name);
        column->type = from->type;
        column->typmod = from->typmod;
        column->collation = from->collation;
        if (relation->kind == ZDM_RELATION_VIEW)
            zdm_view_has_type(draft, relation, column->type);
        else
            zdm_object_uses_type(draft, relation, column->type);
    }
    zdm_object_check_width(draft, relation);
}
