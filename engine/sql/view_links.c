#include <string.h>

#include "sql/result_columns.h"

struct at { /* a relation where it stands in FROM */
    const char *name;
    struct zdm_relation *relation;
};

struct scope { /* what the names of one query may mean */
    const struct scope *outer;
    struct at *items;
    size_t n;
    bool unclear; /* a query or a function stands in FROM: it may have any column */
};

struct linking {
    struct zdm_draft *draft;
    struct zdm_relation *owner; /* the view, or what has the part */
    const char *kind, *name;
    bool view;
    const char **ctes;
    size_t n_ctes;
    const struct scope *scope;
    struct zdm_relation **linked; /* n_linked, once each */
    size_t n_linked;
};

static void
add_cte(struct linking *linking, const char *name)
{
    const char **grown =
        zdm_arena_alloc(linking->draft->arena, (linking->n_ctes + 1) * sizeof *grown);

    if (linking->n_ctes)
        memcpy(grown, linking->ctes, linking->n_ctes * sizeof *grown);
    grown[linking->n_ctes++] = name;
    linking->ctes = grown;
}

static bool
see_cte(void *self, const ProtobufCMessage *message)
{
    if (message->descriptor == &pg_query__common_table_expr__descriptor)
        add_cte(self, ((const PgQuery__CommonTableExpr *)message)->ctename);
    return true;
}

/* Those of this owner stand at the end. */
static bool
depends(const struct linking *linking, const struct zdm_relation *relation, const char *column)
{
    for (size_t i = relation->dependents.n; i > 0; i--) {
        const struct zdm_dependent *dependent = relation->dependents.items[i - 1];
        if (dependent->dependent != linking->owner || dependent->name != linking->name)
            return false;
        if (!column || dependent->column == column)
            return true;
    }
    return false;
}

static void
depend(struct linking *linking, struct zdm_relation *relation, const char *column)
{
    struct zdm_catalog *catalog = linking->draft->catalog;

    if (relation == linking->owner || depends(linking, relation, column))
        return;
    struct zdm_dependent *dependent = zdm_catalog_alloc(catalog, sizeof *dependent);
    dependent->kind = linking->kind;
    dependent->name = linking->name;
    dependent->column = column;
    dependent->dependent = linking->owner;
    zdm_catalog_append(catalog, &relation->dependents, dependent);
}

static void
link_relation(struct linking *linking, struct zdm_relation *relation)
{
    for (size_t i = 0; i < linking->n_linked; i++)
        if (linking->linked[i] == relation)
            return;
    if (!(linking->n_linked & (linking->n_linked - 1))) {
        struct zdm_relation **grown = zdm_arena_alloc(
            linking->draft->arena, (linking->n_linked ? 2 * linking->n_linked : 1) * sizeof *grown);
        if (linking->n_linked)
            memcpy(grown, linking->linked, linking->n_linked * sizeof *grown);
        linking->linked = grown;
    }
    linking->linked[linking->n_linked++] = relation;
    if (linking->view && relation != linking->owner)
        zdm_catalog_append(linking->draft->catalog, &linking->owner->reads, relation);
}

static void
add_range(struct linking *linking, struct scope *scope, const PgQuery__RangeVar *range)
{
    struct zdm_draft *draft = linking->draft;
    const char *schema = range->schemaname[0] ? range->schemaname : NULL;
    struct zdm_relation *relation = NULL;

    if (schema || !zdm_names_have(linking->ctes, linking->n_ctes, range->relname)) {
        relation = zdm_catalog_relation(draft->catalog, schema, range->relname);
        if (!relation && !draft->catalog->complete)
            relation = zdm_draft_find_relation(draft, schema, range->relname);
    }
    if (!relation || (range->alias && range->alias->n_colnames))
        scope->unclear = true;
    if (!relation)
        return;
    link_relation(linking, relation);
    struct at *grown = zdm_arena_alloc(draft->arena, (scope->n + 1) * sizeof *grown);
    if (scope->n)
        memcpy(grown, scope->items, scope->n * sizeof *grown);
    grown[scope->n++] = (struct at){
        .name = range->alias ? range->alias->aliasname : range->relname, .relation = relation};
    scope->items = grown;
}

static void
add_source(struct linking *linking, struct scope *scope, const PgQuery__Node *node)
{
    if (node->node_case == PG_QUERY__NODE__NODE_JOIN_EXPR) {
        add_source(linking, scope, node->join_expr->larg);
        add_source(linking, scope, node->join_expr->rarg);
    } else if (node->node_case == PG_QUERY__NODE__NODE_RANGE_TABLE_SAMPLE) {
        add_source(linking, scope, node->range_table_sample->relation);
    } else if (node->node_case == PG_QUERY__NODE__NODE_RANGE_VAR) {
        add_range(linking, scope, node->range_var);
    } else {
        scope->unclear = true;
    }
}

