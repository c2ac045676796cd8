#include "sql/sequence.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Back to what was true with so many facts. */
static void
forget_since(struct zdm_sequence *sequence, size_t n)
{
    while (sequence->tx.n_facts > n) {
        const struct zdm_tx_fact *fact = &sequence->facts[--sequence->tx.n_facts];
        *zdm_lookup_get(&sequence->by_key, fact->key) = fact->before;
    }
}

static void
begin_block(struct zdm_sequence *sequence, enum zdm_block block)
{
    sequence->block = block;
    sequence->mark = zdm_catalog_mark(sequence->catalog);
    sequence->begun = sequence->session;
    sequence->tx = (struct zdm_tx){.n_facts = 0};
}

static void
end_block(struct zdm_sequence *sequence, bool committed)
{
    while (sequence->n_savepoints)
        zdm_catalog_release(sequence->catalog, sequence->savepoints[--sequence->n_savepoints].mark);
    zdm_temporary_commit(sequence, committed);
    if (committed)
        zdm_catalog_release(sequence->catalog, sequence->mark);
    else
        zdm_catalog_rollback(sequence->catalog, sequence->mark);
    forget_since(sequence, 0);
    zdm_settings_end_transaction(sequence, committed);
    sequence->block = ZDM_BLOCK_NONE;
}

void
zdm_sequence_open(struct zdm_sequence *sequence, struct zdm_sql_context *context,
    const struct zdm_outlook *outlook, enum zdm_wrap wrap, bool several)
{
    *sequence = (struct zdm_sequence){.catalog = zdm_sql_context_catalog(context),
        .outlook = outlook,
        .arena = zdm_arena_new(),
        .alter.table = ZDM_BUF_INIT,
        .granted = SIZE_MAX,
        .one_string = wrap == ZDM_WRAP_SEVERAL && several};
    zdm_settings_open(sequence);
    zdm_grants_remember(sequence, SIZE_MAX);
    if (wrap == ZDM_WRAP_ALWAYS)
        begin_block(sequence, ZDM_BLOCK_WRAPPED);
    else if (sequence->one_string)
        begin_block(sequence, ZDM_BLOCK_STRING);
}

bool
zdm_sequence_in_transaction(const struct zdm_sequence *sequence)
{
    return sequence->block != ZDM_BLOCK_NONE || sequence->one_string;
}

void
zdm_sequence_judge(struct zdm_sequence *sequence, struct zdm_draft *draft)
{
    if (sequence->block == ZDM_BLOCK_NONE && sequence->tx.n_facts)
        forget_since(sequence, 0);
    zdm_transaction_rules(sequence, draft);
    zdm_timeout_rules(sequence, draft);
    zdm_repeat_rules(sequence, draft);
    if (sequence->tx.n_values)
        zdm_enum_use_rules(sequence, draft);
    if (sequence->tx.n_pending)
        zdm_pending_rules(sequence, draft);
    zdm_live_rules(sequence, draft);
}

static struct zdm_savepoint *
savepoint(struct zdm_sequence *sequence, const char *name)
{
    for (size_t i = sequence->n_savepoints; i > 0; i--)
        if (strcmp(sequence->savepoints[i - 1].name, name) == 0)
            return &sequence->savepoints[i - 1];
    return NULL;
}

/* Those behind it are gone; it goes too unless it is kept. */
static void
drop_savepoints(struct zdm_sequence *sequence, const struct zdm_savepoint *from, bool keep)
{
    size_t n = (size_t)(from - sequence->savepoints) + keep;

    while (sequence->n_savepoints > n)
        zdm_catalog_release(sequence->catalog, sequence->savepoints[--sequence->n_savepoints].mark);
}

static void
rollback_to(struct zdm_sequence *sequence, struct zdm_savepoint *to)
{
    drop_savepoints(sequence, to, true);
    zdm_catalog_rollback(sequence->catalog, to->mark);
    to->mark = zdm_catalog_mark(sequence->catalog);
    forget_since(sequence, to->tx.n_facts);
    sequence->tx = to->tx;
    zdm_settings_rollback_to(sequence, to);
}

