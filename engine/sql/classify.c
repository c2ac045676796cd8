#include "sql/classify.h"

#include <stdlib.h>
#include <string.h>

#include "sql/families.h"

/* Every statement the grammar has: what it is called and who knows it. NULL: nobody, verdict unknown. */
static const struct dispatch {
    PgQuery__Node__NodeCase node;
    const char *kind;
    void (*family)(struct zdm_draft *draft);
} dispatch[] = {
#define ON(node, kind, family)                                                                     \
    {                                                                                              \
        PG_QUERY__NODE__NODE_##node, kind, family                                                  \
    }
    ON(ALTER_TABLE_STMT, "ALTER TABLE", zdm_family_alter_table),
    ON(CREATE_STMT, "CREATE TABLE", zdm_family_create_table),
    ON(CREATE_FOREIGN_TABLE_STMT, "CREATE FOREIGN TABLE", zdm_family_create_table),
    ON(CREATE_TABLE_AS_STMT, "CREATE TABLE AS", zdm_family_create_as),
    ON(VIEW_STMT, "CREATE VIEW", zdm_family_view),
    ON(CREATE_SCHEMA_STMT, "CREATE SCHEMA", zdm_family_schema),
    ON(INDEX_STMT, "CREATE INDEX", zdm_family_index),
    ON(REINDEX_STMT, "REINDEX", zdm_family_reindex),
    ON(DROP_STMT, "DROP", zdm_family_drop),
    ON(DROPDB_STMT, "DROP DATABASE", zdm_family_drop_other),
    ON(DROP_TABLE_SPACE_STMT, "DROP TABLESPACE", zdm_family_drop_other),
    ON(DROP_SUBSCRIPTION_STMT, "DROP SUBSCRIPTION", zdm_family_drop_other),
    ON(DROP_ROLE_STMT, "DROP ROLE", zdm_family_drop_other),
    ON(DROP_OWNED_STMT, "DROP OWNED", zdm_family_drop_other),
    ON(TRUNCATE_STMT, "TRUNCATE", zdm_family_truncate),
    ON(RENAME_STMT, "ALTER RENAME", zdm_family_rename),
    ON(ALTER_OBJECT_SCHEMA_STMT, "ALTER SET SCHEMA", zdm_family_set_schema),
    ON(ALTER_OWNER_STMT, "ALTER OWNER", zdm_family_owner),
    ON(ALTER_ENUM_STMT, "ALTER TYPE", zdm_family_alter_enum),
    ON(CREATE_TRIG_STMT, "CREATE TRIGGER", zdm_family_trigger),
    ON(RULE_STMT, "CREATE RULE", zdm_family_rule),
    ON(CREATE_POLICY_STMT, "CREATE POLICY", zdm_family_policy),
    ON(ALTER_POLICY_STMT, "ALTER POLICY", zdm_family_policy),
    ON(COMMENT_STMT, "COMMENT", zdm_family_comment),
    ON(GRANT_STMT, "GRANT", zdm_family_grant),
    ON(GRANT_ROLE_STMT, "GRANT", zdm_family_grant),
    ON(ALTER_DOMAIN_STMT, "ALTER DOMAIN", zdm_family_domain),
    ON(ALTER_SEQ_STMT, "ALTER SEQUENCE", zdm_family_sequence),
    ON(CREATE_STATS_STMT, "CREATE STATISTICS", zdm_family_statistics),
    ON(CREATE_EXTENSION_STMT, "CREATE EXTENSION", zdm_family_extension),
    ON(ALTER_EXTENSION_STMT, "ALTER EXTENSION", zdm_family_extension),
    ON(CREATEDB_STMT, "CREATE DATABASE", zdm_family_no_transaction),
    ON(CREATE_TABLE_SPACE_STMT, "CREATE TABLESPACE", zdm_family_no_transaction),
    ON(ALTER_SYSTEM_STMT, "ALTER SYSTEM", zdm_family_no_transaction),
    ON(CREATE_SUBSCRIPTION_STMT, "CREATE SUBSCRIPTION", zdm_family_subscription),
    ON(INSERT_STMT, "INSERT", zdm_family_dml),
    ON(UPDATE_STMT, "UPDATE", zdm_family_dml),
    ON(DELETE_STMT, "DELETE", zdm_family_dml),
    ON(MERGE_STMT, "MERGE", zdm_family_dml),
    ON(SELECT_STMT, "SELECT", zdm_family_select),
    ON(COPY_STMT, "COPY", zdm_family_copy),
    ON(EXPLAIN_STMT, "EXPLAIN", zdm_family_explain),
    ON(VACUUM_STMT, "VACUUM", zdm_family_vacuum),
    ON(CLUSTER_STMT, "CLUSTER", zdm_family_cluster),
    ON(REFRESH_MAT_VIEW_STMT, "REFRESH MATERIALIZED VIEW", zdm_family_refresh),
    ON(LOCK_STMT, "LOCK TABLE", zdm_family_lock),
    ON(VARIABLE_SET_STMT, "SET", zdm_family_set),
    ON(TRANSACTION_STMT, "BEGIN", zdm_family_transaction),
    ON(DISCARD_STMT, "DISCARD", zdm_family_discard),
    ON(CREATE_FUNCTION_STMT, "CREATE FUNCTION", zdm_family_function),
    ON(ALTER_FUNCTION_STMT, "ALTER FUNCTION", zdm_family_alter_function),
    ON(CREATE_SEQ_STMT, "CREATE SEQUENCE", zdm_family_harmless),
    ON(CREATE_ENUM_STMT, "CREATE TYPE", zdm_family_harmless),
    ON(CREATE_RANGE_STMT, "CREATE TYPE", zdm_family_harmless),
    ON(COMPOSITE_TYPE_STMT, "CREATE TYPE", zdm_family_harmless),
    ON(CREATE_DOMAIN_STMT, "CREATE DOMAIN", zdm_family_harmless),
    ON(DEFINE_STMT, "CREATE", zdm_family_harmless),
    ON(CREATE_ROLE_STMT, "CREATE ROLE", zdm_family_harmless),
    ON(ALTER_DEFAULT_PRIVILEGES_STMT, "ALTER DEFAULT PRIVILEGES", zdm_family_harmless),
    ON(ALTER_STATS_STMT, "ALTER STATISTICS", zdm_family_harmless),
    ON(CREATE_PUBLICATION_STMT, "CREATE PUBLICATION", zdm_family_publication),
    ON(VARIABLE_SHOW_STMT, "SHOW", zdm_family_harmless),
    ON(CONSTRAINTS_SET_STMT, "SET CONSTRAINTS", zdm_family_harmless),
    ON(NOTIFY_STMT, "NOTIFY", zdm_family_harmless),
    ON(LISTEN_STMT, "LISTEN", zdm_family_harmless),
    ON(UNLISTEN_STMT, "UNLISTEN", zdm_family_harmless),
    ON(DEALLOCATE_STMT, "DEALLOCATE", zdm_family_harmless),
    ON(CLOSE_PORTAL_STMT, "CLOSE", zdm_family_harmless),
    ON(DO_STMT, "DO", NULL),
    ON(CALL_STMT, "CALL", NULL),
    ON(EXECUTE_STMT, "EXECUTE", NULL),
    ON(PREPARE_STMT, "PREPARE", NULL),
    ON(DECLARE_CURSOR_STMT, "DECLARE", NULL),
    ON(FETCH_STMT, "FETCH", NULL),
    ON(LOAD_STMT, "LOAD", NULL),
    ON(CHECK_POINT_STMT, "CHECKPOINT", NULL),
    ON(REASSIGN_OWNED_STMT, "REASSIGN OWNED", NULL),
    ON(ALTER_TYPE_STMT, "ALTER TYPE", NULL),
    ON(ALTER_ROLE_STMT, "ALTER ROLE", NULL),
    ON(ALTER_ROLE_SET_STMT, "ALTER ROLE", NULL),
    ON(ALTER_DATABASE_STMT, "ALTER DATABASE", NULL),
    ON(ALTER_DATABASE_SET_STMT, "ALTER DATABASE", NULL),
    ON(ALTER_PUBLICATION_STMT, "ALTER PUBLICATION", NULL),
    ON(ALTER_SUBSCRIPTION_STMT, "ALTER SUBSCRIPTION", NULL),
    ON(ALTER_TABLE_MOVE_ALL_STMT, "ALTER TABLE ALL IN TABLESPACE", NULL),
    ON(CREATE_EVENT_TRIG_STMT, "CREATE EVENT TRIGGER", NULL),
    ON(IMPORT_FOREIGN_SCHEMA_STMT, "IMPORT FOREIGN SCHEMA", NULL),
    ON(SEC_LABEL_STMT, "SECURITY LABEL", NULL),
#undef ON
};