static void
add_sources(struct linking *linking, struct scope *scope, size_t n, PgQuery__Node *const *nodes)
{
    for (size_t i = 0; i < n; i++)
        add_source(linking, scope, nodes[i]);
}

/* Every column of one relation (of: its name in FROM), or of all. */
static void
see_star(struct linking *linking, const struct scope *scope, const char *of)
{
    for (size_t i = 0; i < scope->n; i++) {
        struct zdm_relation *relation = scope->items[i].relation;
        for (size_t k = 0;
             (!of || strcmp(scope->items[i].name, of) == 0) && k < relation->columns.n; k++)
            depend(linking, relation, relation->columns.items[k]->name);
    }
}

/* A star is all columns only where it is a result by itself: count(t.*) is about the row. */
static void
see_results(struct linking *linking, const struct scope *scope, const PgQuery__SelectStmt *select)
{
    for (size_t i = 0; i < select->n_target_list; i++) {
        const PgQuery__Node *value = select->target_list[i]->res_target->val;
        if (!value || value->node_case != PG_QUERY__NODE__NODE_COLUMN_REF)
            continue;
        const PgQuery__ColumnRef *ref = value->column_ref;
        if (ref->fields[ref->n_fields - 1]->node_case == PG_QUERY__NODE__NODE_A_STAR)
            see_star(linking, scope,
                ref->n_fields > 1 ? zdm_node_string(ref->fields[ref->n_fields - 2]) : NULL);
    }
}

/* A name without a table means the innermost column of that name. */
static void
see_column(struct linking *linking, const PgQuery__ColumnRef *ref)
{
    const char *name = zdm_last_string(ref->n_fields, ref->fields);
    const char *of = ref->n_fields > 1 ? zdm_node_string(ref->fields[ref->n_fields - 2]) : NULL;
    bool found = false;

    if (ref->fields[ref->n_fields - 1]->node_case != PG_QUERY__NODE__NODE_STRING)
        return;
    for (const struct scope *scope = linking->scope; scope && !found; scope = scope->outer) {
        for (size_t i = 0; i < scope->n; i++) {
            if (of && strcmp(scope->items[i].name, of) != 0)
                continue;
            const struct zdm_column *column = zdm_relation_column(scope->items[i].relation, name);
            if (column)
                depend(linking, scope->items[i].relation, column->name);
            found |= column || of;
        }
        found |= !of && scope->unclear;
    }
}

static void
see_using(struct linking *linking, const PgQuery__JoinExpr *join)
{
    const struct scope *scope = linking->scope;

    for (size_t i = 0; i < join->n_using_clause; i++)
        for (size_t k = 0; scope && k < scope->n; k++) {
            const struct zdm_column *column = zdm_relation_column(
                scope->items[k].relation, zdm_node_string(join->using_clause[i]));
            if (column)
                depend(linking, scope->items[k].relation, column->name);
        }
}

static bool see(void *self, const ProtobufCMessage *message);

static void
see_query(struct linking *linking, const ProtobufCMessage *message)
{
    const ProtobufCMessageDescriptor *type = message->descriptor;
    struct scope scope = {.outer = linking->scope};

    if (type == &pg_query__select_stmt__descriptor) {
        const PgQuery__SelectStmt *stmt = (const PgQuery__SelectStmt *)message;
        add_sources(linking, &scope, stmt->n_from_clause, stmt->from_clause);
        see_results(linking, &scope, stmt);
    } else if (type == &pg_query__insert_stmt__descriptor) {
        add_range(linking, &scope, ((const PgQuery__InsertStmt *)message)->relation);
    } else if (type == &pg_query__update_stmt__descriptor) {
        const PgQuery__UpdateStmt *stmt = (const PgQuery__UpdateStmt *)message;
        add_range(linking, &scope, stmt->relation);
        for (size_t i = 0; scope.n && i < stmt->n_target_list; i++) {
            const struct zdm_column *set = zdm_relation_column(
                scope.items[0].relation, stmt->target_list[i]->res_target->name);
            if (set)
                depend(linking, scope.items[0].relation, set->name);
        }
        add_sources(linking, &scope, stmt->n_from_clause, stmt->from_clause);
    } else {
        const PgQuery__DeleteStmt *stmt = (const PgQuery__DeleteStmt *)message;
        add_range(linking, &scope, stmt->relation);
        add_sources(linking, &scope, stmt->n_using_clause, stmt->using_clause);
    }
    linking->scope = &scope;
    zdm_tree_children(message, see, linking);
    linking->scope = scope.outer;
}

