#include "sql/classify.h"

#include <stdlib.h>
#include <string.h>

#include "sql/families.h"
#include "sql/grammar.h"
#include "sql/named.h"
#include "sql/row_question.h"

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
    ON(CREATE_SEQ_STMT, "CREATE SEQUENCE", zdm_family_create_sequence),
    ON(CREATE_ENUM_STMT, "CREATE TYPE", zdm_family_create_enum),
    ON(CREATE_RANGE_STMT, "CREATE TYPE", zdm_family_create_range),
    ON(COMPOSITE_TYPE_STMT, "CREATE TYPE", zdm_family_create_composite),
    ON(CREATE_DOMAIN_STMT, "CREATE DOMAIN", zdm_family_create_domain),
    ON(DEFINE_STMT, "CREATE", zdm_family_define),
    ON(CREATE_ROLE_STMT, "CREATE ROLE", zdm_family_harmless),
    ON(ALTER_DEFAULT_PRIVILEGES_STMT, "ALTER DEFAULT PRIVILEGES", zdm_family_default_privileges),
    ON(ALTER_STATS_STMT, "ALTER STATISTICS", zdm_family_alter_statistics),
    ON(CREATE_PUBLICATION_STMT, "CREATE PUBLICATION", zdm_family_publication),
    ON(VARIABLE_SHOW_STMT, "SHOW", zdm_family_harmless),
    ON(CONSTRAINTS_SET_STMT, "SET CONSTRAINTS", zdm_family_harmless),
    ON(NOTIFY_STMT, "NOTIFY", zdm_family_harmless),
    ON(LISTEN_STMT, "LISTEN", zdm_family_harmless),
    ON(UNLISTEN_STMT, "UNLISTEN", zdm_family_harmless),
    ON(DEALLOCATE_STMT, "DEALLOCATE", zdm_family_harmless),
    ON(CLOSE_PORTAL_STMT, "CLOSE", zdm_family_harmless),
    ON(DO_STMT, "DO", NULL),
    ON(CALL_STMT, "CALL", zdm_family_call),
    ON(EXECUTE_STMT, "EXECUTE", NULL),
    ON(PREPARE_STMT, "PREPARE", zdm_family_prepare),
    ON(DECLARE_CURSOR_STMT, "DECLARE", zdm_family_declare),
    ON(FETCH_STMT, "FETCH", zdm_family_harmless),
    ON(LOAD_STMT, "LOAD", NULL),
    ON(CHECK_POINT_STMT, "CHECKPOINT", zdm_family_harmless),
    ON(REASSIGN_OWNED_STMT, "REASSIGN OWNED", zdm_family_reassign),
    ON(ALTER_TYPE_STMT, "ALTER TYPE", zdm_family_harmless),
    ON(ALTER_ROLE_STMT, "ALTER ROLE", zdm_family_role),
    ON(ALTER_ROLE_SET_STMT, "ALTER ROLE", zdm_family_default_setting),
    ON(ALTER_DATABASE_STMT, "ALTER DATABASE", zdm_family_alter_database),
    ON(ALTER_DATABASE_SET_STMT, "ALTER DATABASE", zdm_family_default_setting),
    ON(ALTER_PUBLICATION_STMT, "ALTER PUBLICATION", zdm_family_alter_publication),
    ON(ALTER_SUBSCRIPTION_STMT, "ALTER SUBSCRIPTION", zdm_family_alter_subscription),
    ON(ALTER_TABLE_MOVE_ALL_STMT, "ALTER TABLE ALL IN TABLESPACE", zdm_family_move_all),
    ON(CREATE_EVENT_TRIG_STMT, "CREATE EVENT TRIGGER", zdm_family_event_trigger),
    ON(IMPORT_FOREIGN_SCHEMA_STMT, "IMPORT FOREIGN SCHEMA", zdm_family_import),
    ON(SEC_LABEL_STMT, "SECURITY LABEL", zdm_family_label),
    ON(ALTER_EVENT_TRIG_STMT, "ALTER EVENT TRIGGER", zdm_family_event_trigger),
    ON(ALTER_EXTENSION_CONTENTS_STMT, "ALTER EXTENSION", zdm_family_extension_member),
    ON(ALTER_OBJECT_DEPENDS_STMT, "ALTER DEPENDS ON EXTENSION", zdm_family_depends),
    ON(DROP_USER_MAPPING_STMT, "DROP USER MAPPING", zdm_family_drop_other),
    ON(CREATE_USER_MAPPING_STMT, "CREATE USER MAPPING", zdm_family_harmless),
    ON(ALTER_USER_MAPPING_STMT, "ALTER USER MAPPING", zdm_family_harmless),
    ON(CREATE_FDW_STMT, "CREATE FOREIGN DATA WRAPPER", zdm_family_harmless),
    ON(ALTER_FDW_STMT, "ALTER FOREIGN DATA WRAPPER", zdm_family_harmless),
    ON(CREATE_FOREIGN_SERVER_STMT, "CREATE SERVER", zdm_family_harmless),
    ON(ALTER_FOREIGN_SERVER_STMT, "ALTER SERVER", zdm_family_harmless),
    ON(CREATE_CONVERSION_STMT, "CREATE CONVERSION", zdm_family_harmless),
    ON(CREATE_CAST_STMT, "CREATE CAST", zdm_family_harmless),
    ON(CREATE_OP_CLASS_STMT, "CREATE OPERATOR CLASS", zdm_family_harmless),
    ON(CREATE_OP_FAMILY_STMT, "CREATE OPERATOR FAMILY", zdm_family_harmless),
    ON(ALTER_OP_FAMILY_STMT, "ALTER OPERATOR FAMILY", zdm_family_harmless),
    ON(ALTER_OPERATOR_STMT, "ALTER OPERATOR", zdm_family_harmless),
    ON(ALTER_COLLATION_STMT, "ALTER COLLATION", zdm_family_harmless),
    ON(ALTER_TSDICTIONARY_STMT, "ALTER TEXT SEARCH DICTIONARY", zdm_family_harmless),
    ON(ALTER_TSCONFIGURATION_STMT, "ALTER TEXT SEARCH CONFIGURATION", zdm_family_harmless),
    ON(CREATE_TRANSFORM_STMT, "CREATE TRANSFORM", zdm_family_harmless),
    ON(CREATE_AM_STMT, "CREATE ACCESS METHOD", zdm_family_harmless),
    ON(CREATE_PLANG_STMT, "CREATE LANGUAGE", zdm_family_harmless),
    ON(ALTER_TABLE_SPACE_OPTIONS_STMT, "ALTER TABLESPACE", zdm_family_harmless),
    ON(ALTER_DATABASE_REFRESH_COLL_STMT, "ALTER DATABASE", zdm_family_harmless),