void
zdm_family_harmless(struct zdm_draft *draft)
{
    (void)draft;
}

/* Errors make it unsafe; what is only unknown is not called unsafe, and never safe. */
static enum zdm_verdict
judge(const struct zdm_statement *st)
{
    enum zdm_verdict verdict = st->fails_with ? ZDM_VERDICT_UNSAFE : ZDM_VERDICT_SAFE;
    bool unknown = false;

    for (size_t i = 0; i < st->n_findings; i++) {
        const struct zdm_finding *finding = &st->findings[i];
        if (finding->severity == ZDM_SEVERITY_ERROR && finding->hazard == ZDM_HAZARD_UNKNOWN)
            unknown = true;
        else if (finding->severity == ZDM_SEVERITY_ERROR)
            verdict = ZDM_VERDICT_UNSAFE;
        else if (finding->severity == ZDM_SEVERITY_WARNING && verdict == ZDM_VERDICT_SAFE)
            verdict = ZDM_VERDICT_CAUTION;
    }
    return unknown && verdict != ZDM_VERDICT_UNSAFE ? ZDM_VERDICT_UNKNOWN : verdict;
}

static void
classify_one(struct zdm_draft *draft)
{
    const struct dispatch *row = NULL;

    for (size_t i = 0; i < sizeof dispatch / sizeof *dispatch && !row; i++)
        if (dispatch[i].node == draft->node->node_case)
            row = &dispatch[i];
    draft->st->kind = row ? row->kind : "statement";
    if (row && row->family)
        row->family(draft);
    else
        ZDM_FIND(draft, UNKNOWN_STATEMENT, .kind = row ? row->kind : "this kind of statement");
    if (draft->in_transaction && draft->held)
        zdm_draft_while_locked(draft);
    draft->st->verdict = judge(draft->st);
}

