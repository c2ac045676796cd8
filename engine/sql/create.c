#include <string.h>

#include "sql/families.h"
#include "sql/object.h"
#include "sql/result_columns.h"

/* Only looked up: what is not filled is not read. */
static void
look_up(struct zdm_draft *draft, const struct zdm_relation *relation)
{
    for (size_t i = 0; i < relation->reads.n; i++)
        zdm_draft_lock_on(draft, relation->reads.items[i], ZDM_LOCK_ACCESS_SHARE, ZDM_HELD_BRIEF);
}

static void
fill(struct zdm_draft *draft, struct zdm_relation *relation, const PgQuery__CreateTableAsStmt *stmt)
{
    struct zdm_result_columns columns;

    zdm_query_columns(draft, stmt->query, stmt->into->n_col_names, stmt->into->col_names, &columns);
    zdm_query_columns_give(draft, relation, &columns);
    zdm_catalog_touch(draft->catalog, relation, sizeof *relation);
    relation->empty = stmt->into->skip_data;
    relation->populated = !stmt->into->skip_data;
    if (relation->kind == ZDM_RELATION_MATVIEW) {
        relation->view_sql =
            zdm_catalog_string(draft->catalog, zdm_deparse(draft->arena, stmt->query));
        zdm_query_links(draft, relation, stmt->query);
    }
}

void
zdm_family_create_as(struct zdm_draft *draft)
{
    const PgQuery__CreateTableAsStmt *stmt = draft->node->create_table_as_stmt;
    bool matview = stmt->objtype == PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW;
    struct zdm_relation *relation;

    if (matview)
        draft->st->kind = "CREATE MATERIALIZED VIEW";
    enum zdm_made made = zdm_object_make(draft, stmt->into->rel,
        matview ? ZDM_RELATION_MATVIEW : ZDM_RELATION_TABLE, stmt->if_not_exists, &relation);
    if (made == ZDM_MADE_FAILED || made == ZDM_MADE_OLD)
        return;
    if (stmt->query->node_case != PG_QUERY__NODE__NODE_SELECT_STMT) {
        ZDM_FIND(draft, UNKNOWN_STATEMENT, .kind = "EXECUTE");
        relation->known = relation->empty = false;
    } else if (stmt->into->skip_data) { /* nothing is read, nothing is called */
        zdm_query_plans(draft, stmt->query);
    } else {
        zdm_query_changes(draft, stmt->query);
    }
    if (made == ZDM_MADE_PERHAPS)
        return;
    if (relation->known)
        fill(draft, relation, stmt);
}

/* CREATE OR REPLACE VIEW keeps every column that there is, with its name and type. */
static bool
is_compatible(struct zdm_draft *draft, const char *view, const struct zdm_relation *relation,
    const struct zdm_result_columns *columns)
{
    if (columns->complete && columns->n < relation->columns.n) {
        zdm_draft_fails(draft, "42P16", "column %s of view %s would vanish",
            zdm_ident_text(draft->arena, relation->columns.items[columns->n]->name), view);
        return false;
    }
    for (size_t i = 0; columns->complete && i < relation->columns.n; i++) {
        const struct zdm_column *old = relation->columns.items[i];
        const struct zdm_result_column *new = &columns->items[i];
        if (!new->name || (!new->type && old->type))
            zdm_draft_assume(draft);
        if (new->name && strcmp(new->name, old->name) != 0) {
            zdm_draft_fails(draft, "42P16", "column %s of view %s would be called %s",
                zdm_ident_text(draft->arena, old->name), view,
                zdm_ident_text(draft->arena, new->name));
            return false;
        }
        if (new->type && old->type && (new->type != old->type || new->typmod != old->typmod)) {
            zdm_draft_fails(draft, "42P16", "column %s of view %s would change its type",
                zdm_ident_text(draft->arena, old->name), view);
            return false;
        }
    }
    return true;
}

