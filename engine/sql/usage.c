#include "sql/usage.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sql/grammar.h"
#include "sql/tree.h"

/* What stands in FROM under a name. */
struct item {
    const char *name;
    bool itself; /* the table that is looked for, or a join over it */
    bool has;    /* another one that has a column of the name */
    struct item *next;
};
/* One SELECT or change: names are looked for here first, then further out. */
struct level {
    struct item *items;
    const struct level *outer;
};
struct cte {
    const char *name;
    bool has;
    const struct cte *next;
};
struct search {
    const struct zdm_used *what;
    const struct level *level;
    const struct cte *ctes;
    struct zdm_arena *arena;
    bool found;
    bool merged; /* the statement may stand for one that uses it */
};

static bool see(void *self, const ProtobufCMessage *message);
static void select_query(struct search *s, const PgQuery__SelectStmt *select, bool exists);

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
static bool
may_be(const struct search *s, const PgQuery__RangeVar *range, enum zdm_used_role role)
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

static bool
is_it(const struct search *s, const char *name)
{
    return s->what->column && strcmp(name, s->what->column) == 0;
}

static bool
holds_it(const struct search *s, size_t n, PgQuery__Node *const *names)
{
    for (size_t i = 0; i < n; i++)
        if (is_it(s, zdm_node_string(names[i])))
            return true;
    return false;
}

static struct item *
add_item(struct search *s, struct level *level, const char *name)
{
    struct item *item = zdm_arena_alloc(s->arena, sizeof *item);

    *item = (struct item){.name = name, .next = level->items};
    level->items = item;
    return item;
}

static void
walk_list(struct search *s, size_t n, PgQuery__Node *const *nodes)
{
    for (size_t i = 0; i < n && !s->found; i++)
        zdm_node_walk(nodes[i], see, s);
}

static void
returning(struct search *s, const ProtobufCMessage *statement)
{
    struct zdm_returning list = zdm_grammar_returning(statement);

    walk_list(s, list.n, list.items);
}

static bool
is_star(const PgQuery__Node *node)
{
    const PgQuery__ColumnRef *ref =
        node && node->node_case == PG_QUERY__NODE__NODE_COLUMN_REF ? node->column_ref : NULL;

    return ref && ref->n_fields > 0 &&
           ref->fields[ref->n_fields - 1]->node_case == PG_QUERY__NODE__NODE_A_STAR;
}

/* The name under which a target of SELECT goes out; "" when the text does not say it. */
static const char *
output_name(const PgQuery__Node *node)
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
puts_it_out(const struct search *s, const PgQuery__Node *query)
{
    if (!query || query->node_case != PG_QUERY__NODE__NODE_SELECT_STMT)
        return false;
    const PgQuery__SelectStmt *select = query->select_stmt;
    while (select->larg)
        select = select->larg;
    for (size_t i = 0; i < select->n_target_list; i++)
        if (is_it(s, output_name(select->target_list[i])))
            return true;
    return false;
}

static void
with(struct search *s, const PgQuery__WithClause *clause)
{
    for (size_t i = 0; clause && i < clause->n_ctes; i++) {
        const PgQuery__CommonTableExpr *expr = clause->ctes[i]->common_table_expr;
        struct cte *cte = zdm_arena_alloc(s->arena, sizeof *cte);
        *cte = (struct cte){.name = expr->ctename, .next = s->ctes};
        cte->has = expr->n_aliascolnames ? holds_it(s, expr->n_aliascolnames, expr->aliascolnames)
                                         : puts_it_out(s, expr->ctequery);
        /* RECURSIVE: each sees itself, and those behind it, which is rare enough to be a table's name. */
        if (clause->recursive)
            s->ctes = cte;
        zdm_node_walk(expr->ctequery, see, s);
        s->ctes = cte;
    }
}

/* The server counted it by this name, or alias. Under the alias of the table itself its columns have the
 * same numbers, so that what uses the one column is counted apart. */
