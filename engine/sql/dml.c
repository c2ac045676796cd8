#include <string.h>

#include "sql/families.h"
#include "sql/volatility.h"

struct reading { /* what a query reads, while its tree is walked */
    struct zdm_draft *draft;
    enum zdm_lock_mode mode;
    const char **ctes; /* names of WITH queries, which are no tables */
    size_t n_ctes;
};

static bool
see_cte(void *self, const ProtobufCMessage *message)
{
    struct reading *reading = self;

    if (message->descriptor == &pg_query__common_table_expr__descriptor) {
        const char **grown =
            zdm_arena_alloc(reading->draft->arena, (reading->n_ctes + 1) * sizeof *grown);
        if (reading->n_ctes)
            memcpy(grown, reading->ctes, reading->n_ctes * sizeof *grown);
        grown[reading->n_ctes++] = ((const PgQuery__CommonTableExpr *)message)->ctename;
        reading->ctes = grown;
    }
    if (message->descriptor == &pg_query__locking_clause__descriptor)
        reading->mode = ZDM_LOCK_ROW_SHARE;
    return true;
}

static bool
see_table(void *self, const ProtobufCMessage *message)
{
    struct reading *reading = self;

    /* INTO names what is made, not what is read. */
    if (message->descriptor == &pg_query__into_clause__descriptor)
        return false;
    if (message->descriptor != &pg_query__range_var__descriptor)
        return true;

    const PgQuery__RangeVar *range = (const PgQuery__RangeVar *)message;
    for (size_t i = 0; i < reading->n_ctes; i++)
        if (!range->schemaname[0] && strcmp(reading->ctes[i], range->relname) == 0)
            return true;
    zdm_draft_lock(reading->draft, zdm_range_text(reading->draft->arena, range), reading->mode,
        ZDM_HELD_STATEMENT);
    return true;
}

void
zdm_query_reads(struct zdm_draft *draft, const PgQuery__Node *query)
{
    struct reading reading = {.draft = draft, .mode = ZDM_LOCK_ACCESS_SHARE};
    const PgQuery__FuncCall *unknown = zdm_unknown_call(query);

    zdm_node_walk(query, see_cte, &reading);
    zdm_node_walk(query, see_table, &reading);
    if (unknown)
        ZDM_FIND(draft, UNKNOWN_FUNCTION,
            .name = zdm_list_text(draft->arena, unknown->n_funcname, unknown->funcname));
}

/* WHERE true, 1 = 1 and the like let everything through. */
static bool
lets_all_through(const PgQuery__Node *where)
{
    if (!where)
        return true;
    if (where->node_case == PG_QUERY__NODE__NODE_A_CONST)
        return where->a_const->val_case == PG_QUERY__A__CONST__VAL_BOOLVAL &&
               where->a_const->boolval->boolval;
    if (where->node_case == PG_QUERY__NODE__NODE_TYPE_CAST)
        return where->type_cast->arg->node_case == PG_QUERY__NODE__NODE_A_CONST &&
               where->type_cast->arg->a_const->val_case == PG_QUERY__A__CONST__VAL_SVAL &&
               strcmp(where->type_cast->arg->a_const->sval->sval, "t") == 0;
    if (where->node_case == PG_QUERY__NODE__NODE_A_EXPR &&
        where->a_expr->kind == PG_QUERY__A__EXPR__KIND__AEXPR_OP &&
        strcmp(zdm_last_string(where->a_expr->n_name, where->a_expr->name), "=") == 0 &&
        where->a_expr->lexpr && where->a_expr->rexpr &&
        where->a_expr->lexpr->node_case == PG_QUERY__NODE__NODE_A_CONST &&
        where->a_expr->rexpr->node_case == PG_QUERY__NODE__NODE_A_CONST) {
        const PgQuery__AConst *a = where->a_expr->lexpr->a_const,
                              *b = where->a_expr->rexpr->a_const;
        return a->val_case == PG_QUERY__A__CONST__VAL_IVAL && b->val_case == a->val_case &&
               a->ival->ival == b->ival->ival;
    }
    return false;
}

