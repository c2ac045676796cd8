/* The name of a constraint: the author's, or the one that the server makes up. */
#include "base/buf.h"
#include "sql/constraint.h"
#include "sql/object.h"
#include "sql/table_parts.h"

static char *
joined_columns(struct zdm_arena *arena, size_t n, PgQuery__Node *const *names)
{
    struct zdm_buf buf = ZDM_BUF_INIT;

    for (size_t i = 0; i < n; i++) {
        if (i)
            zdm_buf_addc(&buf, '_');
        zdm_buf_add(&buf, zdm_node_string(names[i]));
    }
    char *text = zdm_arena_strndup(arena, buf.s, buf.len);
    zdm_buf_release(&buf);
    return text;
}

static char *
excluded_columns(struct zdm_arena *arena, const PgQuery__Constraint *constraint)
{
    struct zdm_buf buf = ZDM_BUF_INIT;

    /* Each is a pair of an index element and its operator. */
    for (size_t i = 0; i < constraint->n_exclusions; i++) {
        const PgQuery__Node *pair = constraint->exclusions[i];
        const PgQuery__IndexElem *elem = pair->list->items[0]->index_elem;
        if (i)
            zdm_buf_addc(&buf, '_');
        zdm_buf_add(&buf, elem->expr ? "expr" : elem->name);
    }
    char *text = zdm_arena_strndup(arena, buf.s, buf.len);
    zdm_buf_release(&buf);
    return text;
}

/* A CHECK on one column is called after it. */
static const char *
checked_column(struct zdm_alter *alter, const PgQuery__Constraint *constraint)
{
    struct zdm_names names = {NULL, 0};

    zdm_names_of_expression(alter->draft, constraint->raw_expr, &names);
    return names.n == 1 ? names.items[0] : "";
}

const char *
zdm_constraint_name(
    struct zdm_alter *alter, const PgQuery__Constraint *constraint, const char *column)
{
    struct zdm_arena *arena = alter->draft->arena;
    const char *table = alter->stmt->relation->relname, *columns = column ? column : "";
    const char *label = "check";

    if (constraint->conname[0])
        return zdm_arena_strdup(arena, constraint->conname);
    switch (constraint->contype) {
    case PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY:
        columns = "";
        label = "pkey";
        break;
    case PG_QUERY__CONSTR_TYPE__CONSTR_FOREIGN:
        if (!column)
            columns = joined_columns(arena, constraint->n_fk_attrs, constraint->fk_attrs);
        label = "fkey";
        break;
    case PG_QUERY__CONSTR_TYPE__CONSTR_UNIQUE:
        if (!column)
            columns = joined_columns(arena, constraint->n_keys, constraint->keys);
        label = "key";
        break;
    case PG_QUERY__CONSTR_TYPE__CONSTR_EXCLUSION:
        columns = excluded_columns(arena, constraint);
        label = "excl";
        break;
    case PG_QUERY__CONSTR_TYPE__CONSTR_NOTNULL:
        columns = constraint->n_keys ? zdm_node_string(constraint->keys[0]) : columns;
        label = "not_null";
        break;
    default:
        if (!column && constraint->raw_expr)
            columns = checked_column(alter, constraint);
    }
    return zdm_object_free_name(alter->draft, alter->relation, table, columns, label);
}

bool
zdm_constraint_name_is_free(struct zdm_alter *alter, const PgQuery__Constraint *constraint)
{
    if (!constraint->conname[0] || !zdm_relation_constraint(alter->relation, constraint->conname))
        return true;
    zdm_draft_fails(alter->draft, "42710", "%s has a constraint %s already", alter->table,
        zdm_ident_text(alter->draft->arena, constraint->conname));
    return false;
}
