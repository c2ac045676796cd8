#include "sql/query.h"

#include <string.h>

#include "sql/acl.h"
#include "sql/families.h"
#include "sql/named.h"

enum { MOST_RESULTS = 1664 }; /* MaxTupleAttributeNumber of the server */

void
zdm_query_needs(struct zdm_query *query, const struct zdm_relation *relation, unsigned rights)
{
    if (query->changes && !query->planned && !query->denied && !query->folded)
        query->denied = zdm_rights_denied(query->draft, relation, rights);
}

static void
see_range(struct zdm_query *query, const PgQuery__RangeVar *range)
{
    struct zdm_draft *draft = query->draft;
    struct zdm_relation *relation = zdm_query_relation(query, range);

    if (!relation)
        return;
    if (relation->kind == ZDM_RELATION_INDEX || relation->kind == ZDM_RELATION_PARTITIONED_INDEX ||
        relation->kind == ZDM_RELATION_COMPOSITE) {
        zdm_draft_fails(draft, "42809", "%s is no table", zdm_range_text(draft->arena, range));
        return;
    }
    zdm_query_lock(draft, relation, range->inh, query->mode);
    if (range != query->target)
        zdm_query_needs(query, relation, ZDM_RIGHT_SELECT);
    if (!query->denied && relation->kind == ZDM_RELATION_MATVIEW && relation->known &&
        !relation->populated && query->changes && !query->planned)
        zdm_draft_fails(draft, "55000", "materialized view %s has not been populated",
            zdm_range_text(draft->arena, range));
    if (query->mode != ZDM_LOCK_ROW_SHARE || query->planned)
        return;
    const char *table = zdm_range_text(draft->arena, range);
    draft->fresh = zdm_query_owns_rows(draft, relation);
    ZDM_FIND(draft, SELECT_FOR_UPDATE, .table = table);
    draft->fresh = false;
}

static void
put_cte(struct zdm_query *query, const PgQuery__Node *node)
{
    if (query->n_ctes == query->room) {
        size_t room = query->room ? 2 * query->room : 8;
        const char **grown = zdm_arena_alloc(query->draft->arena, room * sizeof *grown);
        if (query->n_ctes)
            memcpy(grown, query->ctes, query->n_ctes * sizeof *grown);
        query->ctes = grown;
        query->room = room;
    }
    query->ctes[query->n_ctes++] = node->common_table_expr->ctename;
}

static bool see(void *self, const ProtobufCMessage *message);

/* Each query of WITH sees those before it; with RECURSIVE all of them. */
static void
see_with(struct zdm_query *query, const PgQuery__WithClause *with)
{
    for (size_t i = 0; with->recursive && i < with->n_ctes; i++)
        put_cte(query, with->ctes[i]);
    for (size_t i = 0; i < with->n_ctes; i++) {
        zdm_node_walk(with->ctes[i]->common_table_expr->ctequery, see, query);
        if (!with->recursive)
            put_cte(query, with->ctes[i]);
    }
}

static const PgQuery__WithClause *
with_of(const ProtobufCMessage *message)
{
    const ProtobufCMessageDescriptor *type = message->descriptor;

    if (type == &pg_query__select_stmt__descriptor)
        return ((const PgQuery__SelectStmt *)message)->with_clause;
    if (type == &pg_query__insert_stmt__descriptor)
        return ((const PgQuery__InsertStmt *)message)->with_clause;
    if (type == &pg_query__update_stmt__descriptor)
        return ((const PgQuery__UpdateStmt *)message)->with_clause;
    if (type == &pg_query__delete_stmt__descriptor)
        return ((const PgQuery__DeleteStmt *)message)->with_clause;
    if (type == &pg_query__merge_stmt__descriptor)
        return ((const PgQuery__MergeStmt *)message)->with_clause;
    return NULL;
}

