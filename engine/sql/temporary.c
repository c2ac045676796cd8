/* Temporary relations go with the session, and some with the transaction. */
#include <stdlib.h>
#include <string.h>

#include "sql/families.h"
#include "sql/sequence.h"

/* The relation that the statement makes and what becomes of it, or NULL. */
static const PgQuery__RangeVar *
made(const PgQuery__Node *node, bool *drop)
{
    const PgQuery__IntoClause *into = NULL;

    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_CREATE_STMT:
        *drop = node->create_stmt->oncommit == PG_QUERY__ON_COMMIT_ACTION__ONCOMMIT_DROP;
        return node->create_stmt->relation;
    case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT:
        into = node->create_table_as_stmt->into;
        break;
    case PG_QUERY__NODE__NODE_SELECT_STMT:
        into = node->select_stmt->into_clause;
        break;
    case PG_QUERY__NODE__NODE_VIEW_STMT:
        return node->view_stmt->view;
    case PG_QUERY__NODE__NODE_CREATE_SEQ_STMT:
        return node->create_seq_stmt->sequence;
    default:
        return NULL;
    }
    if (!into)
        return NULL;
    *drop = into->on_commit == PG_QUERY__ON_COMMIT_ACTION__ONCOMMIT_DROP;
    return into->rel;
}

struct temporaries {
    struct zdm_relation **items; /* owned, n */
    size_t n;
};

static bool
see_temporary(void *self, struct zdm_relation *relation)
{
    struct temporaries *all = self;

    if (relation->temporary && !relation->index) {
        all->items = zdm_grow(all->items, all->n, sizeof *all->items);
        all->items[all->n++] = relation;
    }
    return true;
}

void
zdm_temporary_drop_all(struct zdm_sequence *sequence)
{
    struct temporaries all = {.items = NULL};

    if (!sequence->temporary)
        return;
    zdm_catalog_each_relation(sequence->catalog, see_temporary, &all);
    for (size_t i = 0; i < all.n; i++)
        zdm_catalog_drop_relation(sequence->catalog, all.items[i]);
    free(all.items);
}

void
zdm_temporary_commit(struct zdm_sequence *sequence, bool committed)
{
    for (size_t i = 0; i < sequence->n_on_commit && committed; i++)
        if (!sequence->on_commit[i]->dropped)
            zdm_catalog_drop_relation(sequence->catalog, sequence->on_commit[i]);
    sequence->n_on_commit = 0;
}

void
zdm_temporary_follow(struct zdm_sequence *sequence, const struct zdm_draft *draft)
{
    const PgQuery__Node *node = draft->node;
    bool drop = false;

    if (node->node_case == PG_QUERY__NODE__NODE_DISCARD_STMT &&
        (node->discard_stmt->target == PG_QUERY__DISCARD_MODE__DISCARD_ALL ||
            node->discard_stmt->target == PG_QUERY__DISCARD_MODE__DISCARD_TEMP))
        zdm_temporary_drop_all(sequence);
    const PgQuery__RangeVar *range = made(node, &drop);
    if (!range || (range->relpersistence[0] != 't' && strcmp(range->schemaname, "pg_temp") != 0))
        return;
    sequence->temporary = true;
    struct zdm_relation *relation =
        drop ? zdm_catalog_relation(sequence->catalog, "pg_temp", range->relname) : NULL;
    if (!relation)
        return;
    sequence->on_commit =
        zdm_grow(sequence->on_commit, sequence->n_on_commit, sizeof(struct zdm_relation *));
    sequence->on_commit[sequence->n_on_commit++] = relation;
    if (sequence->block == ZDM_BLOCK_NONE)
        zdm_temporary_commit(sequence, true);
}

bool
zdm_range_is_temporary(const PgQuery__RangeVar *range)
{
    return range->relpersistence[0] == 't' || strcmp(range->schemaname, "pg_temp") == 0;
}
