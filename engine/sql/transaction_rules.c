/* What is wrong with a statement because of the transaction that it stands in. */
#include <string.h>

#include "sql/sequence.h"

/* --- BEGIN, COMMIT and the like --- */

static void
nested(struct zdm_draft *draft, const char *what)
{
    ZDM_FIND(draft, TX_NESTED, .kind = draft->st->kind, .name = what);
}

static void
control(struct zdm_sequence *sequence, struct zdm_draft *draft)
{
    const PgQuery__TransactionStmt *stmt = draft->node->transaction_stmt;
    bool found = false;

    for (size_t i = 0; i < sequence->n_savepoints; i++)
        found |= strcmp(sequence->savepoints[i].name, stmt->savepoint_name) == 0;
    switch (stmt->kind) {
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_BEGIN:
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_START:
        if (sequence->block == ZDM_BLOCK_EXPLICIT)
            nested(draft, "a transaction is open already, and transactions do not nest");
        else if (sequence->block == ZDM_BLOCK_WRAPPED)
            nested(draft, "whoever runs this text has begun a transaction already");
        break;
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_COMMIT:
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK:
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_PREPARE:
        if (sequence->block == ZDM_BLOCK_NONE && draft->script)
            nested(draft, "no transaction is open");
        else if (sequence->block == ZDM_BLOCK_WRAPPED)
            nested(draft, "it ends the transaction of whoever runs this text");
        break;
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_SAVEPOINT:
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_RELEASE:
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK_TO:
        if (!draft->script) /* of a plan: refused anyhow */
            break;
        if (sequence->block == ZDM_BLOCK_NONE || sequence->block == ZDM_BLOCK_STRING)
            zdm_draft_fails(
                draft, "25P01", "%s can only be used in transaction blocks", draft->st->kind);
        else if (!found && stmt->kind != PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_SAVEPOINT)
            zdm_draft_fails(draft, "3B001", "savepoint %s does not exist",
                zdm_ident_text(draft->arena, stmt->savepoint_name));
        break;
    default:
        break;
    }
}

/* --- While something is locked --- */

static bool
changes_rows(const struct zdm_draft *draft)
{
    switch (draft->node->node_case) {
    case PG_QUERY__NODE__NODE_UPDATE_STMT:
    case PG_QUERY__NODE__NODE_DELETE_STMT:
    case PG_QUERY__NODE__NODE_MERGE_STMT:
    case PG_QUERY__NODE__NODE_INSERT_STMT:
        return true;
    case PG_QUERY__NODE__NODE_COPY_STMT:
        return draft->node->copy_stmt->is_from;
    default:
        return false;
    }
}

/* Rows that stand in the text are soon written. */
static bool
is_short_insert(const struct zdm_draft *draft)
{
    const PgQuery__Node *node = draft->node;

    return node->node_case == PG_QUERY__NODE__NODE_INSERT_STMT &&
           (!node->insert_stmt->select_stmt ||
               (node->insert_stmt->select_stmt->node_case == PG_QUERY__NODE__NODE_SELECT_STMT &&
                   node->insert_stmt->select_stmt->select_stmt->n_values_lists)) &&
           !node->insert_stmt->with_clause;
}

static bool
takes_time(const struct zdm_statement *st)
{
    for (size_t i = 0; i < st->n_locks; i++)
        if (st->locks[i].held != ZDM_HELD_BRIEF)
            return true;
    return false;
}

static bool
has_errors(const struct zdm_statement *st)
{
    for (size_t i = 0; i < st->n_findings; i++)
        if (st->findings[i].severity == ZDM_SEVERITY_ERROR)
            return true;
    return false;
}

static const char *
shut_out(const struct zdm_sequence *sequence)
{
    return sequence->tx.exclusive ? "everybody" : "writers";
}

/* A constraint's place among the facts. */
static const char *
unproved_name(struct zdm_draft *draft, const PgQuery__RangeVar *table, const char *constraint)
{
    return zdm_arena_strf(
        draft->arena, "%s %s", zdm_tx_name(draft, table), zdm_ident_text(draft->arena, constraint));
}