static bool
may_stand_for_it(const struct search *s, const PgQuery__RangeVar *range)
{
    static const char *const ours[] = {"pg_catalog", "zdm"};
    const char *name = range->alias ? range->alias->aliasname : range->relname;

    for (size_t i = 0; i < s->what->n_aliases; i++)
        if (strcmp(name, s->what->aliases[i]) == 0)
            return false;
    for (size_t i = 0; s->what->own && i < sizeof ours / sizeof *ours; i++)
        if (strcmp(range->schemaname, ours[i]) == 0)
            return false;
    if (may_be(s, range, ZDM_USED_NAMESAKE))
        return true;
    return range->alias && !may_be(s, range, ZDM_USED_ITSELF);
}

static void
add_relation(struct search *s, struct level *level, const PgQuery__RangeVar *range)
{
    const char *name = range->alias ? range->alias->aliasname : range->relname;

    for (const struct cte *cte = s->ctes; cte && !range->schemaname[0]; cte = cte->next) {
        if (strcmp(cte->name, range->relname) == 0) {
            struct item *item = add_item(s, level, name);
            item->has = range->alias && range->alias->n_colnames
                            ? holds_it(s, range->alias->n_colnames, range->alias->colnames)
                            : cte->has;
            return;
        }
    }
    s->merged = s->merged || may_stand_for_it(s, range);
    bool itself = may_be(s, range, ZDM_USED_ITSELF);
    /* New names for its columns: which of them it is only the catalog knows. */
    bool renamed = range->alias && range->alias->n_colnames > 0;
    if (may_be(s, range, ZDM_USED_VIEW) || (itself && (!s->what->column || renamed)))
        s->found = true;
    struct item *item = add_item(s, level, name);
    item->itself = itself;
    item->has = may_be(s, range, ZDM_USED_OTHER);
}

static void add_from(struct search *s, struct level *level, const PgQuery__Node *node);

static void
add_join(struct search *s, struct level *level, const PgQuery__JoinExpr *join)
{
    struct item *before = level->items;
    bool itself = false, has = false;

    add_from(s, level, join->larg);
    add_from(s, level, join->rarg);
    for (const struct item *item = level->items; item != before; item = item->next) {
        itself = itself || item->itself;
        has = has || item->has;
    }
    if (itself && (join->is_natural || holds_it(s, join->n_using_clause, join->using_clause)))
        s->found = true;
    if (join->alias) {
        struct item *item = add_item(s, level, join->alias->aliasname);
        item->itself = itself;
        item->has = has;
        if (itself && join->alias->n_colnames)
            s->found = true;
    }
    zdm_node_walk(join->quals, see, s);
}

static void
add_from(struct search *s, struct level *level, const PgQuery__Node *node)
{
    if (!node || s->found)
        return;
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_RANGE_VAR:
        add_relation(s, level, node->range_var);
        break;
    case PG_QUERY__NODE__NODE_JOIN_EXPR:
        add_join(s, level, node->join_expr);
        break;
    case PG_QUERY__NODE__NODE_RANGE_SUBSELECT: {
        const PgQuery__RangeSubselect *sub = node->range_subselect;
        zdm_node_walk(sub->subquery, see, s);
        struct item *item = add_item(s, level, sub->alias ? sub->alias->aliasname : "");
        item->has = sub->alias && sub->alias->n_colnames
                        ? holds_it(s, sub->alias->n_colnames, sub->alias->colnames)
                        : puts_it_out(s, sub->subquery);
        break;
    }
    case PG_QUERY__NODE__NODE_RANGE_TABLE_SAMPLE:
        add_from(s, level, node->range_table_sample->relation);
        walk_list(s, node->range_table_sample->n_args, node->range_table_sample->args);
        break;
    case PG_QUERY__NODE__NODE_RANGE_FUNCTION: {
        const PgQuery__RangeFunction *function = node->range_function;
        walk_list(s, function->n_functions, function->functions);
        struct item *item = add_item(s, level, function->alias ? function->alias->aliasname : "");
        item->has =
            function->alias && holds_it(s, function->alias->n_colnames, function->alias->colnames);
        break;
    }
    default:
        zdm_node_walk(node, see, s);
    }
}

/* ORDER BY takes the names that go out before those that come in. */
static void
sort_by(struct search *s, const PgQuery__SelectStmt *select)
{
    for (size_t i = 0; i < select->n_sort_clause; i++) {
        const PgQuery__Node *node = select->sort_clause[i]->sort_by->node;
        bool out = false;
        if (node->node_case == PG_QUERY__NODE__NODE_COLUMN_REF && node->column_ref->n_fields == 1)
            for (size_t k = 0; k < select->n_target_list && !out; k++)
                out = strcmp(output_name(select->target_list[k]),
                          zdm_node_string(node->column_ref->fields[0])) == 0;
        if (!out)
            zdm_node_walk(node, see, s);
    }
}