#undef ON
};

void
zdm_family_harmless(struct zdm_draft *draft)
{
    (void)draft;
}

/* What this PostgreSQL does not have yet, or the families do not know. */
static bool
is_beyond(struct zdm_draft *draft)
{
    struct zdm_newer newer;

    if (!zdm_grammar_newer(draft->node, draft->pg_version, &newer))
        return false;
    bool lacks = draft->pg_version && draft->pg_version < newer.since;
    if (!lacks && newer.known)
        return false;
    if (lacks && newer.sqlstate) {
        zdm_draft_fails(
            draft, newer.sqlstate, "PostgreSQL %d has no %s", draft->pg_version, newer.words);
        for (size_t i = 0; i < draft->st->n_findings; i++)
            if (strcmp(draft->st->findings[i].rule, "fail-certain") == 0)
                draft->st->findings[i].hint = zdm_not_null_in_words(draft->arena, draft->node);
    } else {
        ZDM_FIND(draft, UNKNOWN_STATEMENT, .kind = newer.words);
        zdm_draft_uncertain(draft);
    }
    return true;
}

/* A chunk hangs on a hypertable. */
static const struct zdm_relation *
managed(const struct zdm_relation *relation)
{
    for (size_t i = 0; !relation->managed_by && i < relation->parents.n; i++)
        if (relation->parents.items[i]->managed_by)
            return relation->parents.items[i];
    return relation;
}

/* What an extension does with its own tables is not what PostgreSQL does. */
static void
tell_managed(struct zdm_draft *draft)
{
    if (!draft->changed || zdm_draft_failed(draft))
        return;
    const struct zdm_relation *relation = managed(draft->changed);
    const char *name = zdm_draft_name(draft, relation), *extension = relation->managed_by, *as;
    if (extension) {
        as = zdm_arena_strf(draft->arena, "is %s of extension %s", relation->managed_as, extension);
    } else if ((extension = relation->extension)) {
        as = zdm_arena_strf(draft->arena, "belongs to extension %s", extension);
    } else if ((extension = draft->catalog->unread_manager)) {
        as = zdm_arena_strf(
            draft->arena, "may be managed by extension %s, whose tables cannot be read", extension);
    } else {
        return;
    }
    zdm_draft_assume(draft);
    ZDM_FIND(draft, EXTENSION_MANAGED, .table = name, .other = as);
}

void
zdm_classify_node(struct zdm_draft *draft)
{
    const struct dispatch *row = NULL;

    for (size_t i = 0; i < sizeof dispatch / sizeof *dispatch && !row; i++)
        if (dispatch[i].node == draft->node->node_case)
            row = &dispatch[i];
    draft->st->kind = row ? row->kind : "statement";
    if (is_beyond(draft))
        return;
    zdm_rights_check(draft);
    zdm_row_questions(draft);
    if (row && row->family)
        row->family(draft);
    else
        zdm_family_unseen(draft);
    zdm_named_check(draft);
    tell_managed(draft);
    zdm_row_questions_follow(draft);
}

void
zdm_parsed_free(struct zdm_parsed *parsed)
{
    if (!parsed)
        return;
    zdm_arena_free(parsed->arena);
    free(parsed->statements);
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