/* ALTER TABLE ... VALIDATE CONSTRAINT: the sub-command, or NULL. */
static const PgQuery__AlterTableCmd *
validation(const PgQuery__Node *node)
{
    if (node->node_case != PG_QUERY__NODE__NODE_ALTER_TABLE_STMT)
        return NULL;
    for (size_t i = 0; i < node->alter_table_stmt->n_cmds; i++) {
        const PgQuery__AlterTableCmd *cmd = node->alter_table_stmt->cmds[i]->alter_table_cmd;
        if (cmd->subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_ValidateConstraint)
            return cmd;
    }
    return NULL;
}

/* True when it had something to say. */
static bool
validates(struct zdm_sequence *sequence, struct zdm_draft *draft)
{
    const PgQuery__AlterTableCmd *cmd = validation(draft->node);

    if (!cmd || !draft->st->n_scans)
        return false;
    const PgQuery__RangeVar *table = draft->node->alter_table_stmt->relation;
    if (zdm_tx_recall(sequence, ZDM_TX_UNPROVED, unproved_name(draft, table, cmd->name)) >= 0) {
        ZDM_FIND(draft, TX_VALIDATE_SAME_TX, .table = zdm_range_text(draft->arena, table),
            .name = zdm_ident_text(draft->arena, cmd->name), .other = shut_out(sequence));
        return true;
    }
    zdm_draft_escalate(draft, ZDM_FIND(draft, TX_STATEMENT_AFTER_AX, .kind = draft->st->kind,
                                  .table = sequence->tx.strong, .other = shut_out(sequence)));
    return true;
}

static void
while_locked(struct zdm_sequence *sequence, struct zdm_draft *draft)
{
    const struct zdm_statement *st = draft->st;

    /* Bad enough without the lock. */
    if (has_errors(st) || validates(sequence, draft) || !takes_time(st) || is_short_insert(draft))
        return;
    if (changes_rows(draft))
        ZDM_FIND(draft, DML_WITH_DDL, .kind = st->kind, .table = sequence->tx.strong,
            .other = shut_out(sequence));
    else
        ZDM_FIND(draft, TX_STATEMENT_AFTER_AX, .kind = st->kind, .table = sequence->tx.strong,
            .other = shut_out(sequence));
}

/* Another table is locked beside the first one. */
static void
several_tables(struct zdm_sequence *sequence, struct zdm_draft *draft)
{
    const struct zdm_statement *st = draft->st;

    for (size_t i = 0; i < st->n_locks && !sequence->tx.told_several; i++) {
        const struct zdm_lock *lock = &st->locks[i];
        if (lock->mode < ZDM_LOCK_SHARE ||
            zdm_tx_recall(sequence, ZDM_TX_LOCK, lock->relation) >= ZDM_LOCK_SHARE)
            continue;
        ZDM_FIND(draft, TX_MULTI_TABLE, .table = lock->relation, .other = sequence->tx.strong);
        sequence->tx.told_several = true;
    }
}

/* --- Foreign keys --- */

struct keys {
    struct zdm_sequence *sequence;
    struct zdm_draft *draft;
    size_t n;         /* new ones to tables that were there before, each counted once */
    const char *last; /* the table that the last of them points to */
};

static bool
see_key(void *self, const ProtobufCMessage *message)
{
    struct keys *keys = self;
    const PgQuery__Constraint *constraint = (const PgQuery__Constraint *)message;

    if (message->descriptor != &pg_query__constraint__descriptor)
        return true;
    if (constraint->contype != PG_QUERY__CONSTR_TYPE__CONSTR_FOREIGN || !constraint->pktable)
        return false;
    const char *to = zdm_tx_name(keys->draft, constraint->pktable);
    bool locked = false;
    for (size_t i = 0; i < keys->draft->st->n_locks && !locked; i++)
        locked = strcmp(keys->draft->st->locks[i].relation, to) == 0;
    if (locked && zdm_tx_recall(keys->sequence, ZDM_TX_KEY, to) < 0) {
        zdm_tx_remember(keys->sequence, ZDM_TX_KEY, to, 1);
        keys->sequence->tx.n_keys++;
        keys->n++;
        keys->last = to;
    }
    return false;
}

