#include <string.h>

#include "sql/style.h"

static void
exists(struct zdm_draft *draft, const char *kind, bool missing_ok, const char *clause)
{
    if (!missing_ok && !draft->in_transaction)
        ZDM_FIND(draft, STYLE_IF_EXISTS, .kind = kind, .name = clause);
}

/* CREATE: without IF NOT EXISTS it fails the second time, with it the first may have been another. */
static void
create(struct zdm_draft *draft, const char *thing, bool if_not_exists)
{
    const char *kind = draft->st->kind;

    exists(draft, kind, if_not_exists, "IF NOT EXISTS");
    if (if_not_exists)
        ZDM_FIND(draft, STYLE_IF_NOT_EXISTS, .kind = kind, .name = thing);
}

static void
alter_table(struct zdm_draft *draft, const PgQuery__AlterTableStmt *stmt)
{
    for (size_t i = 0; i < stmt->n_cmds; i++) {
        const PgQuery__AlterTableCmd *cmd = stmt->cmds[i]->alter_table_cmd;
        switch (cmd->subtype) {
        case PG_QUERY__ALTER_TABLE_TYPE__AT_AddColumn:
            exists(draft, "ADD COLUMN", cmd->missing_ok, "IF NOT EXISTS");
            break;
        case PG_QUERY__ALTER_TABLE_TYPE__AT_DropColumn:
            exists(draft, "DROP COLUMN", cmd->missing_ok, "IF EXISTS");
            break;
        case PG_QUERY__ALTER_TABLE_TYPE__AT_DropConstraint:
            exists(draft, "DROP CONSTRAINT", cmd->missing_ok, "IF EXISTS");
            break;
        default:
            break;
        }
    }
}

void
zdm_style_repeat(struct zdm_draft *draft)
{
    const PgQuery__Node *node = draft->node;

    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_CREATE_STMT:
        create(draft, "table", node->create_stmt->if_not_exists);
        break;
    case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT:
        create(draft, "relation", node->create_table_as_stmt->if_not_exists);
        break;
    case PG_QUERY__NODE__NODE_CREATE_SEQ_STMT:
        create(draft, "sequence", node->create_seq_stmt->if_not_exists);
        break;
    case PG_QUERY__NODE__NODE_CREATE_SCHEMA_STMT:
        create(draft, "schema", node->create_schema_stmt->if_not_exists);
        break;
    case PG_QUERY__NODE__NODE_INDEX_STMT:
        /* What a failed CONCURRENTLY leaves behind has a rule of its own. */
        if (!node->index_stmt->concurrent)
            create(draft, "index", node->index_stmt->if_not_exists);
        break;
    case PG_QUERY__NODE__NODE_DROP_STMT:
        exists(draft, draft->st->kind, node->drop_stmt->missing_ok, "IF EXISTS");
        break;
    case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT:
        alter_table(draft, node->alter_table_stmt);
        break;
    default:
        break;
    }
}
