/* ON CONFLICT: which unique index decides, and errors when there is none. Where collations, operator
 * classes, expressions or conditions would have to be compared, an index that may do is taken for one
 * that does. */
#include <string.h>

#include "sql/expression.h"
#include "sql/query.h"

static bool
updates(const PgQuery__OnConflictClause *conflict)
{
    return conflict->action == PG_QUERY__ON_CONFLICT_ACTION__ONCONFLICT_UPDATE;
}

/* The server looks at it when there is a row to put in. */
static bool
has_rows(const PgQuery__InsertStmt *stmt)
{
    return !stmt->select_stmt ||
           (stmt->select_stmt->node_case == PG_QUERY__NODE__NODE_SELECT_STMT &&
               stmt->select_stmt->select_stmt->n_values_lists);
}

static void
deferrable(struct zdm_draft *draft, const PgQuery__InsertStmt *stmt, const struct zdm_index *index)
{
    if (!index->immediate && has_rows(stmt))
        zdm_draft_fails(draft, "55000", "ON CONFLICT cannot use %s, which is deferrable",
            zdm_ident_text(draft->arena, index->self->name));
}

static void
by_constraint(struct zdm_draft *draft, const PgQuery__InsertStmt *stmt,
    const struct zdm_relation *relation, const char *name)
{
    const struct zdm_constraint *constraint = zdm_relation_constraint(relation, name);
    const char *text = zdm_ident_text(draft->arena, name);

    if (!constraint)
        zdm_draft_fails(
            draft, "42704", "%s has no constraint %s", zdm_draft_name(draft, relation), text);
    else if (!constraint->index || constraint->kind == ZDM_CONSTRAINT_FOREIGN)
        zdm_draft_fails(draft, "42809", "constraint %s has no index for ON CONFLICT", text);
    else if (updates(stmt->on_conflict_clause) && !constraint->index->unique)
        zdm_draft_fails(draft, "42809", "ON CONFLICT DO UPDATE cannot use the exclusion %s", text);
    else
        deferrable(draft, stmt, constraint->index);
}

/* The column that (a), ((a)) and the like name; NULL: an expression. */
static const char *
column_of(const PgQuery__IndexElem *element)
{
    if (element->name[0])
        return element->name;
    return element->expr->node_case == PG_QUERY__NODE__NODE_COLUMN_REF &&
                   element->expr->column_ref->n_fields == 1
               ? zdm_node_string(element->expr->column_ref->fields[0])
               : NULL;
}

static bool
is_named(const PgQuery__InferClause *infer, const char *column)
{
    for (size_t i = 0; i < infer->n_index_elems; i++)
        if (zdm_same_text(column_of(infer->index_elems[i]->index_elem), column))
            return true;
    return false;
}

/* The columns in any order, all of them and no other; a partial index only when WHERE may imply it. */
static bool
may_decide(const struct zdm_index *index, const PgQuery__InferClause *infer)
{
    bool expressions = false;

    if (!index->unique || !index->valid || (index->predicate_sql && !infer->where_clause))
        return false;
    for (size_t i = 0; i < index->n_columns; i++)
        if (index->columns[i].name && !is_named(infer, index->columns[i].name))
            return false;
    for (size_t i = 0; i < infer->n_index_elems; i++) {
        const char *column = column_of(infer->index_elems[i]->index_elem);
        bool found = false;
        for (size_t k = 0; column && k < index->n_columns; k++)
            found |= zdm_same_text(index->columns[k].name, column);
        if (column && !found)
            return false;
        expressions |= !column;
    }
    return expressions == (index->expressions_sql != NULL);
}

static void
by_columns(struct zdm_draft *draft, const PgQuery__InsertStmt *stmt,
    const struct zdm_relation *relation, const PgQuery__InferClause *infer)
{
    const struct zdm_index *decides = NULL;
    size_t n = 0;

    for (size_t i = 0; i < infer->n_index_elems; i++) {
        const char *column = column_of(infer->index_elems[i]->index_elem);
        if (column && !zdm_relation_column(relation, column) && !zdm_is_system_column(column)) {
            zdm_draft_fails(
                draft, "42703", "column %s does not exist", zdm_ident_text(draft->arena, column));
            return;
        }
    }
    for (size_t i = 0; i < relation->indexes.n; i++)
        if (may_decide(relation->indexes.items[i], infer)) {
            decides = relation->indexes.items[i];
            n++;
        }
    if (!n)
        zdm_draft_fails(draft, "42P10",
            "%s has no unique index or exclusion constraint that fits this ON CONFLICT",
            zdm_draft_name(draft, relation));
    else if (n == 1 && !decides->expressions_sql && !decides->predicate_sql)
        deferrable(draft, stmt, decides);
}

void
zdm_conflict_fails(
    struct zdm_draft *draft, const PgQuery__InsertStmt *stmt, const struct zdm_relation *relation)
{
    const PgQuery__OnConflictClause *conflict = stmt->on_conflict_clause;
    const PgQuery__InferClause *infer = conflict->infer;

    if (!infer && updates(conflict)) {
        zdm_draft_fails(draft, "42601", "ON CONFLICT DO UPDATE needs columns or a constraint");
        return;
    }
    if (!relation->known || !strchr("rp", (int)relation->kind))
        return;
    zdm_update_fails(draft, relation, conflict->n_target_list, conflict->target_list);
    if (infer && infer->conname[0])
        by_constraint(draft, stmt, relation, infer->conname);
    else if (infer)
        by_columns(draft, stmt, relation, infer);
    else
        for (size_t i = 0; i < relation->indexes.n; i++)
            if (relation->indexes.items[i]->unique ||
                (relation->indexes.items[i]->constraint &&
                    relation->indexes.items[i]->constraint->kind == ZDM_CONSTRAINT_EXCLUDE))
                deferrable(draft, stmt, relation->indexes.items[i]);
}
