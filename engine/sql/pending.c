/* Deferred constraint triggers fire when the transaction commits. Until then ALTER TABLE, TRUNCATE and
 * the like refuse to touch the table whose rows they wait for (55006, measured on 15). */
#include <string.h>

#include "sql/sequence.h"

static bool
waits(const struct zdm_sequence *sequence, bool deferrable, bool initially)
{
    return initially || (deferrable && sequence->tx.deferred);
}

static bool
is_among(const char *const *names, size_t n, size_t n_columns, PgQuery__Node *const *columns)
{
    for (size_t i = 0; i < n_columns; i++)
        if (zdm_names_have(names, n, columns[i]->res_target->name))
            return true;
    return false;
}

/* Does a change of its rows leave something for later? sets: the columns of an UPDATE. */
static bool
leaves(const struct zdm_sequence *sequence, const struct zdm_relation *relation, bool insert,
    bool delete, size_t n_sets, PgQuery__Node *const *sets)
{
    for (size_t i = 0; i < relation->constraints.n && !delete; i++) {
        const struct zdm_constraint *key = relation->constraints.items[i];
        if (key->kind == ZDM_CONSTRAINT_FOREIGN &&
            waits(sequence, key->deferrable, key->initially_deferred) &&
            (insert || is_among(key->columns, key->n_columns, n_sets, sets)))
            return true;
    }
    /* RESTRICT and the actions that change rows are never deferred. */
    for (size_t i = 0; i < relation->referenced_by.n && !insert; i++) {
        const struct zdm_constraint *key = relation->referenced_by.items[i];
        char action = delete ? key->on_delete : key->on_update;
        if (action == 'a' && waits(sequence, key->deferrable, key->initially_deferred) &&
            (delete || !key->referenced || is_among(key->referenced, key->n_columns, n_sets, sets)))
            return true;
    }
    for (size_t i = 0; i < relation->triggers.n; i++) {
        const struct zdm_trigger *trigger = relation->triggers.items[i];
        if (trigger->enabled && trigger->constraint &&
            waits(sequence, trigger->deferrable, trigger->initially_deferred) &&
            (insert      ? trigger->insert
                : delete ? trigger->delete_
                         : trigger->update))
            return true;
    }
    return false;
}

static const struct zdm_relation *
relation_of(const struct zdm_draft *draft, const PgQuery__RangeVar *range)
{
    return zdm_catalog_relation(
        draft->catalog, range->schemaname[0] ? range->schemaname : NULL, range->relname);
}

void
zdm_pending_remember(struct zdm_sequence *sequence, struct zdm_draft *draft)
{
    const PgQuery__Node *node = draft->node;
    const PgQuery__RangeVar *range = NULL;
    const struct zdm_relation *relation = NULL;
    bool found = false, certain = false;

    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_CONSTRAINTS_SET_STMT:
        if (node->constraints_set_stmt->n_constraints == 0)
            sequence->tx.deferred = node->constraints_set_stmt->deferred;
        if (!node->constraints_set_stmt->deferred)
            sequence->tx.n_pending = 0;
        return;
    case PG_QUERY__NODE__NODE_INSERT_STMT:
        range = node->insert_stmt->relation;
        relation = relation_of(draft, range);
        certain = !node->insert_stmt->on_conflict_clause && node->insert_stmt->select_stmt &&
                  node->insert_stmt->select_stmt->node_case == PG_QUERY__NODE__NODE_SELECT_STMT &&
                  node->insert_stmt->select_stmt->select_stmt->n_values_lists;
        found = relation && leaves(sequence, relation, true, false, 0, NULL);
        break;
    case PG_QUERY__NODE__NODE_DELETE_STMT:
        range = node->delete_stmt->relation;
        relation = relation_of(draft, range);
        found = relation && leaves(sequence, relation, false, true, 0, NULL);
        break;
    case PG_QUERY__NODE__NODE_UPDATE_STMT:
        range = node->update_stmt->relation;
        relation = relation_of(draft, range);
        found = relation && leaves(sequence, relation, false, false,
                                node->update_stmt->n_target_list, node->update_stmt->target_list);
        break;
    default:
        return;
    }
    if (!found)
        return;
    zdm_tx_remember(sequence, ZDM_TX_PENDING, zdm_tx_name(draft, range), certain);
    sequence->tx.n_pending++;
}

static bool
refuse(struct zdm_sequence *sequence, struct zdm_draft *draft, const char *table)
{
    int certain = zdm_tx_recall(sequence, ZDM_TX_PENDING, table);

    if (certain < 0)
        return false;
    if (certain && !draft->catalog->uncertain)
        draft->st->fails_with = "55006";
    ZDM_FIND(draft, TX_PENDING_TRIGGERS, .kind = draft->st->kind, .table = table);
    return true;
}

static bool
is_called(const char *relation, const char *name)
{
    size_t n = strlen(relation), m = strlen(name);

    return n >= m && strcmp(relation + n - m, name) == 0 && (n == m || relation[n - m - 1] == '.');
}

/* By the locks: the tables themselves are gone from the catalog by now. */
static void
drop(struct zdm_sequence *sequence, struct zdm_draft *draft)
{
    const PgQuery__DropStmt *stmt = draft->node->drop_stmt;

    if (stmt->remove_type != PG_QUERY__OBJECT_TYPE__OBJECT_TABLE)
        return;
    for (size_t i = 0; i < stmt->n_objects; i++) {
        const PgQuery__List *names = stmt->objects[i]->list;
        const char *name =
            zdm_ident_text(draft->arena, zdm_last_string(names->n_items, names->items));
        for (size_t k = 0; k < draft->st->n_locks; k++)
            if (is_called(draft->st->locks[k].relation, name) &&
                refuse(sequence, draft, draft->st->locks[k].relation))
                return;
    }
}

void
zdm_pending_rules(struct zdm_sequence *sequence, struct zdm_draft *draft)
{
    const PgQuery__Node *node = draft->node;

    if (zdm_draft_failed(draft))
        return;
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT:
        refuse(sequence, draft, zdm_tx_name(draft, node->alter_table_stmt->relation));
        break;
    case PG_QUERY__NODE__NODE_INDEX_STMT:
        refuse(sequence, draft, zdm_tx_name(draft, node->index_stmt->relation));
        break;
    case PG_QUERY__NODE__NODE_CLUSTER_STMT:
        if (node->cluster_stmt->relation)
            refuse(sequence, draft, zdm_tx_name(draft, node->cluster_stmt->relation));
        break;
    case PG_QUERY__NODE__NODE_TRUNCATE_STMT:
        for (size_t i = 0; i < node->truncate_stmt->n_relations; i++)
            if (refuse(sequence, draft,
                    zdm_tx_name(draft, node->truncate_stmt->relations[i]->range_var)))
                break;
        break;
    case PG_QUERY__NODE__NODE_DROP_STMT:
        drop(sequence, draft);
        break;
    default:
        break;
    }
}