static void
changes(struct zdm_draft *draft, const char *kind, const PgQuery__RangeVar *range,
    const PgQuery__Node *where, bool deletes)
{
    const char *table = zdm_range_text(draft->arena, range);

    draft->fresh = zdm_context_is_new(draft->context, table);
    zdm_draft_lock(draft, table, ZDM_LOCK_ROW_EXCLUSIVE, ZDM_HELD_STATEMENT);
    if (!lets_all_through(where)) {
        ZDM_FIND(draft, DML_ROW_COUNT, .kind = kind, .table = table);
        return;
    }
    ZDM_FIND(draft, DML_UNBATCHED, .kind = kind, .table = table);
    if (deletes && ZDM_FIND(draft, DML_DELETE_ALL, .table = table))
        draft->st->data_loss = true;
}

/* One data-modifying message, wherever it stands in the statement. */
static bool
see_change(void *self, const ProtobufCMessage *message)
{
    struct zdm_draft *draft = self;

    if (message->descriptor == &pg_query__update_stmt__descriptor) {
        const PgQuery__UpdateStmt *stmt = (const PgQuery__UpdateStmt *)message;
        changes(draft, "UPDATE", stmt->relation, stmt->where_clause, false);
    } else if (message->descriptor == &pg_query__delete_stmt__descriptor) {
        const PgQuery__DeleteStmt *stmt = (const PgQuery__DeleteStmt *)message;
        changes(draft, "DELETE", stmt->relation, stmt->where_clause, true);
    } else if (message->descriptor == &pg_query__insert_stmt__descriptor) {
        const char *table =
            zdm_range_text(draft->arena, ((const PgQuery__InsertStmt *)message)->relation);
        zdm_draft_lock(draft, table, ZDM_LOCK_ROW_EXCLUSIVE, ZDM_HELD_STATEMENT);
        zdm_context_filled(draft->context, table);
    } else if (message->descriptor == &pg_query__merge_stmt__descriptor) {
        const char *table =
            zdm_range_text(draft->arena, ((const PgQuery__MergeStmt *)message)->relation);
        draft->fresh = zdm_context_is_new(draft->context, table);
        zdm_draft_lock(draft, table, ZDM_LOCK_ROW_EXCLUSIVE, ZDM_HELD_STATEMENT);
        ZDM_FIND(draft, DML_ROW_COUNT, .kind = "MERGE", .table = table);
        zdm_context_filled(draft->context, table);
    }
    return true;
}

void
zdm_family_dml(struct zdm_draft *draft)
{
    zdm_node_walk(draft->node, see_change, draft);
    draft->fresh = false;
    zdm_query_reads(draft, draft->node);
}

void
zdm_family_select(struct zdm_draft *draft)
{
    const PgQuery__SelectStmt *select = draft->node->select_stmt;

    zdm_family_dml(draft);
    if (select->into_clause) {
        const char *table = zdm_range_text(draft->arena, select->into_clause->rel);
        draft->st->kind = "SELECT INTO";
        zdm_context_created(draft->context, table);
        zdm_context_filled(draft->context, table);
    }
}

void
zdm_family_copy(struct zdm_draft *draft)
{
    const PgQuery__CopyStmt *stmt = draft->node->copy_stmt;

    if (stmt->is_program) {
        ZDM_FIND(draft, UNKNOWN_STATEMENT, .kind = "the program of COPY");
    } else if (!stmt->filename[0]) {
        ZDM_FIND(draft, COPY_STDIN, .name = "");
    }
    if (stmt->query) {
        zdm_node_walk(stmt->query, see_change, draft);
        draft->fresh = false;
        zdm_query_reads(draft, stmt->query);
        return;
    }
    const char *table = zdm_range_text(draft->arena, stmt->relation);
    zdm_draft_lock(draft, table, stmt->is_from ? ZDM_LOCK_ROW_EXCLUSIVE : ZDM_LOCK_ACCESS_SHARE,
        ZDM_HELD_STATEMENT);
    if (stmt->is_from)
        zdm_context_filled(draft->context, table);
}

void
zdm_family_explain(struct zdm_draft *draft)
{
    const PgQuery__ExplainStmt *stmt = draft->node->explain_stmt;

    if (zdm_option_is_on(stmt->n_options, stmt->options, "analyze"))
        ZDM_FIND(draft, UNKNOWN_STATEMENT, .kind = "EXPLAIN ANALYZE, which runs its statement,");
    else
        zdm_query_reads(draft, stmt->query);
}
