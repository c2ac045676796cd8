#include <string.h>

#include "sql/acl.h"
#include "sql/families.h"
#include "sql/named.h"
#include "sql/query.h"

enum { FEW_ROWS = 10000 }; /* written in one go without anybody's noticing */

static bool
see_column(void *self, const ProtobufCMessage *message)
{
    bool *found = self;

    *found |= message->descriptor == &pg_query__column_ref__descriptor ||
              message->descriptor == &pg_query__current_of_expr__descriptor ||
              message->descriptor == &pg_query__param_ref__descriptor;
    return !*found;
}

/* WHERE true, 1 = 1 and the like: what looks at no column lets every row through or none. */
static bool
lets_all_through(const PgQuery__Node *where)
{
    bool found = false;

    if (where && where->node_case == PG_QUERY__NODE__NODE_A_CONST &&
        (where->a_const->isnull || (where->a_const->val_case == PG_QUERY__A__CONST__VAL_BOOLVAL &&
                                       !where->a_const->boolval->boolval)))
        return false;
    zdm_node_walk(where, see_column, &found);
    return !found;
}

/* With its children, as far as anybody counted; -1: not known. */
static int64_t
rows_of(struct zdm_draft *draft, struct zdm_relation *relation)
{
    size_t n;
    struct zdm_relation **family = zdm_draft_family(draft, relation, &n);
    int64_t rows = 0;

    for (size_t i = 0; i < n; i++) {
        const struct zdm_relation *at = family[i];
        if (at->known && at->kind == ZDM_RELATION_PARTITIONED) /* its partitions have them */
            continue;
        if (!at->known || at->kind == ZDM_RELATION_FOREIGN || at->kind == ZDM_RELATION_VIEW ||
            (at->rows < 0 && !at->empty))
            return -1;
        rows += at->rows > 0 ? at->rows : 0;
    }
    return rows;
}

/* A warning about the number of rows says little of a table that has few. */
static struct zdm_finding *
for_few(struct zdm_draft *draft, struct zdm_relation *relation, struct zdm_finding *finding)
{
    if (!finding)
        return NULL;
    int64_t rows = rows_of(draft, relation);
    const struct zdm_rule *rule = zdm_sql_rule(finding->rule);
    if (rows >= 0 && rows < FEW_ROWS && finding->severity > ZDM_SEVERITY_INFO &&
        zdm_sql_context_severity(draft->context, rule) == rule->severity)
        finding->severity = ZDM_SEVERITY_INFO;
    return finding;
}

/* Something was put in. */
static void
filled(struct zdm_draft *draft, struct zdm_relation *relation)
{
    if (relation->missing || !relation->empty)
        return;
    zdm_catalog_touch(draft->catalog, relation, sizeof *relation);
    relation->empty = false;
}

static void
changes(struct zdm_query *query, const char *kind, const PgQuery__RangeVar *range,
    const PgQuery__Node *where, enum zdm_change change, size_t n_sets, PgQuery__Node *const *sets)
{
    struct zdm_draft *draft = query->draft;
    struct zdm_relation *relation = zdm_query_relation(query, range);
    const char *table = zdm_range_text(draft->arena, range);

    if (!relation)
        return;
    query->target = range;
    zdm_query_needs(
        query, relation, change == ZDM_CHANGE_UPDATE ? ZDM_RIGHT_UPDATE : ZDM_RIGHT_DELETE);
    zdm_change_fails(draft, relation, change);
    if (change == ZDM_CHANGE_UPDATE)
        zdm_update_fails(draft, relation, n_sets, sets);
    zdm_query_lock(draft, relation, range->inh, ZDM_LOCK_ROW_EXCLUSIVE);
    if (query->planned || zdm_draft_failed(draft))
        return;
    zdm_change_locks(draft, relation, change, n_sets, sets);
    draft->fresh = zdm_query_owns_rows(draft, relation);
    if (!lets_all_through(where)) {
        for_few(draft, relation, ZDM_FIND(draft, DML_ROW_COUNT, .kind = kind, .table = table));
    } else {
        for_few(draft, relation, ZDM_FIND(draft, DML_UNBATCHED, .kind = kind, .table = table));
        if (change == ZDM_CHANGE_DELETE && ZDM_FIND(draft, DML_DELETE_ALL, .table = table))
            draft->st->data_loss = true;
    }
    draft->fresh = false;
}

static bool
see_source(void *self, const ProtobufCMessage *message)
{
    bool *found = self;

    *found |= message->descriptor == &pg_query__range_var__descriptor ||
              message->descriptor == &pg_query__range_function__descriptor;
    return !*found;
}