/* exists: what it puts out is not looked at. */
static void
select_query(struct search *s, const PgQuery__SelectStmt *select, bool exists)
{
    const struct cte *ctes = s->ctes;
    struct level level = {.outer = s->level};

    with(s, select->with_clause);
    if (select->larg) {
        select_query(s, select->larg, exists);
        select_query(s, select->rarg, exists);
    }
    s->level = &level;
    for (size_t i = 0; i < select->n_from_clause; i++)
        add_from(s, &level, select->from_clause[i]);
    for (size_t i = 0; i < select->n_target_list && !s->found; i++) {
        const PgQuery__Node *node = select->target_list[i];
        if (!exists || node->node_case != PG_QUERY__NODE__NODE_RES_TARGET ||
            !is_star(node->res_target->val))
            zdm_node_walk(node, see, s);
    }
    walk_list(s, select->n_distinct_clause, select->distinct_clause);
    zdm_node_walk(select->where_clause, see, s);
    walk_list(s, select->n_group_clause, select->group_clause);
    zdm_node_walk(select->having_clause, see, s);
    walk_list(s, select->n_window_clause, select->window_clause);
    walk_list(s, select->n_values_lists, select->values_lists);
    if (!select->larg)
        sort_by(s, select);
    zdm_node_walk(select->limit_offset, see, s);
    zdm_node_walk(select->limit_count, see, s);
    s->level = level.outer;
    s->ctes = ctes;
}

/* The table of a change, and its names for what was there and what comes. */
static bool
add_target(struct search *s, struct level *level, const PgQuery__RangeVar *range)
{
    const char *const names[] = {"excluded", "old", "new"};

    add_relation(s, level, range);
    bool itself = level->items->itself;
    for (size_t i = 0; itself && i < sizeof names / sizeof *names; i++)
        add_item(s, level, names[i])->itself = true;
    return itself;
}

/* Columns that are set. */
static void
set_list(struct search *s, bool itself, size_t n, PgQuery__Node *const *targets)
{
    for (size_t i = 0; i < n; i++)
        if (itself && targets[i]->node_case == PG_QUERY__NODE__NODE_RES_TARGET &&
            is_it(s, targets[i]->res_target->name))
            s->found = true;
    walk_list(s, n, targets);
}

static void
on_conflict(struct search *s, bool itself, const PgQuery__OnConflictClause *clause)
{
    const PgQuery__InferClause *infer = clause->infer;

    for (size_t i = 0; infer && itself && i < infer->n_index_elems; i++)
        if (infer->index_elems[i]->node_case == PG_QUERY__NODE__NODE_INDEX_ELEM &&
            is_it(s, infer->index_elems[i]->index_elem->name))
            s->found = true;
    for (size_t i = 0; infer && itself && i < s->what->n_constraints; i++)
        if (strcmp(infer->conname, s->what->constraints[i]) == 0)
            s->found = true;
    if (infer)
        zdm_tree_children(&infer->base, see, s);
    set_list(s, itself, clause->n_target_list, clause->target_list);
    zdm_node_walk(clause->where_clause, see, s);
}

static void
insert(struct search *s, const PgQuery__InsertStmt *stmt)
{
    struct level level = {.outer = s->level};

    with(s, stmt->with_clause);
    zdm_node_walk(stmt->select_stmt, see, s);
    s->level = &level;
    bool itself = add_target(s, &level, stmt->relation);
    if (itself && stmt->n_cols == 0 && stmt->select_stmt)
        s->found = true;
    set_list(s, itself, stmt->n_cols, stmt->cols);
    if (stmt->on_conflict_clause)
        on_conflict(s, itself, stmt->on_conflict_clause);
    returning(s, &stmt->base);
    s->level = level.outer;
}

