/* What several statements do to one table: each waits for its lock, and its statistics grow old. */
#include <string.h>

#include "sql/families.h"
#include "sql/sequence.h"

enum { OFTEN = 3 };

/* Locked against writes by this statement, and not by the transaction before. */
static void
waits(struct zdm_sequence *sequence, struct zdm_draft *draft)
{
    const struct zdm_statement *st = draft->st;

    for (size_t i = 0; i < st->n_locks; i++) {
        const struct zdm_lock *lock = &st->locks[i];
        if (lock->mode < ZDM_LOCK_SHARE ||
            zdm_tx_recall(sequence, ZDM_TX_LOCK, lock->relation) >= ZDM_LOCK_SHARE)
            continue;
        if (zdm_sql_context_count_wait(draft->context, lock->relation) == OFTEN)
            ZDM_FIND(draft, SEQ_CUMULATIVE_LOCK, .table = lock->relation,
                .name = zdm_arena_strf(draft->arena, "%d", OFTEN));
    }
}

/* ALTER TABLE that takes a moment: the table and the lock; NULL: it is another statement. */
static const struct zdm_lock *
brief_alter(const struct zdm_draft *draft)
{
    const struct zdm_statement *st = draft->st;

    if (draft->node->node_case != PG_QUERY__NODE__NODE_ALTER_TABLE_STMT || st->n_locks != 1 ||
        st->locks[0].held != ZDM_HELD_BRIEF || zdm_draft_failed(draft))
        return NULL;
    return &st->locks[0];
}

void
zdm_repeat_rules(struct zdm_sequence *sequence, struct zdm_draft *draft)
{
    const struct zdm_lock *alter = brief_alter(draft);

    if (!draft->script || zdm_draft_failed(draft))
        return;
    waits(sequence, draft);
    if (alter && sequence->alter.mode == alter->mode &&
        strcmp(sequence->alter.table.s, alter->relation) == 0)
        ZDM_FIND(draft, TX_COMBINABLE, .table = alter->relation);
    zdm_buf_clear(&sequence->alter.table);
    zdm_buf_add(&sequence->alter.table, alter ? alter->relation : "");
    sequence->alter.mode = alter ? alter->mode : ZDM_LOCK_NONE;
}

/* The table most of whose rows a statement writes, or NULL. */
static const PgQuery__RangeVar *
filled(const struct zdm_draft *draft)
{
    const PgQuery__Node *node = draft->node;
    bool many = false;

    for (size_t i = 0; i < draft->st->n_findings; i++) {
        const struct zdm_finding *finding = &draft->st->findings[i];
        many |= finding->severity >= ZDM_SEVERITY_WARNING &&
                (strcmp(finding->rule, "dml-unbatched") == 0 ||
                    (strcmp(finding->rule, "dml-row-count") == 0 &&
                        node->node_case == PG_QUERY__NODE__NODE_INSERT_STMT));
    }
    if (!many)
        return NULL;
    return node->node_case == PG_QUERY__NODE__NODE_UPDATE_STMT   ? node->update_stmt->relation
           : node->node_case == PG_QUERY__NODE__NODE_INSERT_STMT ? node->insert_stmt->relation
                                                                 : NULL;
}

/* Said once of each table that nobody analyzes further on. */
void
zdm_repeat_remember(struct zdm_sequence *sequence, struct zdm_draft *draft)
{
    const PgQuery__RangeVar *range = draft->script ? filled(draft) : NULL;

    if (!range || zdm_outlook_analyzes(sequence->outlook, draft->arena, draft->st->offset, range))
        return;
    const char *table = zdm_tx_name(draft, range);
    if (zdm_lookup_get(&sequence->stale, table))
        return;
    zdm_lookup_put(&sequence->stale, zdm_arena_strdup(sequence->arena, table), 1);
    ZDM_FIND(draft, ANALYZE_AFTER, .table = table);
}
