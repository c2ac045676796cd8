#include <string.h>

#include "sql/families.h"

enum zdm_origin
zdm_origin_of(const PgQuery__RangeVar *range)
{
    bool temp = range->relpersistence[0] == 't' || strcmp(range->schemaname, "pg_temp") == 0;

    return temp ? ZDM_ORIGIN_TEMP : ZDM_ORIGIN_OWN;
}

/* A foreign key locks the table it points to until the transaction ends. */
static void
references(struct zdm_draft *draft, const PgQuery__Constraint *constraint)
{
    if (constraint->contype != PG_QUERY__CONSTR_TYPE__CONSTR_FOREIGN || !constraint->pktable)
        return;
    const char *other = zdm_range_text(draft->arena, constraint->pktable);
    if (zdm_context_is_new(draft->context, other))
        return;
    zdm_draft_lock(draft, other, ZDM_LOCK_SHARE_ROW_EXCLUSIVE, ZDM_HELD_BRIEF);
    ZDM_FIND(draft, LOCK_CREATE_TABLE_FK, .other = other);
}

static void
element(struct zdm_draft *draft, const PgQuery__Node *node)
{
    if (node->node_case == PG_QUERY__NODE__NODE_CONSTRAINT)
        references(draft, node->constraint);
    if (node->node_case == PG_QUERY__NODE__NODE_COLUMN_DEF)
        for (size_t i = 0; i < node->column_def->n_constraints; i++)
            references(draft, node->column_def->constraints[i]->constraint);
    if (node->node_case == PG_QUERY__NODE__NODE_TABLE_LIKE_CLAUSE)
        zdm_draft_lock(draft, zdm_range_text(draft->arena, node->table_like_clause->relation),
            ZDM_LOCK_ACCESS_SHARE, ZDM_HELD_BRIEF);
}

void
zdm_family_create_table(struct zdm_draft *draft)
{
    const PgQuery__CreateStmt *stmt = draft->node->node_case == PG_QUERY__NODE__NODE_CREATE_STMT
                                          ? draft->node->create_stmt
                                          : draft->node->create_foreign_table_stmt->base_stmt;
    const char *table = zdm_range_text(draft->arena, stmt->relation);
    enum zdm_origin origin = draft->node->node_case == PG_QUERY__NODE__NODE_CREATE_STMT
                                 ? zdm_origin_of(stmt->relation)
                                 : ZDM_ORIGIN_OTHER;

    /* Its own name is new already: a foreign key to itself waits for nobody. With IF NOT EXISTS it
     * may be an old one, and what is attached to another table is seen through that one. */
    if (!stmt->if_not_exists && stmt->n_inh_relations == 0)
        zdm_context_created(draft->context, table, origin);
    for (size_t i = 0; i < stmt->n_table_elts; i++)
        element(draft, stmt->table_elts[i]);
    for (size_t i = 0; i < stmt->n_constraints; i++)
        element(draft, stmt->constraints[i]);
    for (size_t i = 0; i < stmt->n_inh_relations; i++) {
        const char *parent = zdm_range_text(draft->arena, stmt->inh_relations[i]->range_var);
        bool fresh = zdm_context_is_new(draft->context, parent);
        zdm_draft_lock(draft, parent,
            stmt->partbound ? ZDM_LOCK_ACCESS_EXCLUSIVE : ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE,
            ZDM_HELD_BRIEF);
        if (stmt->partbound && !fresh)
            ZDM_FIND(draft, LOCK_CREATE_PARTITION_OF, .table = parent);
        if (fresh && !stmt->if_not_exists)
            zdm_context_created(draft->context, table, origin);
    }
}

void
zdm_family_create_as(struct zdm_draft *draft)
{
    const PgQuery__CreateTableAsStmt *stmt = draft->node->create_table_as_stmt;

    if (stmt->objtype == PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW)
        draft->st->kind = "CREATE MATERIALIZED VIEW";
    if (stmt->query->node_case == PG_QUERY__NODE__NODE_SELECT_STMT)
        zdm_query_changes(draft, stmt->query);
    else
        ZDM_FIND(draft, UNKNOWN_STATEMENT, .kind = "EXECUTE");
    if (!stmt->if_not_exists) {
        const char *table = zdm_range_text(draft->arena, stmt->into->rel);
        zdm_context_created(draft->context, table, zdm_origin_of(stmt->into->rel));
        zdm_context_filled(draft->context, table);
    }
}

void
zdm_family_view(struct zdm_draft *draft)
{
    const PgQuery__ViewStmt *stmt = draft->node->view_stmt;
    const char *view = zdm_range_text(draft->arena, stmt->view);

    zdm_query_reads(draft, stmt->query);
    if (!stmt->replace) {
        zdm_context_created(draft->context, view, ZDM_ORIGIN_OTHER);
        return;
    }
    draft->fresh = zdm_context_is_new(draft->context, view);
    zdm_draft_lock(draft, view, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
    ZDM_FIND(draft, REPLACE_VIEW, .table = view);
}

void
zdm_family_schema(struct zdm_draft *draft)
{
    /* CREATE SCHEMA with statements inside: they are not looked into. */
    if (draft->node->create_schema_stmt->n_schema_elts)
        ZDM_FIND(draft, UNKNOWN_STATEMENT, .kind = "CREATE SCHEMA with statements in it");
}
