#include "sql/usage.h"

#include <string.h>

#include "base/mem.h"
#include "sql/grammar.h"
#include "sql/usage_search.h"

static bool
is_star(const PgQuery__Node *node)
{
    const PgQuery__ColumnRef *ref =
        node && node->node_case == PG_QUERY__NODE__NODE_COLUMN_REF ? node->column_ref : NULL;

    return ref && ref->n_fields > 0 &&
           ref->fields[ref->n_fields - 1]->node_case == PG_QUERY__NODE__NODE_A_STAR;
}

static void
returning(struct zdm_usage_search *s, const ProtobufCMessage *statement)
{
    struct zdm_returning list = zdm_grammar_returning(statement);

    zdm_usage_walk_list(s, list.n, list.items);
}

/* ORDER BY takes the names that go out before those that come in. */
static void
sort_by(struct zdm_usage_search *s, const PgQuery__SelectStmt *select)
{
    for (size_t i = 0; i < select->n_sort_clause; i++) {
        const PgQuery__Node *node = select->sort_clause[i]->sort_by->node;
        bool out = false;
        if (node->node_case == PG_QUERY__NODE__NODE_COLUMN_REF && node->column_ref->n_fields == 1)
            for (size_t k = 0; k < select->n_target_list && !out; k++)
                out = strcmp(zdm_usage_output_name(select->target_list[k]),
                          zdm_node_string(node->column_ref->fields[0])) == 0;
        if (!out)
            zdm_node_walk(node, zdm_usage_see, s);
    }
}

/* exists: what it puts out is not looked at. */
static void
select_query(struct zdm_usage_search *s, const PgQuery__SelectStmt *select, bool exists)
{
    const struct zdm_usage_cte *ctes = s->ctes;
    struct zdm_usage_level level = {.outer = s->level};

    zdm_usage_with(s, select->with_clause);
    if (select->larg) {
        select_query(s, select->larg, exists);
        select_query(s, select->rarg, exists);
    }
    s->level = &level;
    for (size_t i = 0; i < select->n_from_clause; i++)
        zdm_usage_add_from(s, &level, select->from_clause[i]);
    for (size_t i = 0; i < select->n_target_list && !s->found; i++) {
        const PgQuery__Node *node = select->target_list[i];
        if (!exists || node->node_case != PG_QUERY__NODE__NODE_RES_TARGET ||
            !is_star(node->res_target->val))
            zdm_node_walk(node, zdm_usage_see, s);
    }
    zdm_usage_walk_list(s, select->n_distinct_clause, select->distinct_clause);
    zdm_node_walk(select->where_clause, zdm_usage_see, s);
    zdm_usage_walk_list(s, select->n_group_clause, select->group_clause);
    zdm_node_walk(select->having_clause, zdm_usage_see, s);
    zdm_usage_walk_list(s, select->n_window_clause, select->window_clause);
    zdm_usage_walk_list(s, select->n_values_lists, select->values_lists);
    if (!select->larg)
        sort_by(s, select);
    zdm_node_walk(select->limit_offset, zdm_usage_see, s);
    zdm_node_walk(select->limit_count, zdm_usage_see, s);
    s->level = level.outer;
    s->ctes = ctes;
}

/* The table of a change, and its names for what was there and what comes. */
static bool
add_target(
    struct zdm_usage_search *s, struct zdm_usage_level *level, const PgQuery__RangeVar *range)
{
    const char *const names[] = {"excluded", "old", "new"};

    zdm_usage_add_relation(s, level, range);
    bool itself = level->items->itself;
    for (size_t i = 0; itself && i < sizeof names / sizeof *names; i++)
        zdm_usage_add_item(s, level, names[i])->itself = true;
    return itself;
}

/* Columns that are set. */
static void
set_list(struct zdm_usage_search *s, bool itself, size_t n, PgQuery__Node *const *targets)
{
    for (size_t i = 0; i < n; i++)
        if (itself && targets[i]->node_case == PG_QUERY__NODE__NODE_RES_TARGET &&
            zdm_usage_is_column(s, targets[i]->res_target->name))
            s->found = true;
    zdm_usage_walk_list(s, n, targets);
}