static void
replace_view(struct zdm_draft *draft, struct zdm_relation *relation, const PgQuery__ViewStmt *stmt)
{
    const char *view = zdm_range_text(draft->arena, stmt->view);
    struct zdm_result_columns columns;

    if (!zdm_object_check_kind(draft, relation, view, "v", "a view"))
        return;
    zdm_query_columns(draft, stmt->query, stmt->n_aliases, stmt->aliases, &columns);
    if (relation->known && !is_compatible(draft, view, relation, &columns))
        return;
    draft->fresh = relation->fresh;
    zdm_draft_lock_on(draft, relation, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
    ZDM_FIND(draft, REPLACE_VIEW, .table = view);
    if (!relation->known)
        return;
    zdm_query_unlink(draft, relation);
    zdm_query_links(draft, relation, stmt->query);
    for (size_t i = 0; i < relation->columns.n; i++)
        zdm_view_has_type(draft, relation, relation->columns.items[i]->type);
    for (size_t i = relation->columns.n; columns.complete && i < columns.n; i++) {
        if (!columns.items[i].name)
            break;
        struct zdm_column *column =
            zdm_relation_add_column(draft->catalog, relation, columns.items[i].name);
        column->type = columns.items[i].type;
        column->typmod = columns.items[i].typmod;
        zdm_view_has_type(draft, relation, column->type);
    }
    zdm_object_check_width(draft, relation);
}

static bool
see_summary(void *self, const ProtobufCMessage *message)
{
    bool *found = self;
    const PgQuery__FuncCall *call = (const PgQuery__FuncCall *)message;

    if (message->descriptor == &pg_query__func_call__descriptor)
        *found |= call->over || call->agg_star || call->agg_distinct || call->n_agg_order ||
                  call->agg_filter;
    return !*found;
}

/* Can rows surely not be changed through a view of this query? */
static bool
is_read_only(const PgQuery__SelectStmt *select)
{
    bool summary = false;

    for (size_t i = 0; i < select->n_target_list; i++)
        zdm_node_walk(select->target_list[i], see_summary, &summary);
    return summary || select->n_distinct_clause || select->n_group_clause ||
           select->having_clause || select->limit_count || select->limit_offset || select->larg ||
           select->with_clause || select->n_from_clause != 1 ||
           select->from_clause[0]->node_case != PG_QUERY__NODE__NODE_RANGE_VAR;
}

void
zdm_family_view(struct zdm_draft *draft)
{
    const PgQuery__ViewStmt *stmt = draft->node->view_stmt;
    const char *schema =
        zdm_object_target_schema(draft, stmt->view->schemaname[0] ? stmt->view->schemaname : NULL);
    struct zdm_relation *relation = NULL;

    if (stmt->replace && !zdm_range_is_temporary(stmt->view))
        relation = zdm_draft_find_relation(draft, schema, stmt->view->relname);
    zdm_query_reads(draft, stmt->query);
    if (stmt->with_check_option != PG_QUERY__VIEW_CHECK_OPTION__NO_CHECK_OPTION &&
        is_read_only(stmt->query->select_stmt))
        zdm_draft_fails(
            draft, "0A000", "WITH CHECK OPTION needs a view through which rows can be changed");
    if (relation) {
        replace_view(draft, relation, stmt);
        return;
    }
    if (zdm_object_make(draft, stmt->view, ZDM_RELATION_VIEW, false, &relation) != ZDM_MADE_NEW)
        return;
    struct zdm_result_columns columns;
    zdm_query_columns(draft, stmt->query, stmt->n_aliases, stmt->aliases, &columns);
    if (columns.complete && stmt->n_aliases > columns.n) {
        zdm_draft_fails(draft, "42601", "the view has more names of columns than columns");
        return;
    }
    zdm_query_columns_give(draft, relation, &columns);
    relation->view_sql = zdm_catalog_string(draft->catalog, zdm_deparse(draft->arena, stmt->query));
    zdm_query_links(draft, relation, stmt->query);
    look_up(draft, relation);
}

/* One statement inside CREATE SCHEMA. */
static void
element(struct zdm_draft *draft, PgQuery__Node *node)
{
    PgQuery__Node *whole = draft->node;

    draft->node = node;
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_CREATE_STMT:
        zdm_family_create_table(draft);
        break;
    case PG_QUERY__NODE__NODE_VIEW_STMT:
        zdm_family_view(draft);
        break;
    case PG_QUERY__NODE__NODE_INDEX_STMT:
        zdm_family_index(draft);
        break;
    case PG_QUERY__NODE__NODE_CREATE_SEQ_STMT:
        zdm_family_create_sequence(draft);
        break;
    case PG_QUERY__NODE__NODE_CREATE_TRIG_STMT:
        zdm_family_trigger(draft);
        break;
    default: /* GRANT */
        zdm_family_grant(draft);
    }
    draft->node = whole;
}