static void
insert(struct zdm_query *query, const PgQuery__InsertStmt *stmt)
{
    struct zdm_draft *draft = query->draft;
    struct zdm_relation *relation = zdm_query_relation(query, stmt->relation);
    const char *table = zdm_range_text(draft->arena, stmt->relation);
    const PgQuery__OnConflictClause *conflict = stmt->on_conflict_clause;
    bool copies = false;

    if (!relation)
        return;
    query->target = stmt->relation;
    zdm_query_needs(query, relation, ZDM_RIGHT_INSERT);
    zdm_change_fails(draft, relation, ZDM_CHANGE_INSERT);
    zdm_insert_fails(draft, stmt, relation);
    if (conflict)
        zdm_conflict_fails(draft, stmt, relation);
    zdm_query_lock(draft, relation, true, ZDM_LOCK_ROW_EXCLUSIVE);
    if (query->planned || zdm_draft_failed(draft))
        return;
    zdm_change_locks(draft, relation, ZDM_CHANGE_INSERT, 0, NULL);
    if (conflict && conflict->n_target_list)
        zdm_change_locks(
            draft, relation, ZDM_CHANGE_UPDATE, conflict->n_target_list, conflict->target_list);
    zdm_node_walk(stmt->select_stmt, see_source, &copies);
    draft->fresh = zdm_query_owns_rows(draft, relation);
    if (copies)
        ZDM_FIND(draft, DML_ROW_COUNT, .kind = "INSERT ... SELECT", .table = table);
    else
        ZDM_FIND(draft, INSERT_EXISTING, .table = table);
    draft->fresh = false;
    filled(draft, relation);
}

static void
merge(struct zdm_query *query, const PgQuery__MergeStmt *stmt)
{
    struct zdm_draft *draft = query->draft;
    struct zdm_relation *relation = zdm_query_relation(query, stmt->relation);
    const char *table = zdm_range_text(draft->arena, stmt->relation);

    if (!relation)
        return;
    query->target = stmt->relation;
    if (draft->pg_version && draft->pg_version < 15)
        zdm_draft_fails(draft, "42601", "MERGE needs PostgreSQL 15");
    if (relation->has_rules)
        zdm_draft_fails(draft, "0A000", "MERGE does not work on %s, which has rules", table);
    else if (relation->kind == ZDM_RELATION_VIEW && draft->pg_version && draft->pg_version < 17)
        zdm_draft_fails(draft, "0A000", "MERGE into the view %s needs PostgreSQL 17", table);
    zdm_change_fails(draft, relation, ZDM_CHANGE_UPDATE);
    zdm_query_lock(draft, relation, stmt->relation->inh, ZDM_LOCK_ROW_EXCLUSIVE);
    if (query->planned || zdm_draft_failed(draft))
        return;
    for (size_t i = 0; i < stmt->n_merge_when_clauses; i++) {
        const PgQuery__MergeWhenClause *when = stmt->merge_when_clauses[i]->merge_when_clause;
        if (when->command_type == PG_QUERY__CMD_TYPE__CMD_INSERT)
            zdm_change_locks(draft, relation, ZDM_CHANGE_INSERT, 0, NULL);
        else if (when->command_type == PG_QUERY__CMD_TYPE__CMD_UPDATE)
            zdm_change_locks(
                draft, relation, ZDM_CHANGE_UPDATE, when->n_target_list, when->target_list);
        else if (when->command_type == PG_QUERY__CMD_TYPE__CMD_DELETE)
            zdm_change_locks(draft, relation, ZDM_CHANGE_DELETE, 0, NULL);
    }
    draft->fresh = zdm_query_owns_rows(draft, relation);
    ZDM_FIND(draft, DML_ROW_COUNT, .kind = "MERGE", .table = table);
    draft->fresh = false;
    filled(draft, relation);
}

void
zdm_query_change(struct zdm_query *query, const ProtobufCMessage *message)
{
    if (message->descriptor == &pg_query__update_stmt__descriptor) {
        const PgQuery__UpdateStmt *stmt = (const PgQuery__UpdateStmt *)message;
        changes(query, "UPDATE", stmt->relation, stmt->where_clause, ZDM_CHANGE_UPDATE,
            stmt->n_target_list, stmt->target_list);
    } else if (message->descriptor == &pg_query__delete_stmt__descriptor) {
        const PgQuery__DeleteStmt *stmt = (const PgQuery__DeleteStmt *)message;
        changes(query, "DELETE", stmt->relation, stmt->where_clause, ZDM_CHANGE_DELETE, 0, NULL);
    } else if (message->descriptor == &pg_query__insert_stmt__descriptor) {
        insert(query, (const PgQuery__InsertStmt *)message);
    } else if (message->descriptor == &pg_query__merge_stmt__descriptor) {
        merge(query, (const PgQuery__MergeStmt *)message);
    }
}

