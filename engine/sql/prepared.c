/* Statements around a query: EXPLAIN, PREPARE, DECLARE CURSOR. */
#include "sql/families.h"

/* Locks and errors stay; what is said of running it does not hold. */
static void
plan_only(struct zdm_draft *draft, const PgQuery__Node *query)
{
    size_t n = draft->st->n_findings;
    bool fails = zdm_draft_failed(draft);

    zdm_query_plans(draft, query);
    if (!zdm_draft_failed(draft) || fails)
        draft->st->n_findings = n;
}

static const PgQuery__Node *
query_of(const PgQuery__Node *node)
{
    if (node->node_case == PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT)
        return node->create_table_as_stmt->query;
    if (node->node_case == PG_QUERY__NODE__NODE_DECLARE_CURSOR_STMT)
        return node->declare_cursor_stmt->query;
    return node;
}

void
zdm_family_explain(struct zdm_draft *draft)
{
    const PgQuery__ExplainStmt *stmt = draft->node->explain_stmt;
    PgQuery__Node *node = draft->node;

    if (!zdm_option_is_on(stmt->n_options, stmt->options, "analyze")) {
        if (query_of(stmt->query)->node_case == PG_QUERY__NODE__NODE_EXECUTE_STMT)
            ZDM_FIND(draft, UNKNOWN_STATEMENT, .kind = "the prepared statement");
        else
            plan_only(draft, query_of(stmt->query));
        return;
    }
    /* It runs its statement. */
    draft->node = stmt->query;
    zdm_classify_node(draft);
    draft->node = node;
    draft->st->kind = "EXPLAIN";
}

void
zdm_family_prepare(struct zdm_draft *draft)
{
    plan_only(draft, draft->node->prepare_stmt->query);
}

void
zdm_family_declare(struct zdm_draft *draft)
{
    enum { SCROLL = 0x0002, HOLD = 0x0020 }; /* CURSOR_OPT_SCROLL and so on of the server */
    const PgQuery__DeclareCursorStmt *stmt = draft->node->declare_cursor_stmt;

    if (stmt->query->node_case == PG_QUERY__NODE__NODE_SELECT_STMT &&
        stmt->query->select_stmt->n_locking_clause && (stmt->options & (SCROLL | HOLD)))
        zdm_draft_fails(
            draft, "0A000", "a cursor FOR UPDATE can have neither SCROLL nor WITH HOLD");

    zdm_query_changes(draft, stmt->query);
    if (draft->script && !draft->in_transaction && !(stmt->options & HOLD))
        zdm_draft_fails(draft, "25P01", "DECLARE CURSOR can only be used in transaction blocks");
}
