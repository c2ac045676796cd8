/* What stands in FROM and WITH under which name, and whether it is what is looked for. */
#include <stdlib.h>
#include <string.h>

#include "sql/usage_search.h"

static int
by_name(const void *a, const void *b)
{
    const struct zdm_used_relation *x = a, *y = b;
    int order = strcmp(x->name, y->name);

    if (order == 0)
        order = strcmp(x->schema, y->schema);
    return order ? order : (int)x->role - (int)y->role;
}

void
zdm_used_sort(struct zdm_used_relation *relations, size_t n)
{
    if (n > 1)
        qsort(relations, n, sizeof *relations, by_name);
}

/* Is one of that role meant, maybe? */
bool
zdm_usage_may_be(
    const struct zdm_usage_search *s, const PgQuery__RangeVar *range, enum zdm_used_role role)
{
    size_t low = 0, high = s->what->n_relations;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(s->what->relations[middle].name, range->relname) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < s->what->n_relations; low++) {
        const struct zdm_used_relation *relation = &s->what->relations[low];
        if (strcmp(relation->name, range->relname) != 0)
            break;
        if (relation->role == role &&
            (!range->schemaname[0] || strcmp(relation->schema, range->schemaname) == 0))
            return true;
    }
    return false;
}

bool
zdm_usage_is_column(const struct zdm_usage_search *s, const char *name)
{
    return s->what->column && strcmp(name, s->what->column) == 0;
}

bool
zdm_usage_holds_column(const struct zdm_usage_search *s, size_t n, PgQuery__Node *const *names)
{
    for (size_t i = 0; i < n; i++)
        if (zdm_usage_is_column(s, zdm_node_string(names[i])))
            return true;
    return false;
}

struct zdm_usage_item *
zdm_usage_add_item(struct zdm_usage_search *s, struct zdm_usage_level *level, const char *name)
{
    struct zdm_usage_item *item = zdm_arena_alloc(s->arena, sizeof *item);

    *item = (struct zdm_usage_item){.name = name, .next = level->items};
    level->items = item;
    return item;
}

void
zdm_usage_walk_list(struct zdm_usage_search *s, size_t n, PgQuery__Node *const *nodes)
{
    for (size_t i = 0; i < n && !s->found; i++)
        zdm_node_walk(nodes[i], zdm_usage_see, s);
}

/* The name under which a target of SELECT goes out; "" when the text does not say it. */
const char *
zdm_usage_output_name(const PgQuery__Node *node)
{
    const PgQuery__ResTarget *target =
        node->node_case == PG_QUERY__NODE__NODE_RES_TARGET ? node->res_target : NULL;

    if (!target)
        return "";
    if (target->name[0])
        return target->name;
    if (target->val && target->val->node_case == PG_QUERY__NODE__NODE_COLUMN_REF)
        return zdm_last_string(target->val->column_ref->n_fields, target->val->column_ref->fields);
    return "";
}

static bool
puts_it_out(const struct zdm_usage_search *s, const PgQuery__Node *query)
{
    if (!query || query->node_case != PG_QUERY__NODE__NODE_SELECT_STMT)
        return false;
    const PgQuery__SelectStmt *select = query->select_stmt;
    while (select->larg)
        select = select->larg;
    for (size_t i = 0; i < select->n_target_list; i++)
        if (zdm_usage_is_column(s, zdm_usage_output_name(select->target_list[i])))
            return true;
    return false;
}

void
zdm_usage_with(struct zdm_usage_search *s, const PgQuery__WithClause *clause)
{
    for (size_t i = 0; clause && i < clause->n_ctes; i++) {
        const PgQuery__CommonTableExpr *expr = clause->ctes[i]->common_table_expr;
        struct zdm_usage_cte *cte = zdm_arena_alloc(s->arena, sizeof *cte);
        *cte = (struct zdm_usage_cte){.name = expr->ctename, .next = s->ctes};
        cte->has = expr->n_aliascolnames
                       ? zdm_usage_holds_column(s, expr->n_aliascolnames, expr->aliascolnames)
                       : puts_it_out(s, expr->ctequery);
        /* RECURSIVE: each sees itself, and those behind it, which is rare enough to be a table's name. */
        if (clause->recursive)
            s->ctes = cte;
        zdm_node_walk(expr->ctequery, zdm_usage_see, s);
        s->ctes = cte;
    }
}

/* The server counted it by this name, or alias. Under the alias of the table itself its columns have the
 * same numbers, so that what uses the one column is counted apart. */