static bool
see(void *self, const ProtobufCMessage *message)
{
    struct linking *linking = self;
    const ProtobufCMessageDescriptor *type = message->descriptor;

    if (type == &pg_query__select_stmt__descriptor || type == &pg_query__insert_stmt__descriptor ||
        type == &pg_query__update_stmt__descriptor || type == &pg_query__delete_stmt__descriptor) {
        see_query(linking, message);
        return false;
    }
    if (type == &pg_query__column_ref__descriptor)
        see_column(linking, (const PgQuery__ColumnRef *)message);
    else if (type == &pg_query__join_expr__descriptor)
        see_using(linking, (const PgQuery__JoinExpr *)message);
    return true;
}

static void
link_all(struct linking *linking, const PgQuery__Node *node)
{
    zdm_node_walk(node, see_cte, linking);
    zdm_node_walk(node, see, linking);
    /* One that no column is read of is read all the same. */
    for (size_t i = 0; i < linking->n_linked; i++)
        depend(linking, linking->linked[i], NULL);
}

void
zdm_query_links(struct zdm_draft *draft, struct zdm_relation *view, const PgQuery__Node *query)
{
    struct linking linking = {.draft = draft,
        .owner = view,
        .kind = view->kind == ZDM_RELATION_MATVIEW ? "materialized view" : "view",
        .name = zdm_catalog_string(draft->catalog, zdm_draft_name(draft, view)),
        .view = true};

    link_all(&linking, query);
}

void
zdm_view_has_type(struct zdm_draft *draft, struct zdm_relation *view, const struct zdm_type *type)
{
    struct zdm_catalog *catalog = draft->catalog;
    const struct zdm_type *inner = type && type->element ? type->element : type;
    struct zdm_type *own = inner && inner->schema && strcmp(inner->schema, "pg_catalog") != 0
                               ? zdm_catalog_type(catalog, inner->schema, inner->name)
                               : NULL;

    if (!own)
        return;
    struct zdm_dependent *dependent = zdm_catalog_alloc(catalog, sizeof *dependent);
    dependent->kind = "view";
    dependent->name = zdm_catalog_string(catalog, zdm_draft_name(draft, view));
    dependent->dependent = view;
    zdm_catalog_append(catalog, &own->dependents, dependent);
    if (own->relation && own->relation->kind != ZDM_RELATION_COMPOSITE)
        zdm_catalog_append(catalog, &own->relation->dependents, dependent);
}

void
zdm_part_links(struct zdm_draft *draft, struct zdm_relation *owner, const char *kind,
    const char *name, const PgQuery__Node *node)
{
    struct linking linking = {.draft = draft,
        .owner = owner,
        .kind = kind,
        .name = zdm_catalog_string(draft->catalog, zdm_ident_text(draft->arena, name))};

    link_all(&linking, node);
}

void
zdm_query_unlink(struct zdm_draft *draft, struct zdm_relation *view)
{
    struct zdm_catalog *catalog = draft->catalog;

    for (size_t i = 0; i < view->reads.n; i++) {
        struct zdm_relation *relation = view->reads.items[i];
        for (size_t k = 0; k < relation->dependents.n;)
            if (relation->dependents.items[k]->dependent == view)
                zdm_catalog_remove(catalog, &relation->dependents, relation->dependents.items[k]);
            else
                k++;
    }
    zdm_catalog_touch(catalog, &view->reads, sizeof view->reads);
    /* Not only shorter: a rollback wants the old items as they were. */
    memset(&view->reads, 0, sizeof view->reads);
}

struct seen {
    const struct zdm_relation **items;
    size_t n;
};

static void
read_relation(struct zdm_draft *draft, struct zdm_relation *relation, struct seen *seen)
{
    for (size_t i = 0; i < seen->n; i++)
        if (seen->items[i] == relation)
            return;
    const struct zdm_relation **grown =
        zdm_arena_alloc(draft->arena, (seen->n + 1) * sizeof *grown);
    if (seen->n)
        memcpy(grown, seen->items, seen->n * sizeof *grown);
    grown[seen->n++] = relation;
    seen->items = grown;

    zdm_draft_lock_on(draft, relation, ZDM_LOCK_ACCESS_SHARE, ZDM_HELD_STATEMENT);
    if (!relation->known)
        zdm_draft_assume(draft);
    if (relation->kind == ZDM_RELATION_VIEW)
        for (size_t i = 0; i < relation->reads.n; i++)
            read_relation(draft, relation->reads.items[i], seen);
    for (size_t i = 0; i < relation->children.n; i++)
        read_relation(draft, relation->children.items[i], seen);
}

void
zdm_view_reads(struct zdm_draft *draft, const struct zdm_relation *view)
{
    struct seen seen = {0};

    for (size_t i = 0; i < view->reads.n; i++)
        read_relation(draft, view->reads.items[i], &seen);
}