void
zdm_family_dml(struct zdm_draft *draft)
{
    zdm_query_changes(draft, draft->node);
}

/* CREATE TABLE AS in other words. */
static void
select_into(struct zdm_draft *draft)
{
    PgQuery__CreateTableAsStmt as = PG_QUERY__CREATE_TABLE_AS_STMT__INIT;
    PgQuery__Node *select = draft->node, node = PG_QUERY__NODE__INIT;

    as.query = select;
    as.into = select->select_stmt->into_clause;
    as.objtype = PG_QUERY__OBJECT_TYPE__OBJECT_TABLE;
    node.node_case = PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT;
    node.create_table_as_stmt = &as;
    draft->node = &node;
    zdm_family_create_as(draft);
    draft->node = select;
}

void
zdm_family_select(struct zdm_draft *draft)
{
    const PgQuery__SelectStmt *select = draft->node->select_stmt;

    if (select->into_clause) {
        draft->st->kind = "SELECT INTO";
        select_into(draft);
        return;
    }
    zdm_family_dml(draft);
}

static void
copy_columns(
    struct zdm_draft *draft, const struct zdm_relation *relation, const PgQuery__CopyStmt *stmt)
{
    for (size_t i = 0; relation->known && i < stmt->n_attlist; i++) {
        const char *name = zdm_node_string(stmt->attlist[i]);
        const struct zdm_column *column = zdm_relation_column(relation, name);
        if (!column)
            zdm_draft_fails(draft, "42703", "column %s of %s does not exist",
                zdm_ident_text(draft->arena, name), zdm_draft_name(draft, relation));
        else if (column->generated)
            zdm_draft_fails(draft, "42P10", "COPY cannot name the generated column %s",
                zdm_ident_text(draft->arena, name));
        for (size_t k = 0; k < i; k++)
            if (strcmp(zdm_node_string(stmt->attlist[k]), name) == 0)
                zdm_draft_fails(
                    draft, "42701", "column %s is named twice", zdm_ident_text(draft->arena, name));
    }
}

static void
copy_table(struct zdm_draft *draft, const PgQuery__CopyStmt *stmt)
{
    struct zdm_query query = {.draft = draft};
    struct zdm_relation *relation = zdm_query_relation(&query, stmt->relation);
    const char *table = zdm_range_text(draft->arena, stmt->relation);

    if (!relation ||
        zdm_rights_lack(draft, relation, stmt->is_from ? ZDM_RIGHT_INSERT : ZDM_RIGHT_SELECT))
        return;
    if (stmt->is_from && relation->kind == ZDM_RELATION_VIEW && relation->known &&
        relation->triggers.n == 0)
        zdm_draft_fails(draft, "42809", "cannot copy to view %s", table);
    else if (stmt->is_from)
        zdm_change_fails(draft, relation, ZDM_CHANGE_INSERT);
    else if (relation->known && relation->kind != ZDM_RELATION_TABLE &&
             (relation->kind != ZDM_RELATION_MATVIEW || draft->pg_version < 18 ||
                 !relation->populated))
        zdm_draft_fails(draft, "42809", "cannot copy from %s", table);
    copy_columns(draft, relation, stmt);
    /* Without a query it reads the table alone, not what inherits from it. */
    zdm_query_lock(draft, relation, stmt->is_from,
        stmt->is_from ? ZDM_LOCK_ROW_EXCLUSIVE : ZDM_LOCK_ACCESS_SHARE);
    if (stmt->is_from && !zdm_draft_failed(draft)) {
        zdm_change_locks(draft, relation, ZDM_CHANGE_INSERT, 0, NULL);
        filled(draft, relation);
    }
}

void
zdm_family_copy(struct zdm_draft *draft)
{
    const PgQuery__CopyStmt *stmt = draft->node->copy_stmt;

    if (stmt->is_program)
        ZDM_FIND(draft, UNKNOWN_STATEMENT, .kind = "the program of COPY");
    else if (!stmt->filename[0] && !draft->has_data && (stmt->is_from || !draft->script))
        ZDM_FIND(draft, COPY_STDIN, .name = "");
    if (stmt->query)
        zdm_query_changes(draft, stmt->query);
    else
        copy_table(draft, stmt);
}
