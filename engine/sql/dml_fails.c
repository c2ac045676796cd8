/* Changes of rows that the server refuses, whatever the rows are. */
#include <string.h>

#include "sql/query.h"

static bool
is_default(const PgQuery__Node *value)
{
    return value && value->node_case == PG_QUERY__NODE__NODE_SET_TO_DEFAULT;
}

static bool
has_identity(const struct zdm_relation *relation)
{
    if (relation->replica_identity == 'f')
        return true;
    for (size_t i = 0; i < relation->indexes.n; i++) {
        const struct zdm_index *index = relation->indexes.items[i];
        if (relation->replica_identity == 'i' ? index->replica_identity
                                              : relation->replica_identity == 'd' && index->primary)
            return true;
    }
    return false;
}

/* A publication sends its old rows, and nothing identifies them. */
static void
unidentified(struct zdm_draft *draft, struct zdm_relation *relation, const char *verb)
{
    size_t n;
    struct zdm_relation **family = zdm_draft_family(draft, relation, &n);

    for (size_t i = 0; i < n; i++) {
        const struct zdm_relation *at = family[i];
        bool published = at->published || (draft->catalog->publications_all.n && !at->temporary &&
                                              !at->unlogged && at->kind == ZDM_RELATION_TABLE);
        if (published && at->kind == ZDM_RELATION_TABLE && at->known && !has_identity(at))
            zdm_draft_fails(draft, "55000",
                "cannot %s table %s because it does not have a replica identity and publishes it",
                verb, zdm_draft_name(draft, at));
    }
}

void
zdm_change_fails(
    struct zdm_draft *draft, const struct zdm_relation *relation, enum zdm_change change)
{
    if (!relation->known)
        return;
    switch (relation->kind) {
    case ZDM_RELATION_MATVIEW:
    case ZDM_RELATION_SEQUENCE:
    case ZDM_RELATION_INDEX:
    case ZDM_RELATION_PARTITIONED_INDEX:
    case ZDM_RELATION_COMPOSITE:
        zdm_draft_fails(
            draft, "42809", "rows of %s cannot be changed", zdm_draft_name(draft, relation));
        break;
    case ZDM_RELATION_VIEW: /* may be one that cannot be written through */
        zdm_draft_assume(draft);
        break;
    default:
        if (change != ZDM_CHANGE_INSERT)
            unidentified(draft, (struct zdm_relation *)relation,
                change == ZDM_CHANGE_UPDATE ? "update" : "delete from");
    }
}

static void
unknown_column(struct zdm_draft *draft, const struct zdm_relation *relation, const char *name)
{
    zdm_draft_fails(draft, "42703", "column %s of relation %s does not exist",
        zdm_ident_text(draft->arena, name), zdm_draft_name(draft, relation));
}

/* The value of the i-th column in every row; NULL when rows come from a query. */
static void
given(struct zdm_draft *draft, const PgQuery__InsertStmt *stmt, const struct zdm_column *column,
    size_t i)
{
    const PgQuery__SelectStmt *select =
        stmt->select_stmt && stmt->select_stmt->node_case == PG_QUERY__NODE__NODE_SELECT_STMT
            ? stmt->select_stmt->select_stmt
            : NULL;
    bool value = select && !select->n_values_lists;

    if (select && !select->n_values_lists && i >= select->n_target_list)
        return; /* a star, or fewer: nobody counts here */
    for (size_t row = 0; select && row < select->n_values_lists && !value; row++) {
        const PgQuery__List *list = select->values_lists[row]->list;
        value = i < list->n_items && !is_default(list->items[i]);
    }
    if (!value)
        return;
    if (column->generated || (column->identity == 'a' &&
                                 stmt->override == PG_QUERY__OVERRIDING_KIND__OVERRIDING_NOT_SET))
        zdm_draft_fails(draft, "428C9", "cannot insert a non-DEFAULT value into column %s",
            zdm_ident_text(draft->arena, column->name));
}

static size_t
widest(const PgQuery__InsertStmt *stmt)
{
    size_t n = 0;

    if (!stmt->select_stmt || stmt->select_stmt->node_case != PG_QUERY__NODE__NODE_SELECT_STMT)
        return 0;
    const PgQuery__SelectStmt *select = stmt->select_stmt->select_stmt;
    for (size_t row = 0; row < select->n_values_lists; row++)
        n = select->values_lists[row]->list->n_items > n ? select->values_lists[row]->list->n_items
                                                         : n;
    return n;
}

void
zdm_insert_fails(
    struct zdm_draft *draft, const PgQuery__InsertStmt *stmt, const struct zdm_relation *relation)
{
    if (!relation->known || relation->kind == ZDM_RELATION_VIEW)
        return;
    for (size_t i = 0; i < stmt->n_cols; i++) {
        const char *name = stmt->cols[i]->res_target->name;
        const struct zdm_column *column = zdm_relation_column(relation, name);
        if (!column) {
            unknown_column(draft, relation, name);
            return;
        }
        for (size_t k = 0; k < i; k++)
            if (strcmp(stmt->cols[k]->res_target->name, name) == 0 &&
                stmt->cols[i]->res_target->n_indirection == 0)
                zdm_draft_fails(draft, "42701", "column %s specified more than once",
                    zdm_ident_text(draft->arena, name));
        given(draft, stmt, column, i);
    }
    for (size_t i = 0; !stmt->n_cols && i < relation->columns.n && i < 1600; i++)
        if (stmt->select_stmt && stmt->select_stmt->node_case == PG_QUERY__NODE__NODE_SELECT_STMT &&
            stmt->select_stmt->select_stmt->n_values_lists)
            given(draft, stmt, relation->columns.items[i], i);
    if (widest(stmt) > (stmt->n_cols ? stmt->n_cols : relation->columns.n))
        zdm_draft_fails(draft, "42601", "INSERT has more expressions than target columns");
}

void
zdm_update_fails(struct zdm_draft *draft, const struct zdm_relation *relation, size_t n_sets,
    PgQuery__Node *const *sets)
{
    if (!relation->known || relation->kind == ZDM_RELATION_VIEW)
        return;
    for (size_t i = 0; i < n_sets; i++) {
        const PgQuery__ResTarget *set = sets[i]->res_target;
        const struct zdm_column *column = zdm_relation_column(relation, set->name);
        if (!column) {
            unknown_column(draft, relation, set->name);
            return;
        }
        for (size_t k = 0; k < i; k++)
            if (strcmp(sets[k]->res_target->name, set->name) == 0 && set->n_indirection == 0)
                zdm_draft_fails(draft, "42601", "multiple assignments to same column %s",
                    zdm_ident_text(draft->arena, set->name));
        if ((column->generated || column->identity == 'a') && !is_default(set->val))
            zdm_draft_fails(draft, "428C9", "column %s can only be updated to DEFAULT",
                zdm_ident_text(draft->arena, set->name));
    }
}