static void
update(struct search *s, const PgQuery__UpdateStmt *stmt)
{
    struct level level = {.outer = s->level};

    with(s, stmt->with_clause);
    s->level = &level;
    bool itself = add_target(s, &level, stmt->relation);
    for (size_t i = 0; i < stmt->n_from_clause; i++)
        add_from(s, &level, stmt->from_clause[i]);
    set_list(s, itself, stmt->n_target_list, stmt->target_list);
    zdm_node_walk(stmt->where_clause, see, s);
    returning(s, &stmt->base);
    s->level = level.outer;
}

static void
delete_rows(struct search *s, const PgQuery__DeleteStmt *stmt)
{
    struct level level = {.outer = s->level};

    with(s, stmt->with_clause);
    s->level = &level;
    add_target(s, &level, stmt->relation);
    for (size_t i = 0; i < stmt->n_using_clause; i++)
        add_from(s, &level, stmt->using_clause[i]);
    zdm_node_walk(stmt->where_clause, see, s);
    returning(s, &stmt->base);
    s->level = level.outer;
}

static void
merge(struct search *s, const PgQuery__MergeStmt *stmt)
{
    struct level level = {.outer = s->level};

    with(s, stmt->with_clause);
    s->level = &level;
    bool itself = add_target(s, &level, stmt->relation);
    add_from(s, &level, stmt->source_relation);
    zdm_node_walk(stmt->join_condition, see, s);
    for (size_t i = 0; i < stmt->n_merge_when_clauses; i++) {
        const PgQuery__MergeWhenClause *when = stmt->merge_when_clauses[i]->merge_when_clause;
        if (itself && when->n_values > 0 && when->n_target_list == 0)
            s->found = true;
        zdm_node_walk(when->condition, see, s);
        set_list(s, itself, when->n_target_list, when->target_list);
        walk_list(s, when->n_values, when->values);
    }
    returning(s, &stmt->base);
    s->level = level.outer;
}

static void
copy(struct search *s, const PgQuery__CopyStmt *stmt)
{
    struct level level = {.outer = s->level};

    zdm_node_walk(stmt->query, see, s);
    if (!stmt->relation)
        return;
    s->level = &level;
    add_relation(s, &level, stmt->relation);
    if (level.items->itself &&
        (stmt->n_attlist == 0 || holds_it(s, stmt->n_attlist, stmt->attlist)))
        s->found = true;
    zdm_node_walk(stmt->where_clause, see, s);
    s->level = level.outer;
}

static const struct item *
find_item(const struct search *s, const char *name)
{
    for (const struct level *level = s->level; level; level = level->outer)
        for (const struct item *item = level->items; item; item = item->next)
            if (strcmp(item->name, name) == 0)
                return item;
    return NULL;
}

static void
name_alone(struct search *s, const char *name)
{
    if (!is_it(s, name)) {
        const struct item *row = find_item(s, name);
        s->found = s->found || (row && row->itself);
        return;
    }
    for (const struct level *level = s->level; level; level = level->outer) {
        bool hidden = false;
        for (const struct item *item = level->items; item; item = item->next) {
            s->found = s->found || item->itself;
            hidden = hidden || item->has;
        }
        if (s->found || hidden)
            return;
    }
}

static void
reference(struct search *s, const PgQuery__ColumnRef *ref)
{
    size_t n = ref->n_fields;
    bool star = n > 0 && ref->fields[n - 1]->node_case == PG_QUERY__NODE__NODE_A_STAR;

    if (n == 1 && star) {
        for (const struct item *item = s->level ? s->level->items : NULL; item; item = item->next)
            s->found = s->found || item->itself;
    } else if (n == 1) {
        name_alone(s, zdm_node_string(ref->fields[0]));
    } else if (n > 1 && (star || is_it(s, zdm_node_string(ref->fields[n - 1])))) {
        const struct item *item = find_item(s, zdm_node_string(ref->fields[n - 2]));
        s->found = s->found || (item && item->itself);
    }
}

/* Statements about a relation as a whole. */
static void
relations(struct search *s, size_t n, PgQuery__Node *const *ranges)
{
    for (size_t i = 0; i < n; i++)
        if (ranges[i]->node_case == PG_QUERY__NODE__NODE_RANGE_VAR && !s->what->column &&
            may_be(s, ranges[i]->range_var, ZDM_USED_ITSELF))
            s->found = true;
}

