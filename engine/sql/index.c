#include <string.h>

#include "base/buf.h"
#include "sql/families.h"

/* As the server names an index: table, columns, idx. */
static const char *
index_name(struct zdm_draft *draft, const PgQuery__IndexStmt *stmt)
{
    struct zdm_buf columns = ZDM_BUF_INIT;

    if (stmt->idxname[0])
        return stmt->idxname;
    for (size_t i = 0; i < stmt->n_index_params; i++) {
        const PgQuery__IndexElem *elem = stmt->index_params[i]->index_elem;
        const PgQuery__Node *expr = elem->expr;
        if (i)
            zdm_buf_addc(&columns, '_');
        if (!expr)
            zdm_buf_add(&columns, elem->name);
        else if (expr->node_case == PG_QUERY__NODE__NODE_FUNC_CALL)
            zdm_buf_add(
                &columns, zdm_last_string(expr->func_call->n_funcname, expr->func_call->funcname));
        else
            zdm_buf_add(&columns, "expr");
    }
    const char *name = zdm_default_name(draft->arena, stmt->relation->relname, columns.s, "idx");
    zdm_buf_release(&columns);
    return name;
}

static void
probe_create(struct zdm_draft *draft, const PgQuery__IndexStmt *stmt)
{
    struct zdm_statement *st = draft->st;
    const char *schema = stmt->relation->schemaname;

    /* An index lives in the schema of its table. */
    st->probe_table = zdm_arena_strdup(draft->arena, stmt->relation->relname);
    st->probe_table_schema = schema[0] ? zdm_arena_strdup(draft->arena, schema) : NULL;
    st->probe_schema = st->probe_table_schema;
    if (stmt->idxname[0]) {
        st->probe = ZDM_PROBE_INDEX_VALID;
        st->probe_object = zdm_arena_strdup(draft->arena, stmt->idxname);
    }
}

void
zdm_family_index(struct zdm_draft *draft)
{
    const PgQuery__IndexStmt *stmt = draft->node->index_stmt;
    const char *table = zdm_range_text(draft->arena, stmt->relation);

    draft->fresh = zdm_context_is_new(draft->context, table);
    zdm_draft_build(draft, zdm_ident_text(draft->arena, index_name(draft, stmt)));
    if (stmt->concurrent) {
        zdm_draft_lock(draft, table, ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE, ZDM_HELD_BUILD);
        if (stmt->if_not_exists)
            ZDM_FIND(draft, CIC_IF_NOT_EXISTS, .table = table);
        probe_create(draft, stmt);
        zdm_draft_forbid_transaction(draft, true);
        return;
    }
    zdm_draft_lock(draft, table, ZDM_LOCK_SHARE, ZDM_HELD_BUILD);
    /* Without a name nobody could tell afterwards whether it was built. */
    const char *word = stmt->idxname[0]
                           ? "CONCURRENTLY"
                           : zdm_arena_strf(draft->arena, "CONCURRENTLY %s",
                                 zdm_ident_text(draft->arena, index_name(draft, stmt)));
    if (!stmt->relation->inh) {
        ZDM_FIND(draft, INDEX_CREATE_ONLY, .table = table);
        return;
    }
    zdm_draft_safer(draft, ZDM_FIND(draft, INDEX_CREATE_BLOCKING, .table = table),
        zdm_draft_with_word(draft, PG_QUERY__TOKEN__INDEX, word));
}

void
zdm_family_reindex(struct zdm_draft *draft)
{
    const PgQuery__ReindexStmt *stmt = draft->node->reindex_stmt;
    bool concurrently = zdm_option_is_on(stmt->n_params, stmt->params, "concurrently");
    const char *name = stmt->relation ? zdm_range_text(draft->arena, stmt->relation)
                                      : zdm_ident_text(draft->arena, stmt->name);
    bool many = false;

    switch (stmt->kind) {
    case PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_INDEX:
        draft->st->kind = "REINDEX INDEX";
        break;
    case PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_TABLE:
        draft->st->kind = "REINDEX TABLE";
        break;
    case PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_SCHEMA:
        draft->st->kind = "REINDEX SCHEMA";
        many = true;
        break;
    case PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_SYSTEM:
        draft->st->kind = "REINDEX SYSTEM";
        many = true;
        break;
    default:
        draft->st->kind = "REINDEX DATABASE";
        many = true;
    }
    draft->fresh = stmt->relation && zdm_context_is_new(draft->context, name);
    if (!many) {
        bool table = stmt->kind == PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_TABLE;
        zdm_draft_lock(draft, name,
            concurrently ? ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE
            : table      ? ZDM_LOCK_SHARE
                         : ZDM_LOCK_ACCESS_EXCLUSIVE,
            ZDM_HELD_BUILD);
        if (!table)
            zdm_draft_build(draft, name);
    }
    if (many || concurrently) {
        draft->st->probe = ZDM_PROBE_REPEAT;
        zdm_draft_forbid_transaction(draft, concurrently);
    }
    if (concurrently)
        return;

    struct zdm_finding *finding =
        ZDM_FIND(draft, REINDEX_BLOCKING, .kind = draft->st->kind, .name = name);
    if (stmt->kind != PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_SYSTEM)
        zdm_draft_safer(draft, finding,
            zdm_arena_strf(draft->arena, "%s CONCURRENTLY %s", draft->st->kind, name));
}