static void
foreign_keys(struct zdm_sequence *sequence, struct zdm_draft *draft)
{
    struct keys keys = {.sequence = sequence, .draft = draft};
    bool locks = false; /* as a foreign key does */

    for (size_t i = 0; i < draft->st->n_locks; i++)
        locks |= draft->st->locks[i].mode >= ZDM_LOCK_SHARE_ROW_EXCLUSIVE;
    if (!locks)
        return;
    if (draft->node->node_case != PG_QUERY__NODE__NODE_ALTER_TABLE_STMT &&
        draft->node->node_case != PG_QUERY__NODE__NODE_CREATE_STMT)
        return;
    zdm_node_walk(draft->node, see_key, &keys);
    if (keys.n && sequence->tx.n_keys > 1)
        ZDM_FIND(draft, ADD_MULTIPLE_FKS, .other = keys.last);
}

void
zdm_transaction_rules(struct zdm_sequence *sequence, struct zdm_draft *draft)
{
    draft->fresh = false;
    if (draft->node->node_case == PG_QUERY__NODE__NODE_TRANSACTION_STMT) {
        control(sequence, draft);
        return;
    }
    if (zdm_draft_failed(draft))
        return;
    foreign_keys(sequence, draft);
    if (sequence->block == ZDM_BLOCK_NONE) {
        sequence->tx.n_keys = 0;
        return;
    }
    if (!sequence->tx.strong)
        return;
    while_locked(sequence, draft);
    several_tables(sequence, draft);
}

/* --- For what comes behind it --- */

static void
remember_constraints(struct zdm_sequence *sequence, struct zdm_draft *draft)
{
    const PgQuery__AlterTableStmt *stmt = draft->node->alter_table_stmt;

    for (size_t i = 0; i < stmt->n_cmds; i++) {
        const PgQuery__AlterTableCmd *cmd = stmt->cmds[i]->alter_table_cmd;
        if (cmd->subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_AddConstraint && cmd->def &&
            cmd->def->node_case == PG_QUERY__NODE__NODE_CONSTRAINT &&
            cmd->def->constraint->skip_validation && cmd->def->constraint->conname[0])
            zdm_tx_remember(sequence, ZDM_TX_UNPROVED,
                unproved_name(draft, stmt->relation, cmd->def->constraint->conname), 1);
    }
}

void
zdm_transaction_remember(struct zdm_sequence *sequence, struct zdm_draft *draft)
{
    const struct zdm_statement *st = draft->st;
    const PgQuery__Node *node = draft->node;

    if (sequence->block == ZDM_BLOCK_NONE)
        return;
    for (size_t i = 0; i < st->n_locks; i++) {
        const struct zdm_lock *lock = &st->locks[i];
        if (lock->mode < ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE ||
            zdm_tx_recall(sequence, ZDM_TX_LOCK, lock->relation) >= (int)lock->mode)
            continue;
        const char *name = zdm_tx_remember(sequence, ZDM_TX_LOCK, lock->relation, (int)lock->mode);
        if (lock->mode >= ZDM_LOCK_SHARE && !sequence->tx.strong)
            sequence->tx.strong = name;
        if (lock->mode == ZDM_LOCK_ACCESS_EXCLUSIVE && !sequence->tx.exclusive)
            sequence->tx.exclusive = name;
    }
    if (node->node_case == PG_QUERY__NODE__NODE_ALTER_TABLE_STMT)
        remember_constraints(sequence, draft);
    else if (node->node_case == PG_QUERY__NODE__NODE_CREATE_ENUM_STMT)
        zdm_tx_remember(sequence, ZDM_TX_TYPE,
            zdm_list_text(draft->arena, node->create_enum_stmt->n_type_name,
                node->create_enum_stmt->type_name),
            1);
    zdm_enum_use_remember(sequence, draft);
    zdm_pending_remember(sequence, draft);
}