static void
on_conflict(struct zdm_usage_search *s, bool itself, const PgQuery__OnConflictClause *clause)
{
    const PgQuery__InferClause *infer = clause->infer;

    for (size_t i = 0; infer && itself && i < infer->n_index_elems; i++)
        if (infer->index_elems[i]->node_case == PG_QUERY__NODE__NODE_INDEX_ELEM &&
            zdm_usage_is_column(s, infer->index_elems[i]->index_elem->name))
            s->found = true;
    for (size_t i = 0; infer && itself && i < s->what->n_constraints; i++)
        if (strcmp(infer->conname, s->what->constraints[i]) == 0)
            s->found = true;
    if (infer)
        zdm_tree_children(&infer->base, zdm_usage_see, s);
    set_list(s, itself, clause->n_target_list, clause->target_list);
    zdm_node_walk(clause->where_clause, zdm_usage_see, s);
}

static void
insert(struct zdm_usage_search *s, const PgQuery__InsertStmt *stmt)
{
    struct zdm_usage_level level = {.outer = s->level};

    zdm_usage_with(s, stmt->with_clause);
    zdm_node_walk(stmt->select_stmt, zdm_usage_see, s);
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
update(struct zdm_usage_search *s, const PgQuery__UpdateStmt *stmt)
{
    struct zdm_usage_level level = {.outer = s->level};

    zdm_usage_with(s, stmt->with_clause);
    s->level = &level;
    bool itself = add_target(s, &level, stmt->relation);
    for (size_t i = 0; i < stmt->n_from_clause; i++)
        zdm_usage_add_from(s, &level, stmt->from_clause[i]);
    set_list(s, itself, stmt->n_target_list, stmt->target_list);
    zdm_node_walk(stmt->where_clause, zdm_usage_see, s);
    returning(s, &stmt->base);
    s->level = level.outer;
}

static void
delete_rows(struct zdm_usage_search *s, const PgQuery__DeleteStmt *stmt)
{
    struct zdm_usage_level level = {.outer = s->level};

    zdm_usage_with(s, stmt->with_clause);
    s->level = &level;
    add_target(s, &level, stmt->relation);
    for (size_t i = 0; i < stmt->n_using_clause; i++)
        zdm_usage_add_from(s, &level, stmt->using_clause[i]);
    zdm_node_walk(stmt->where_clause, zdm_usage_see, s);
    returning(s, &stmt->base);
    s->level = level.outer;
}

static void
merge(struct zdm_usage_search *s, const PgQuery__MergeStmt *stmt)
{
    struct zdm_usage_level level = {.outer = s->level};

    zdm_usage_with(s, stmt->with_clause);
    s->level = &level;
    bool itself = add_target(s, &level, stmt->relation);
    zdm_usage_add_from(s, &level, stmt->source_relation);
    zdm_node_walk(stmt->join_condition, zdm_usage_see, s);
    for (size_t i = 0; i < stmt->n_merge_when_clauses; i++) {
        const PgQuery__MergeWhenClause *when = stmt->merge_when_clauses[i]->merge_when_clause;
        if (itself && when->n_values > 0 && when->n_target_list == 0)
            s->found = true;
        zdm_node_walk(when->condition, zdm_usage_see, s);
        set_list(s, itself, when->n_target_list, when->target_list);
        zdm_usage_walk_list(s, when->n_values, when->values);
    }
    returning(s, &stmt->base);
    s->level = level.outer;
}

static void
copy(struct zdm_usage_search *s, const PgQuery__CopyStmt *stmt)
{
    struct zdm_usage_level level = {.outer = s->level};

    zdm_node_walk(stmt->query, zdm_usage_see, s);
    if (!stmt->relation)
        return;
    s->level = &level;
    zdm_usage_add_relation(s, &level, stmt->relation);
    if (level.items->itself &&
        (stmt->n_attlist == 0 || zdm_usage_holds_column(s, stmt->n_attlist, stmt->attlist)))
        s->found = true;
    zdm_node_walk(stmt->where_clause, zdm_usage_see, s);
    s->level = level.outer;
}

static const struct zdm_usage_item *
find_item(const struct zdm_usage_search *s, const char *name)
{
    for (const struct zdm_usage_level *level = s->level; level; level = level->outer)
        for (const struct zdm_usage_item *item = level->items; item; item = item->next)
            if (strcmp(item->name, name) == 0)
                return item;
    return NULL;
}

static void
name_alone(struct zdm_usage_search *s, const char *name)
{
    if (!zdm_usage_is_column(s, name)) {
        const struct zdm_usage_item *row = find_item(s, name);
        s->found = s->found || (row && row->itself);
        return;
    }
    for (const struct zdm_usage_level *level = s->level; level; level = level->outer) {
        bool hidden = false;
        for (const struct zdm_usage_item *item = level->items; item; item = item->next) {
            s->found = s->found || item->itself;
            hidden = hidden || item->has;
        }
        if (s->found || hidden)
            return;
    }
}

static void
reference(struct zdm_usage_search *s, const PgQuery__ColumnRef *ref)
{
    size_t n = ref->n_fields;
    bool star = n > 0 && ref->fields[n - 1]->node_case == PG_QUERY__NODE__NODE_A_STAR;

    if (n == 1 && star) {
        for (const struct zdm_usage_item *item = s->level ? s->level->items : NULL; item;
             item = item->next)
            s->found = s->found || item->itself;
    } else if (n == 1) {
        name_alone(s, zdm_node_string(ref->fields[0]));
    } else if (n > 1 && (star || zdm_usage_is_column(s, zdm_node_string(ref->fields[n - 1])))) {
        const struct zdm_usage_item *item = find_item(s, zdm_node_string(ref->fields[n - 2]));
        s->found = s->found || (item && item->itself);
    }
}

/* Statements about a relation as a whole. */
static void
relations(struct zdm_usage_search *s, size_t n, PgQuery__Node *const *ranges)
{
    for (size_t i = 0; i < n; i++)
        if (ranges[i]->node_case == PG_QUERY__NODE__NODE_RANGE_VAR && !s->what->column &&
            zdm_usage_may_be(s, ranges[i]->range_var, ZDM_USED_ITSELF))
            s->found = true;
}

bool
zdm_usage_see(void *self, const ProtobufCMessage *message)
{
    struct zdm_usage_search *s = self;
    const ProtobufCMessageDescriptor *type = message->descriptor;
    const struct zdm_usage_cte *ctes = s->ctes;

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
        zdm_node_walk(link->testexpr, zdm_usage_see, s);
        if (link->sub_link_type == PG_QUERY__SUB_LINK_TYPE__EXISTS_SUBLINK && link->subselect &&
            link->subselect->node_case == PG_QUERY__NODE__NODE_SELECT_STMT)
            select_query(s, link->subselect->select_stmt, true);
        else
            zdm_node_walk(link->subselect, zdm_usage_see, s);
    } else if (type == &pg_query__truncate_stmt__descriptor) {
        const PgQuery__TruncateStmt *stmt = (const PgQuery__TruncateStmt *)message;
        relations(s, stmt->n_relations, stmt->relations);
    } else if (type == &pg_query__lock_stmt__descriptor) {
        const PgQuery__LockStmt *stmt = (const PgQuery__LockStmt *)message;
        relations(s, stmt->n_relations, stmt->relations);
    } else if (type == &pg_query__refresh_mat_view_stmt__descriptor) {
        const PgQuery__RangeVar *range = ((const PgQuery__RefreshMatViewStmt *)message)->relation;
        s->found = zdm_usage_may_be(s, range, ZDM_USED_VIEW) ||
                   (!s->what->column && zdm_usage_may_be(s, range, ZDM_USED_ITSELF));
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
    struct zdm_usage_search s = {.what = what, .arena = zdm_arena_new()};
    bool opaque = false; /* a block in a language of its own, which is parsed no further */
    for (size_t i = 0; i < tree.parsed->n_stmts; i++) {
        const PgQuery__Node *stmt = tree.parsed->stmts[i]->stmt;
        opaque = opaque || stmt->node_case == PG_QUERY__NODE__NODE_DO_STMT;
        zdm_node_walk(stmt, zdm_usage_see, &s);
    }
    zdm_arena_free(s.arena);
    zdm_tree_release(&tree);
    if (s.found)
        return ZDM_USAGE_YES;
    if (opaque && named)
        return ZDM_USAGE_UNKNOWN;
    return s.merged && what->by_name ? ZDM_USAGE_MERGED : ZDM_USAGE_NO;
}