static void
see_target(struct zdm_query *query, const ProtobufCMessage *message)
{
    const ProtobufCMessageDescriptor *type = message->descriptor;
    const PgQuery__RangeVar *target = NULL;

    if (type == &pg_query__insert_stmt__descriptor)
        target = ((const PgQuery__InsertStmt *)message)->relation;
    else if (type == &pg_query__update_stmt__descriptor)
        target = ((const PgQuery__UpdateStmt *)message)->relation;
    else if (type == &pg_query__delete_stmt__descriptor)
        target = ((const PgQuery__DeleteStmt *)message)->relation;
    else if (type == &pg_query__merge_stmt__descriptor)
        target = ((const PgQuery__MergeStmt *)message)->relation;
    struct zdm_relation *relation = target ? zdm_query_relation(query, target) : NULL;
    if (relation)
        zdm_query_lock(query->draft, relation, target->inh, ZDM_LOCK_ROW_EXCLUSIVE);
}

/* What is inside of a query, in its own scope. */
static void
see_inside(struct zdm_query *query, const ProtobufCMessage *message)
{
    const PgQuery__WithClause *with = with_of(message);
    size_t n_ctes = query->n_ctes;
    enum zdm_lock_mode mode = query->mode;

    if (with)
        see_with(query, with);
    if (message->descriptor == &pg_query__select_stmt__descriptor &&
        ((const PgQuery__SelectStmt *)message)->n_target_list > MOST_RESULTS)
        zdm_draft_fails(query->draft, "54011", "a query can give %d columns at most", MOST_RESULTS);
    if (message->descriptor == &pg_query__select_stmt__descriptor &&
        ((const PgQuery__SelectStmt *)message)->n_locking_clause)
        query->mode = ZDM_LOCK_ROW_SHARE;
    else if (query->looked_up)
        see_target(query, message);
    else if (query->changes && message->descriptor != &pg_query__select_stmt__descriptor)
        zdm_query_change(query, message);
    zdm_tree_children(message, see, query);
    query->n_ctes = n_ctes;
    query->mode = mode;
}

static bool
see(void *self, const ProtobufCMessage *message)
{
    struct zdm_query *query = self;
    const ProtobufCMessageDescriptor *type = message->descriptor;

    if (type == &pg_query__select_stmt__descriptor || type == &pg_query__insert_stmt__descriptor ||
        type == &pg_query__update_stmt__descriptor || type == &pg_query__delete_stmt__descriptor ||
        type == &pg_query__merge_stmt__descriptor) {
        see_inside(query, message);
        return false;
    }
    /* false AND EXISTS (SELECT ...): what is left out before it is planned needs no rights. */
    if (type == &pg_query__bool_expr__descriptor || type == &pg_query__case_expr__descriptor ||
        type == &pg_query__coalesce_expr__descriptor) {
        query->folded++;
        zdm_tree_children(message, see, query);
        query->folded--;
        return false;
    }
    if (type == &pg_query__range_var__descriptor)
        see_range(query, (const PgQuery__RangeVar *)message);
    /* INTO names what is made, FOR UPDATE OF what stands in FROM already; WITH was looked at. */
    return type != &pg_query__range_var__descriptor && type != &pg_query__into_clause__descriptor &&
           type != &pg_query__locking_clause__descriptor &&
           type != &pg_query__with_clause__descriptor;
}

static void
look(struct zdm_draft *draft, const PgQuery__Node *node, bool changes, bool planned)
{
    struct zdm_query query = {
        .draft = draft, .mode = ZDM_LOCK_ACCESS_SHARE, .changes = changes, .planned = planned};

    zdm_node_walk(node, see, &query);
    draft->fresh = false;
    zdm_query_names(draft, node);
    if (!planned)
        zdm_query_calls(draft, node);
    if (query.denied)
        zdm_draft_fails(draft, "42501", "%s", query.denied);
}

void
zdm_query_reads(struct zdm_draft *draft, const PgQuery__Node *node)
{
    look(draft, node, false, false);
}

void
zdm_query_changes(struct zdm_draft *draft, const PgQuery__Node *node)
{
    look(draft, node, true, false);
}

void
zdm_query_plans(struct zdm_draft *draft, const PgQuery__Node *node)
{
    look(draft, node, true, true);
}

void
zdm_query_looks_up(struct zdm_draft *draft, const PgQuery__Node *node)
{
    struct zdm_query query = {
        .draft = draft, .mode = ZDM_LOCK_ACCESS_SHARE, .planned = true, .looked_up = true};

    zdm_node_walk(node, see, &query);
    draft->fresh = false;
}
