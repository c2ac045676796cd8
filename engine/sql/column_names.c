/* Columns that a query over one table names and the table does not have. Where names could mean
 * something else - a second table, a query inside, a name given to a result - nothing is said. */
#include <string.h>

#include "sql/query.h"

struct names {
    struct zdm_draft *draft;
    const struct zdm_relation *relation;
    const char *called; /* its name in the query */
    bool unclear;
};

static bool
see_unclear(void *self, const ProtobufCMessage *message)
{
    struct names *names = self;

    names->unclear |= message->descriptor == &pg_query__sub_link__descriptor ||
                      message->descriptor == &pg_query__range_subselect__descriptor ||
                      message->descriptor == &pg_query__range_function__descriptor ||
                      message->descriptor == &pg_query__with_clause__descriptor ||
                      message->descriptor == &pg_query__on_conflict_clause__descriptor;
    return !names->unclear;
}

static bool
is_system_column(const char *name)
{
    static const char *const columns[] = {"tableoid", "ctid", "xmin", "xmax", "cmin", "cmax"};

    return zdm_names_have(columns, sizeof columns / sizeof *columns, name);
}

/* t.f is f(t) when t has no column f. */
static bool
is_function(const struct names *names, const char *name)
{
    const struct zdm_function *at = zdm_catalog_functions(names->draft->catalog, name);

    for (; at; at = at->next)
        if (!at->dropped && strcmp(at->name, name) == 0 && at->n_arguments)
            return true;
    return false;
}

static bool
see_ref(void *self, const ProtobufCMessage *message)
{
    struct names *names = self;

    if (message->descriptor != &pg_query__column_ref__descriptor)
        return true;
    const PgQuery__ColumnRef *ref = (const PgQuery__ColumnRef *)message;
    if (ref->n_fields == 2 && strcmp(zdm_node_string(ref->fields[0]), names->called) != 0)
        zdm_draft_fails(names->draft, "42P01", "%s stands before a column, but not in FROM",
            zdm_ident_text(names->draft->arena, zdm_node_string(ref->fields[0])));
    if (ref->n_fields > 2 ||
        ref->fields[ref->n_fields - 1]->node_case != PG_QUERY__NODE__NODE_STRING)
        return true;
    const char *name = zdm_last_string(ref->n_fields, ref->fields);
    if ((ref->n_fields == 1 && strcmp(name, names->called) == 0) ||
        (ref->n_fields == 2 && is_function(names, name)))
        return true;
    if (!zdm_relation_column(names->relation, name) && !is_system_column(name))
        zdm_draft_fails(names->draft, "42703", "column %s does not exist",
            zdm_ident_text(names->draft->arena, name));
    return true;
}

void
zdm_query_names(struct zdm_draft *draft, const PgQuery__Node *query)
{
    struct names names = {.draft = draft};
    const PgQuery__RangeVar *range = NULL;
    const PgQuery__Node *where = NULL;
    size_t n_targets = 0;
    PgQuery__Node *const *targets = NULL;

    if (query->node_case == PG_QUERY__NODE__NODE_UPDATE_STMT &&
        !query->update_stmt->n_from_clause) {
        range = query->update_stmt->relation;
        where = query->update_stmt->where_clause;
        n_targets = query->update_stmt->n_target_list;
        targets = query->update_stmt->target_list;
    } else if (query->node_case == PG_QUERY__NODE__NODE_DELETE_STMT &&
               !query->delete_stmt->n_using_clause) {
        range = query->delete_stmt->relation;
        where = query->delete_stmt->where_clause;
    } else if (query->node_case == PG_QUERY__NODE__NODE_SELECT_STMT &&
               query->select_stmt->n_from_clause == 1 &&
               query->select_stmt->from_clause[0]->node_case == PG_QUERY__NODE__NODE_RANGE_VAR) {
        range = query->select_stmt->from_clause[0]->range_var;
        where = query->select_stmt->where_clause;
        n_targets = query->select_stmt->n_target_list;
        targets = query->select_stmt->target_list;
    }
    if (!range || zdm_draft_failed(draft) || (range->alias && range->alias->n_colnames))
        return;
    zdm_node_walk(query, see_unclear, &names);
    names.relation = zdm_catalog_relation(
        draft->catalog, range->schemaname[0] ? range->schemaname : NULL, range->relname);
    if (names.unclear || !names.relation || !names.relation->known ||
        names.relation->columns.n == 0)
        return;
    names.called = range->alias ? range->alias->aliasname : range->relname;
    zdm_node_walk(where, see_ref, &names);
    for (size_t i = 0; i < n_targets; i++)
        zdm_node_walk(targets[i], see_ref, &names);
}
