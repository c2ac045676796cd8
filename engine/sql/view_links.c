#include <string.h>

#include "sql/result_columns.h"

struct linking {
    struct zdm_draft *draft;
    struct zdm_relation *owner; /* the view, or what has the part */
    const char *kind, *name;
    bool view;
    const char **ctes;
    size_t n_ctes;
    const char **columns; /* that are named anywhere; NULL among them: a star */
    size_t n_columns;
    bool star;            /* of all tables */
    const char **starred; /* names in FROM that have a star of their own, n_starred */
    size_t n_starred;
    const char **starred_tables; /* what these names stand for, n_starred_tables */
    size_t n_starred_tables;
};

static void
push(struct zdm_arena *arena, const char ***names, size_t *n, const char *name)
{
    const char **grown = zdm_arena_alloc(arena, (*n + 1) * sizeof *grown);

    if (*n)
        memcpy(grown, *names, *n * sizeof *grown);
    grown[(*n)++] = name;
    *names = grown;
}

static bool
see_names(void *self, const ProtobufCMessage *message)
{
    struct linking *linking = self;
    struct zdm_arena *arena = linking->draft->arena;

    if (message->descriptor == &pg_query__common_table_expr__descriptor)
        push(arena, &linking->ctes, &linking->n_ctes,
            ((const PgQuery__CommonTableExpr *)message)->ctename);
    if (message->descriptor == &pg_query__column_ref__descriptor) {
        const PgQuery__ColumnRef *ref = (const PgQuery__ColumnRef *)message;
        const char *name = zdm_last_string(ref->n_fields, ref->fields);
        if (!name[0] && ref->n_fields > 1)
            push(arena, &linking->starred, &linking->n_starred,
                zdm_node_string(ref->fields[ref->n_fields - 2]));
        linking->star |= !name[0] && ref->n_fields == 1;
        if (name[0] && !zdm_names_have(linking->columns, linking->n_columns, name))
            push(arena, &linking->columns, &linking->n_columns, name);
    }
    return true;
}

/* The same table may stand there twice, and only once with a star. */
static bool
see_starred(void *self, const ProtobufCMessage *message)
{
    struct linking *linking = self;
    const PgQuery__RangeVar *range = (const PgQuery__RangeVar *)message;

    if (message->descriptor == &pg_query__range_var__descriptor &&
        zdm_names_have(linking->starred, linking->n_starred,
            range->alias ? range->alias->aliasname : range->relname))
        push(linking->draft->arena, &linking->starred_tables, &linking->n_starred_tables,
            range->relname);
    return true;
}

static void
depend(struct linking *linking, struct zdm_relation *relation, const char *column)
{
    struct zdm_catalog *catalog = linking->draft->catalog;
    struct zdm_dependent *dependent = zdm_catalog_alloc(catalog, sizeof *dependent);

    dependent->kind = linking->kind;
    dependent->name = linking->name;
    dependent->column = column;
    dependent->dependent = linking->owner;
    zdm_catalog_append(catalog, &relation->dependents, dependent);
}

static bool
is_linked(const struct linking *linking, const struct zdm_relation *relation)
{
    for (size_t i = 0; linking->view && i < linking->owner->reads.n; i++)
        if (linking->owner->reads.items[i] == relation)
            return true;
    for (size_t i = relation->dependents.n; i > 0; i--)
        if (relation->dependents.items[i - 1]->dependent == linking->owner &&
            relation->dependents.items[i - 1]->name == linking->name)
            return true;
    return relation == linking->owner;
}

static bool
see_relation(void *self, const ProtobufCMessage *message)
{
    struct linking *linking = self;
    struct zdm_draft *draft = linking->draft;

    if (message->descriptor != &pg_query__range_var__descriptor)
        return true;
    const PgQuery__RangeVar *range = (const PgQuery__RangeVar *)message;
    if (!range->schemaname[0] && zdm_names_have(linking->ctes, linking->n_ctes, range->relname))
        return true;
    struct zdm_relation *relation = zdm_catalog_relation(
        draft->catalog, range->schemaname[0] ? range->schemaname : NULL, range->relname);
    if (!relation && !draft->catalog->complete)
        relation = zdm_draft_find_relation(
            draft, range->schemaname[0] ? range->schemaname : NULL, range->relname);
    if (!relation || is_linked(linking, relation))
        return true;
    if (linking->view)
        zdm_catalog_append(draft->catalog, &linking->owner->reads, relation);
    bool any = false;
    bool star = linking->star ||
                zdm_names_have(linking->starred_tables, linking->n_starred_tables, relation->name);
    for (size_t i = 0; i < relation->columns.n; i++) {
        const char *name = relation->columns.items[i]->name;
        if (!star && !zdm_names_have(linking->columns, linking->n_columns, name))
            continue;
        depend(linking, relation, name);
        any = true;
    }
    if (!any)
        depend(linking, relation, NULL);
    return true;
}

void
zdm_query_links(struct zdm_draft *draft, struct zdm_relation *view, const PgQuery__Node *query)
{
    struct linking linking = {.draft = draft,
        .owner = view,
        .kind = view->kind == ZDM_RELATION_MATVIEW ? "materialized view" : "view",
        .name = zdm_catalog_string(draft->catalog, zdm_draft_name(draft, view)),
        .view = true};

    zdm_node_walk(query, see_names, &linking);
    zdm_node_walk(query, see_starred, &linking);
    zdm_node_walk(query, see_relation, &linking);
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

    zdm_node_walk(node, see_names, &linking);
    zdm_node_walk(node, see_starred, &linking);
    zdm_node_walk(node, see_relation, &linking);
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