/* Names in the statements inside mean the new schema first; kind by kind, whatever the text says. */
static void
elements(struct zdm_draft *draft, const PgQuery__CreateSchemaStmt *stmt, const char *name)
{
    static const PgQuery__Node__NodeCase order[] = {PG_QUERY__NODE__NODE_CREATE_SEQ_STMT,
        PG_QUERY__NODE__NODE_CREATE_STMT, PG_QUERY__NODE__NODE_VIEW_STMT,
        PG_QUERY__NODE__NODE_INDEX_STMT, PG_QUERY__NODE__NODE_CREATE_TRIG_STMT,
        PG_QUERY__NODE__NODE_GRANT_STMT};
    struct zdm_catalog *catalog = draft->catalog;
    size_t size = sizeof catalog->search_path;
    struct any {
        const char **items;
        size_t n, room;
    } *path = zdm_catalog_alloc(catalog, sizeof *path); /* a rollback writes to it */
    bool known = catalog->search_path_known;
    const char *kind = draft->st->kind;

    zdm_catalog_append(catalog, path, name);
    for (size_t i = 0; i < catalog->search_path.n; i++)
        zdm_catalog_append(catalog, path, catalog->search_path.items[i]);
    struct any before;
    memcpy(&before, &catalog->search_path, size);
    memcpy(&catalog->search_path, path, size);
    catalog->search_path_known = true;
    for (size_t k = 0; k < sizeof order / sizeof *order; k++)
        for (size_t i = 0; i < stmt->n_schema_elts; i++)
            if (stmt->schema_elts[i]->node_case == order[k])
                element(draft, stmt->schema_elts[i]);
    memcpy(&catalog->search_path, &before, size);
    catalog->search_path_known = known;
    draft->st->kind = kind;
}

void
zdm_family_schema(struct zdm_draft *draft)
{
    const PgQuery__CreateSchemaStmt *stmt = draft->node->create_schema_stmt;
    const char *name = stmt->schemaname;

    if (!name[0] && stmt->authrole)
        name = stmt->authrole->rolename;
    if (!name[0]) { /* AUTHORIZATION CURRENT_USER and the like */
        name = draft->catalog->user ? draft->catalog->user : "";
        zdm_draft_assume(draft);
    }
    if (zdm_catalog_schema(draft->catalog, name)) {
        if (!stmt->if_not_exists && draft->catalog->complete)
            zdm_draft_fails(
                draft, "42P06", "schema %s exists already", zdm_ident_text(draft->arena, name));
        if (draft->catalog->complete)
            return;
    } else if (strncmp(name, "pg_", 3) == 0) {
        zdm_draft_fails(draft, "42939", "%s is a name of the system's schemas",
            zdm_ident_text(draft->arena, name));
        return;
    } else if (name[0]) {
        zdm_catalog_add_schema(draft->catalog, name)->fresh = true;
    }
    if (stmt->n_schema_elts)
        elements(draft, stmt, zdm_catalog_string(draft->catalog, name));
}