static bool
see(void *self, const ProtobufCMessage *message)
{
    struct search *s = self;
    const ProtobufCMessageDescriptor *type = message->descriptor;
    const struct cte *ctes = s->ctes;

    if (s->found)
        return false;
    if (type == &pg_query__select_stmt__descriptor) {
        select_query(s, (const PgQuery__SelectStmt *)message, false);
    } else if (type == &pg_query__insert_stmt__descriptor) {
        insert(s, (const PgQuery__InsertStmt *)message);
    } else if (type == &pg_query__update_stmt__descriptor) {
        update(s, (const PgQuery__UpdateStmt *)message);
    } else if (type == &pg_query__delete_stmt__descriptor) {
        delete_rows(s, (const PgQuery__DeleteStmt *)message);
    } else if (type == &pg_query__merge_stmt__descriptor) {
        merge(s, (const PgQuery__MergeStmt *)message);
    } else if (type == &pg_query__copy_stmt__descriptor) {
        copy(s, (const PgQuery__CopyStmt *)message);
    } else if (type == &pg_query__column_ref__descriptor) {
        reference(s, (const PgQuery__ColumnRef *)message);
    } else if (type == &pg_query__sub_link__descriptor) {
        const PgQuery__SubLink *link = (const PgQuery__SubLink *)message;
        zdm_node_walk(link->testexpr, see, s);
        if (link->sub_link_type == PG_QUERY__SUB_LINK_TYPE__EXISTS_SUBLINK && link->subselect &&
            link->subselect->node_case == PG_QUERY__NODE__NODE_SELECT_STMT)
            select_query(s, link->subselect->select_stmt, true);
        else
            zdm_node_walk(link->subselect, see, s);
    } else if (type == &pg_query__truncate_stmt__descriptor) {
        const PgQuery__TruncateStmt *stmt = (const PgQuery__TruncateStmt *)message;
        relations(s, stmt->n_relations, stmt->relations);
    } else if (type == &pg_query__lock_stmt__descriptor) {
        const PgQuery__LockStmt *stmt = (const PgQuery__LockStmt *)message;
        relations(s, stmt->n_relations, stmt->relations);
    } else if (type == &pg_query__refresh_mat_view_stmt__descriptor) {
        const PgQuery__RangeVar *range = ((const PgQuery__RefreshMatViewStmt *)message)->relation;
        s->found = may_be(s, range, ZDM_USED_VIEW) ||
                   (!s->what->column && may_be(s, range, ZDM_USED_ITSELF));
    } else {
        return true;
    }
    s->ctes = ctes;
    return false;
}

/* What cannot be parsed is judged by the names in it. */
static bool
has_name(const char *text, const struct zdm_used *what)
{
    for (size_t i = 0; i < what->n_relations; i++) {
        const struct zdm_used_relation *relation = &what->relations[i];
        /* A quotation mark stands twice in a text. */
        if ((relation->role == ZDM_USED_ITSELF || relation->role == ZDM_USED_VIEW) &&
            (strchr(relation->name, '"') || strcasestr(text, relation->name)))
            return true;
    }
    return false;
}

enum zdm_usage
zdm_sql_usage(const char *text, const struct zdm_used *what)
{
    struct zdm_tree tree;
    struct zdm_err err = ZDM_ERR_INIT;

    bool named = has_name(text, what);
    if (!named && !what->by_name)
        return ZDM_USAGE_NO;
    if (zdm_tree_parse(text, &tree, &err) < 0) {
        zdm_err_release(&err);
        return named ? ZDM_USAGE_UNKNOWN : ZDM_USAGE_NO;
    }
    struct search s = {.what = what, .arena = zdm_arena_new()};
    bool opaque = false; /* a block in a language of its own, which is parsed no further */
    for (size_t i = 0; i < tree.parsed->n_stmts; i++) {
        const PgQuery__Node *stmt = tree.parsed->stmts[i]->stmt;
        opaque = opaque || stmt->node_case == PG_QUERY__NODE__NODE_DO_STMT;
        zdm_node_walk(stmt, see, &s);
    }
    zdm_arena_free(s.arena);
    zdm_tree_release(&tree);
    if (s.found)
        return ZDM_USAGE_YES;
    if (opaque && named)
        return ZDM_USAGE_UNKNOWN;
    return s.merged && what->by_name ? ZDM_USAGE_MERGED : ZDM_USAGE_NO;
}
