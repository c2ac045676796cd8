/* How long a statement may wait for its locks, as far as the text and the role say. */
#include <string.h>
#include <strings.h>

#include "sql/families.h"
#include "sql/sequence.h"

enum {
    LONG_LOCK = 30 * 1000,            /* so long nobody should queue behind one that waits */
    SHORT_LOCK = 10 * 60 * 1000,      /* CONCURRENTLY waits for every older transaction */
    SHORT_STATEMENT = 30 * 60 * 1000, /* and goes over the table twice */
};

static const char *
duration(struct zdm_arena *arena, int64_t ms)
{
    if (ms % 60000 == 0)
        return zdm_arena_strf(arena, "%lld min", (long long)(ms / 60000));
    if (ms % 1000 == 0)
        return zdm_arena_strf(arena, "%lld s", (long long)(ms / 1000));
    return zdm_arena_strf(arena, "%lld ms", (long long)ms);
}

bool
zdm_is_concurrent(const PgQuery__Node *node)
{
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_INDEX_STMT:
        return node->index_stmt->concurrent;
    case PG_QUERY__NODE__NODE_DROP_STMT:
        return node->drop_stmt->concurrent;
    case PG_QUERY__NODE__NODE_REINDEX_STMT:
        return zdm_option_is_on(
            node->reindex_stmt->n_params, node->reindex_stmt->params, "concurrently");
    case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT:
        for (size_t i = 0; i < node->alter_table_stmt->n_cmds; i++) {
            const PgQuery__AlterTableCmd *cmd = node->alter_table_stmt->cmds[i]->alter_table_cmd;
            if (cmd->subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_DetachPartition && cmd->def &&
                cmd->def->node_case == PG_QUERY__NODE__NODE_PARTITION_CMD &&
                cmd->def->partition_cmd->concurrent)
                return true;
        }
        return false;
    default:
        return false;
    }
}

static void
concurrent(struct zdm_sequence *sequence, struct zdm_draft *draft)
{
    const struct zdm_timeouts *now = &sequence->now;

    if (now->lock > 0 && now->lock < SHORT_LOCK)
        ZDM_FIND(draft, CIC_LOCK_TIMEOUT, .kind = draft->st->kind, .name = "lock_timeout",
            .other = duration(draft->arena, now->lock));
    if (now->statement > 0 && now->statement < SHORT_STATEMENT)
        ZDM_FIND(draft, CIC_LOCK_TIMEOUT, .kind = draft->st->kind, .name = "statement_timeout",
            .other = duration(draft->arena, now->statement));
}

static const char *
first_blocked(const struct zdm_statement *st)
{
    for (size_t i = 0; i < st->n_locks; i++)
        if (st->locks[i].mode >= ZDM_LOCK_SHARE)
            return st->locks[i].relation;
    return NULL;
}

static void
blocking(struct zdm_sequence *sequence, struct zdm_draft *draft, const char *table)
{
    const struct zdm_timeouts *now = &sequence->now;
    const char *kind = draft->st->kind;

    if (!sequence->blocked && now->statement <= 0)
        ZDM_FIND(draft, STATEMENT_TIMEOUT_MISSING, .kind = kind);
    sequence->blocked = true;
    if (sequence->timeout_told)
        return;
    if (sequence->timeout_set && now->lock == 0)
        ZDM_FIND(draft, LOCK_TIMEOUT_ZERO, .kind = kind, .table = table);
    else if (now->lock <= 0)
        ZDM_FIND(draft, LOCK_TIMEOUT_MISSING, .kind = kind, .table = table);
    else if (now->lock > LONG_LOCK)
        ZDM_FIND(draft, LOCK_TIMEOUT_LONG, .kind = kind, .table = table,
            .other = duration(draft->arena, now->lock));
    sequence->timeout_told = true;
}

static bool
sets(const struct zdm_draft *draft, const char *name)
{
    const PgQuery__VariableSetStmt *stmt = draft->node->variable_set_stmt;

    return draft->node->node_case == PG_QUERY__NODE__NODE_VARIABLE_SET_STMT &&
           stmt->kind == PG_QUERY__VARIABLE_SET_KIND__VAR_SET_VALUE &&
           strcasecmp(stmt->name, name) == 0;
}

void
zdm_timeout_rules(struct zdm_sequence *sequence, struct zdm_draft *draft)
{
    const char *table = first_blocked(draft->st);

    if (!draft->script || zdm_draft_failed(draft)) /* zdm run sets them itself */
        return;
    sequence->idle_set |= sets(draft, "idle_in_transaction_session_timeout");
    sequence->name_set |= sets(draft, "application_name");
    if (sequence->blocked && !sequence->timeout_set && sets(draft, "lock_timeout"))
        ZDM_FIND(draft, LOCK_TIMEOUT_AFTER, .name = "");
    if (draft->st->transaction_control && strcmp(draft->st->kind, "BEGIN") == 0 &&
        !sequence->idle_set) {
        ZDM_FIND(draft, IDLE_TIMEOUT_MISSING, .name = "");
        sequence->idle_set = true; /* once */
    }
    if (draft->st->n_locks && !sequence->name_set) {
        ZDM_FIND(draft, APPLICATION_NAME_MISSING, .name = "");
        sequence->name_set = true;
    }
    if (draft->st->transaction == ZDM_TX_FORBIDDEN && zdm_is_concurrent(draft->node))
        concurrent(sequence, draft);
    else if (table)
        blocking(sequence, draft, table);
}
