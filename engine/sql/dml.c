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
    /* FOR UPDATE OF names what stands in FROM already, often by an alias. */
    if (message->descriptor == &pg_query__locking_clause__descriptor)
        return false;
    if (message->descriptor != &pg_query__range_var__descriptor)
        return true;

    const PgQuery__RangeVar *range = (const PgQuery__RangeVar *)message;
    for (size_t i = 0; i < reading->n_ctes; i++)
        if (!range->schemaname[0] && strcmp(reading->ctes[i], range->relname) == 0)
            return true;
    const char *table = zdm_range_text(reading->draft->arena, range);
    zdm_draft_lock(reading->draft, table, reading->mode, ZDM_HELD_STATEMENT);
    if (reading->mode != ZDM_LOCK_ROW_SHARE)
        return true;
    reading->draft->fresh = zdm_context_owns_its_rows(reading->draft->context, table);
    ZDM_FIND(reading->draft, SELECT_FOR_UPDATE, .table = table);
    reading->draft->fresh = false;
    return true;
}

void
zdm_query_reads(struct zdm_draft *draft, const PgQuery__Node *query)
{
    struct reading reading = {.draft = draft, .mode = ZDM_LOCK_ACCESS_SHARE};
    const PgQuery__FuncCall *unknown = zdm_unknown_call(query);

    zdm_node_walk(query, see_cte, &reading);
    zdm_node_walk(query, see_table, &reading);
    if (!unknown)
        return;
    const char *name = zdm_list_text(draft->arena, unknown->n_funcname, unknown->funcname);
    /* A bare SELECT stands there for the effect of what it calls. */
    if (draft->node->node_case == PG_QUERY__NODE__NODE_SELECT_STMT)
        ZDM_FIND(draft, UNKNOWN_STATEMENT, .kind = zdm_arena_strf(draft->arena, "%s()", name));
    else
        ZDM_FIND(draft, UNKNOWN_FUNCTION, .name = name);
}

static bool
see_column(void *self, const ProtobufCMessage *message)
{
    bool *found = self;

    *found |= message->descriptor == &pg_query__column_ref__descriptor ||
              message->descriptor == &pg_query__current_of_expr__descriptor ||
              message->descriptor == &pg_query__param_ref__descriptor;
    return !*found;
}

/* WHERE true, 1 = 1 and the like: what looks at no column lets every row through or none. */
static bool
lets_all_through(const PgQuery__Node *where)
{
    bool found = false;

    if (where && where->node_case == PG_QUERY__NODE__NODE_A_CONST &&
        (where->a_const->isnull || (where->a_const->val_case == PG_QUERY__A__CONST__VAL_BOOLVAL &&
                                       !where->a_const->boolval->boolval)))
        return false;
    zdm_node_walk(where, see_column, &found);
    return !found;
}

static void
changes(struct zdm_draft *draft, const char *kind, const PgQuery__RangeVar *range,
    const PgQuery__Node *where, bool deletes)
{
    const char *table = zdm_range_text(draft->arena, range);

    draft->fresh = zdm_context_owns_its_rows(draft->context, table);
    zdm_draft_lock(draft, table, ZDM_LOCK_ROW_EXCLUSIVE, ZDM_HELD_STATEMENT);
    if (!lets_all_through(where)) {
        ZDM_FIND(draft, DML_ROW_COUNT, .kind = kind, .table = table);
        return;
    }
    ZDM_FIND(draft, DML_UNBATCHED, .kind = kind, .table = table);
    if (deletes && ZDM_FIND(draft, DML_DELETE_ALL, .table = table))
        draft->st->data_loss = true;
}

static bool
see_source(void *self, const ProtobufCMessage *message)
{
    bool *found = self;

    *found |= message->descriptor == &pg_query__range_var__descriptor;
    return !*found;
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
        const PgQuery__InsertStmt *stmt = (const PgQuery__InsertStmt *)message;
        const char *table = zdm_range_text(draft->arena, stmt->relation);
        bool copies = false;
        zdm_draft_lock(draft, table, ZDM_LOCK_ROW_EXCLUSIVE, ZDM_HELD_STATEMENT);
        zdm_node_walk(stmt->select_stmt, see_source, &copies);
        draft->fresh = zdm_context_owns_its_rows(draft->context, table);
        if (copies)
            ZDM_FIND(draft, DML_ROW_COUNT, .kind = "INSERT ... SELECT", .table = table);
        zdm_context_filled(draft->context, table);
    } else if (message->descriptor == &pg_query__merge_stmt__descriptor) {
        const char *table =
            zdm_range_text(draft->arena, ((const PgQuery__MergeStmt *)message)->relation);
        draft->fresh = zdm_context_owns_its_rows(draft->context, table);
        zdm_draft_lock(draft, table, ZDM_LOCK_ROW_EXCLUSIVE, ZDM_HELD_STATEMENT);
        ZDM_FIND(draft, DML_ROW_COUNT, .kind = "MERGE", .table = table);
        zdm_context_filled(draft->context, table);
    }
    return true;
}

void
zdm_query_changes(struct zdm_draft *draft, const PgQuery__Node *query)
{
    zdm_node_walk(query, see_change, draft);
    draft->fresh = false;
    zdm_query_reads(draft, query);
}

void
zdm_family_dml(struct zdm_draft *draft)
{
    zdm_query_changes(draft, draft->node);
}

/* set_config() may lead names elsewhere, as SET does. */
static bool
see_set_config(void *self, const ProtobufCMessage *message)
{
    bool *found = self;

    if (message->descriptor == &pg_query__func_call__descriptor) {
        const PgQuery__FuncCall *call = (const PgQuery__FuncCall *)message;
        *found |= strcmp(zdm_last_string(call->n_funcname, call->funcname), "set_config") == 0;
    }
    return !*found;
}

void
zdm_family_select(struct zdm_draft *draft)
{
    const PgQuery__SelectStmt *select = draft->node->select_stmt;

    bool sets = false;

    zdm_family_dml(draft);
    zdm_node_walk(draft->node, see_set_config, &sets);
    if (sets)
        zdm_context_renames_all(draft->context);
    if (select->into_clause) {
        const char *table = zdm_range_text(draft->arena, select->into_clause->rel);
        draft->st->kind = "SELECT INTO";
        zdm_context_created(draft->context, table, zdm_origin_of(select->into_clause->rel));
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
        zdm_query_changes(draft, stmt->query);
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