static void
end_of_transaction(struct zdm_sequence *sequence, bool committed, bool chain)
{
    committed &= !sequence->tx.failed;
    if (sequence->block == ZDM_BLOCK_NONE) {
        if (!committed)
            zdm_catalog_settle(sequence->catalog);
        return;
    }
    end_block(sequence, committed);
    if (chain)
        begin_block(sequence, ZDM_BLOCK_EXPLICIT);
    else if (sequence->one_string) /* what follows in the string is one again */
        begin_block(sequence, ZDM_BLOCK_STRING);
}

static void
follow_control(struct zdm_sequence *sequence, const PgQuery__TransactionStmt *stmt)
{
    struct zdm_savepoint *found = savepoint(sequence, stmt->savepoint_name);

    switch (stmt->kind) {
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_BEGIN:
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_START:
        if (sequence->block == ZDM_BLOCK_NONE)
            begin_block(sequence, ZDM_BLOCK_EXPLICIT);
        else if (sequence->block == ZDM_BLOCK_STRING)
            sequence->block = ZDM_BLOCK_EXPLICIT;
        break;
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_COMMIT:
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_PREPARE:
        end_of_transaction(sequence, true, stmt->chain);
        break;
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK:
        end_of_transaction(sequence, false, stmt->chain);
        break;
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_SAVEPOINT:
        if (sequence->block == ZDM_BLOCK_NONE)
            break;
        sequence->savepoints =
            zdm_grow(sequence->savepoints, sequence->n_savepoints, sizeof *sequence->savepoints);
        sequence->savepoints[sequence->n_savepoints++] =
            (struct zdm_savepoint){.name = zdm_arena_strdup(sequence->arena, stmt->savepoint_name),
                .mark = zdm_catalog_mark(sequence->catalog),
                .tx = sequence->tx,
                .session = sequence->session,
                .now = sequence->now};
        break;
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_RELEASE:
        if (found)
            drop_savepoints(sequence, found, false);
        break;
    case PG_QUERY__TRANSACTION_STMT_KIND__TRANS_STMT_ROLLBACK_TO:
        if (found)
            rollback_to(sequence, found);
        else /* one that this text does not show */
            zdm_catalog_settle(sequence->catalog);
        break;
    default:
        break;
    }
}

void
zdm_sequence_follow(struct zdm_sequence *sequence, struct zdm_draft *draft, size_t i)
{
    if (draft->st->fails_with) {
        sequence->tx.failed |= sequence->block == ZDM_BLOCK_EXPLICIT;
        return;
    }
    if (draft->node->node_case == PG_QUERY__NODE__NODE_TRANSACTION_STMT) {
        bool open = sequence->block == ZDM_BLOCK_EXPLICIT;
        follow_control(sequence, draft->node->transaction_stmt);
        if (sequence->outlook && sequence->block == ZDM_BLOCK_EXPLICIT &&
            (!open || draft->node->transaction_stmt->chain) &&
            !zdm_outlook_ends(sequence->outlook, draft->st->offset))
            ZDM_FIND(draft, TX_UNCLOSED, .name = "");
        zdm_grants_remember(sequence, i);
        return;
    }
    zdm_settings_follow(sequence, draft);
    zdm_temporary_follow(sequence, draft);
    zdm_repeat_remember(sequence, draft);
    zdm_grants_remember(sequence, i);
    zdm_transaction_remember(sequence, draft);
}

bool
zdm_sequence_holds(const struct zdm_sequence *sequence)
{
    return sequence->granted != SIZE_MAX;
}

void
zdm_sequence_close(struct zdm_sequence *sequence)
{
    if (sequence->block != ZDM_BLOCK_NONE)
        end_block(sequence, true);
    zdm_temporary_drop_all(sequence);
    zdm_settings_close(sequence);
    zdm_lookup_release(&sequence->by_key);
    zdm_lookup_release(&sequence->stale);
    zdm_buf_release(&sequence->alter.table);
    free(sequence->dropped_by);
    free(sequence->facts);
    free(sequence->savepoints);
    free(sequence->on_commit);
    zdm_arena_free(sequence->arena);
}