static bool
may_stand_for_it(const struct zdm_usage_search *s, const PgQuery__RangeVar *range)
{
    static const char *const ours[] = {"pg_catalog", "zdm"};
    const char *name = range->alias ? range->alias->aliasname : range->relname;

    for (size_t i = 0; i < s->what->n_aliases; i++)
        if (strcmp(name, s->what->aliases[i]) == 0)
            return false;
    for (size_t i = 0; s->what->own && i < sizeof ours / sizeof *ours; i++)
        if (strcmp(range->schemaname, ours[i]) == 0)
            return false;
    if (zdm_usage_may_be(s, range, ZDM_USED_NAMESAKE))
        return true;
    return range->alias && !zdm_usage_may_be(s, range, ZDM_USED_ITSELF);
}

void
zdm_usage_add_relation(
    struct zdm_usage_search *s, struct zdm_usage_level *level, const PgQuery__RangeVar *range)
{
    const char *name = range->alias ? range->alias->aliasname : range->relname;

    for (const struct zdm_usage_cte *cte = s->ctes; cte && !range->schemaname[0]; cte = cte->next) {
        if (strcmp(cte->name, range->relname) == 0) {
            struct zdm_usage_item *item = zdm_usage_add_item(s, level, name);
            item->has =
                range->alias && range->alias->n_colnames
                    ? zdm_usage_holds_column(s, range->alias->n_colnames, range->alias->colnames)
                    : cte->has;
            return;
        }
    }
    s->merged = s->merged || may_stand_for_it(s, range);
    bool itself = zdm_usage_may_be(s, range, ZDM_USED_ITSELF);
    /* New names for its columns: which of them it is only the catalog knows. */
    bool renamed = range->alias && range->alias->n_colnames > 0;
    if (zdm_usage_may_be(s, range, ZDM_USED_VIEW) || (itself && (!s->what->column || renamed)))
        s->found = true;
    struct zdm_usage_item *item = zdm_usage_add_item(s, level, name);
    item->itself = itself;
    item->has = zdm_usage_may_be(s, range, ZDM_USED_OTHER);
}

static void
add_join(struct zdm_usage_search *s, struct zdm_usage_level *level, const PgQuery__JoinExpr *join)
{
    struct zdm_usage_item *before = level->items;
    bool itself = false, has = false;

    zdm_usage_add_from(s, level, join->larg);
    zdm_usage_add_from(s, level, join->rarg);
    for (const struct zdm_usage_item *item = level->items; item != before; item = item->next) {
        itself = itself || item->itself;
        has = has || item->has;
    }
    if (itself &&
        (join->is_natural || zdm_usage_holds_column(s, join->n_using_clause, join->using_clause)))
        s->found = true;
    if (join->alias) {
        struct zdm_usage_item *item = zdm_usage_add_item(s, level, join->alias->aliasname);
        item->itself = itself;
        item->has = has;
        if (itself && join->alias->n_colnames)
            s->found = true;
    }
    zdm_node_walk(join->quals, zdm_usage_see, s);
}

void
zdm_usage_add_from(
    struct zdm_usage_search *s, struct zdm_usage_level *level, const PgQuery__Node *node)
{
    if (!node || s->found)
        return;
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_RANGE_VAR:
        zdm_usage_add_relation(s, level, node->range_var);
        break;
    case PG_QUERY__NODE__NODE_JOIN_EXPR:
        add_join(s, level, node->join_expr);
        break;
    case PG_QUERY__NODE__NODE_RANGE_SUBSELECT: {
        const PgQuery__RangeSubselect *sub = node->range_subselect;
        zdm_node_walk(sub->subquery, zdm_usage_see, s);
        struct zdm_usage_item *item =
            zdm_usage_add_item(s, level, sub->alias ? sub->alias->aliasname : "");
        item->has = sub->alias && sub->alias->n_colnames
                        ? zdm_usage_holds_column(s, sub->alias->n_colnames, sub->alias->colnames)
                        : puts_it_out(s, sub->subquery);
        break;
    }
    case PG_QUERY__NODE__NODE_RANGE_TABLE_SAMPLE:
        zdm_usage_add_from(s, level, node->range_table_sample->relation);
        zdm_usage_walk_list(s, node->range_table_sample->n_args, node->range_table_sample->args);
        break;
    case PG_QUERY__NODE__NODE_RANGE_FUNCTION: {
        const PgQuery__RangeFunction *function = node->range_function;
        zdm_usage_walk_list(s, function->n_functions, function->functions);
        struct zdm_usage_item *item =
            zdm_usage_add_item(s, level, function->alias ? function->alias->aliasname : "");
        item->has = function->alias && zdm_usage_holds_column(s, function->alias->n_colnames,
                                           function->alias->colnames);
        break;
    }
    default:
        zdm_node_walk(node, zdm_usage_see, s);
    }
}