/* The first relation that the statement keeps locked against writes until the transaction ends. */
static const char *
locked_by(const struct zdm_statement *st)
{
    for (size_t i = 0; i < st->n_locks; i++)
        if (st->locks[i].mode >= ZDM_LOCK_SHARE)
            return st->locks[i].relation;
    return NULL;
}

/* Does the text itself begin or end a transaction here? */
static void
follow_transaction(const PgQuery__Node *node, struct zdm_sql_context *context, bool *in_transaction)
{
    if (node->node_case != PG_QUERY__NODE__NODE_TRANSACTION_STMT)
        return;
    switch (node->transaction_stmt->kind) {
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_BEGIN:
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_START:
        *in_transaction = true;
        break;
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK_TO:
        zdm_context_forget(context);
        break;
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK:
        zdm_context_forget(context);
        *in_transaction = node->transaction_stmt->chain;
        break;
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_COMMIT:
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_PREPARE:
        *in_transaction = node->transaction_stmt->chain;
        break;
    default:
        break;
    }
}

int
zdm_sql_classify_in(const char *text, enum zdm_wrap wrap, struct zdm_sql_context *context,
    struct zdm_parsed **out, struct zdm_err *err)
{
    struct zdm_sql_context *own = NULL;
    struct zdm_tree tree;

    if (zdm_tree_parse(text, &tree, err) < 0)
        return -1;
    if (!context)
        context = own = zdm_sql_context_new();

    struct zdm_parsed *parsed = zdm_alloc(sizeof *parsed);
    parsed->arena = zdm_arena_new();
    parsed->count = tree.parsed->n_stmts;
    parsed->statements = zdm_arena_alloc(parsed->arena, parsed->count * sizeof *parsed->statements);

    bool in_transaction =
        wrap == ZDM_WRAP_ALWAYS || (wrap == ZDM_WRAP_SEVERAL && parsed->count > 1);
    const char *held = NULL;
    for (size_t i = 0; i < parsed->count; i++) {
        struct zdm_statement *st = &parsed->statements[i];
        struct zdm_draft draft = {.st = st,
            .arena = parsed->arena,
            .tree = &tree,
            .node = tree.parsed->stmts[i]->stmt,
            .context = context,
            .catalog = zdm_sql_context_catalog(context),
            .pg_version = zdm_sql_context_version(context),
            .location = -1,
            .in_transaction = in_transaction,
            .held = held};
        size_t end;
        zdm_tree_extent(&tree, i, &st->offset, &end);
        st->sql = zdm_arena_strndup(parsed->arena, text + st->offset, end - st->offset);
        st->parsed = true;
        st->evidence = draft.catalog->complete ? ZDM_EVIDENCE_CATALOG : ZDM_EVIDENCE_ASSUMED;
        size_t mark = zdm_catalog_mark(draft.catalog);
        classify_one(&draft);
        if (st->fails_with)
            zdm_catalog_rollback(draft.catalog, mark);
        else
            zdm_catalog_release(draft.catalog, mark);
        follow_transaction(draft.node, context, &in_transaction);
        if (!in_transaction)
            held = NULL;
        else if (!held)
            held = locked_by(st);
    }
    zdm_context_end_text(context);
    zdm_sql_context_free(own);
    zdm_tree_release(&tree);
    *out = parsed;
    return 0;
}

int
zdm_sql_classify(
    const char *text, bool in_transaction, struct zdm_parsed **out, struct zdm_err *err)
{
    return zdm_sql_classify_in(
        text, in_transaction ? ZDM_WRAP_ALWAYS : ZDM_WRAP_NEVER, NULL, out, err);
}

void
zdm_parsed_free(struct zdm_parsed *parsed)
{
    if (!parsed)
        return;
    zdm_arena_free(parsed->arena);
    free(parsed);
}

enum zdm_lock_mode
zdm_statement_strongest(const struct zdm_statement *st)
{
    enum zdm_lock_mode strongest = ZDM_LOCK_NONE;

    for (size_t i = 0; i < st->n_locks; i++)
        if (st->locks[i].mode > strongest)
            strongest = st->locks[i].mode;
    return strongest;
}
