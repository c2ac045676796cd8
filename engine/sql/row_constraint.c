/* Whether rows meet a constraint: NOT NULL, CHECK, keys and foreign keys, new ones and those that are
 * validated. */
#include "sql/row_constraint.h"

#include "sql/constraint.h"
#include "sql/expression.h"
#include "sql/grammar.h"

#define CONSTR(name) PG_QUERY__CONSTR_TYPE__CONSTR_##name

bool
zdm_ask_is_old(struct zdm_draft *draft, struct zdm_relation *relation)
{
    size_t n;

    if (!relation || !relation->oid || !relation->known || relation->dropped)
        return false;
    struct zdm_relation **family = zdm_draft_family(draft, relation, &n);
    for (size_t i = 0; i < n; i++)
        if (zdm_context_rows_changed(draft->context, zdm_draft_name(draft, family[i])))
            return false;
    return true;
}

const char *
zdm_ask_harmless(struct zdm_asking *asking, PgQuery__Node *expr)
{
    struct zdm_draft *draft = asking->draft;

    if (!expr || zdm_expr_missing_column(expr, asking->relation))
        return NULL;
    struct zdm_judged judged = zdm_expr_judge(draft, expr, asking->relation);
    if (judged.is_volatile || judged.unsure || zdm_draft_failed(draft))
        return NULL;
    return zdm_deparse_expr(draft->arena, expr);
}

static void
ask_check(struct zdm_asking *asking, const char *condition, const char *name)
{
    struct zdm_arena *arena = asking->draft->arena;

    zdm_ask_where(asking, "23514",
        name && name[0] ? zdm_arena_strf(arena, "does not meet the condition of %s",
                              zdm_ask_ident(asking, name))
                        : "does not meet the condition",
        zdm_arena_strf(arena, "NOT (%s)", condition));
}

void
zdm_ask_not_null(struct zdm_asking *asking, const char *name)
{
    struct zdm_arena *arena = asking->draft->arena;
    const struct zdm_column *column = zdm_relation_column(asking->relation, name);

    if (!column || (column->not_null && column->not_null_valid))
        return;
    zdm_ask_where(asking, "23502",
        zdm_arena_strf(arena, "has NULL in %s", zdm_ask_ident(asking, name)),
        zdm_arena_strf(arena, "%s IS NULL", zdm_ask_ident(asking, name)));
}

/* The names in a list of String nodes that are columns of the relation; NULL: one is not. */
static const char **
column_list(struct zdm_asking *asking, const struct zdm_relation *relation, size_t n,
    PgQuery__Node *const *nodes)
{
    const char **names = zdm_arena_alloc(asking->draft->arena, (n + 1) * sizeof *names);

    for (size_t i = 0; i < n; i++) {
        names[i] = zdm_node_string(nodes[i]);
        if (!zdm_relation_column(relation, names[i]))
            return NULL;
    }
    return names;
}

static void
ask_new_foreign(struct zdm_asking *asking, const PgQuery__Constraint *constraint)
{
    struct zdm_draft *draft = asking->draft;
    const PgQuery__RangeVar *range = constraint->pktable;
    struct zdm_relation *references = zdm_catalog_relation(
        draft->catalog, range->schemaname[0] ? range->schemaname : NULL, range->relname);
    const char **referenced;

    if (!zdm_ask_is_old(draft, references) || constraint->fk_matchtype[0] == 'f')
        return;
    const char **columns =
        column_list(asking, asking->relation, constraint->n_fk_attrs, constraint->fk_attrs);
    const struct zdm_constraint *key = zdm_relation_primary_key(references);
    if (constraint->n_pk_attrs)
        referenced = column_list(asking, references, constraint->n_pk_attrs, constraint->pk_attrs);
    else
        referenced = key && key->n_columns == constraint->n_fk_attrs ? key->columns : NULL;
    if (columns && referenced &&
        (!constraint->n_pk_attrs || constraint->n_pk_attrs == constraint->n_fk_attrs))
        zdm_ask_foreign(asking, constraint->n_fk_attrs, columns, references, referenced);
}

static void
ask_new_key(struct zdm_asking *asking, const PgQuery__Constraint *constraint)
{
    size_t n = constraint->n_keys;
    const char **names = column_list(asking, asking->relation, n, constraint->keys);

    if (!names)
        return;
    bool primary = constraint->contype == CONSTR(PRIMARY);
    for (size_t i = 0; primary && i < n; i++)
        zdm_ask_not_null(asking, names[i]);
    if (!n) /* USING INDEX */
        return;
    for (size_t i = 0; i < n; i++)
        names[i] = zdm_ask_ident(asking, names[i]);
    zdm_ask_unique(asking, n, names, constraint->nulls_not_distinct, NULL);
}

/* Enforced, and not about ranges. */
static bool
is_plain(const PgQuery__Constraint *constraint)
{
    switch (constraint->contype) {
    case CONSTR(CHECK):
        return zdm_grammar_is_enforced(constraint);
    case CONSTR(FOREIGN):
        return zdm_grammar_is_enforced(constraint) && !zdm_grammar_has_period(constraint);
    case CONSTR(PRIMARY):
    case CONSTR(UNIQUE):
        return !zdm_grammar_without_overlaps(constraint);
    default:
        return true;
    }
}

void
zdm_ask_new_constraint(struct zdm_asking *asking, const PgQuery__Constraint *constraint)
{
    const char *condition;

    if (constraint->skip_validation || !is_plain(constraint))
        return;
    switch (constraint->contype) {
    case CONSTR(NOTNULL):
        for (size_t i = 0; i < constraint->n_keys; i++)
            zdm_ask_not_null(asking, zdm_node_string(constraint->keys[i]));
        break;
    case CONSTR(CHECK):
        condition = zdm_ask_harmless(asking, constraint->raw_expr);
        if (condition)
            ask_check(asking, condition, constraint->conname);
        break;
    case CONSTR(FOREIGN):
        ask_new_foreign(asking, constraint);
        break;
    case CONSTR(PRIMARY):
    case CONSTR(UNIQUE):
        ask_new_key(asking, constraint);
        break;
    default:
        break;
    }
}

void
zdm_ask_validation(struct zdm_asking *asking, const char *name)
{
    const struct zdm_constraint *constraint = zdm_relation_constraint(asking->relation, name);
    struct zdm_tree tree;

    if (!constraint || constraint->validated)
        return;
    if (constraint->kind == ZDM_CONSTRAINT_CHECK && constraint->check_sql) {
        PgQuery__Node *expr = (PgQuery__Node *)zdm_expr_parse(constraint->check_sql, &tree);
        if (!expr)
            return;
        const char *condition = zdm_ask_harmless(asking, expr);
        if (condition)
            ask_check(asking, condition, name);
        zdm_tree_release(&tree);
    } else if (constraint->kind == ZDM_CONSTRAINT_FOREIGN && constraint->references &&
               zdm_ask_is_old(asking->draft, constraint->references)) {
        const struct zdm_constraint *key = zdm_relation_primary_key(constraint->references);
        const char **referenced = constraint->referenced;
        if (!referenced && key && key->n_columns == constraint->n_columns)
            referenced = key->columns;
        if (referenced)
            zdm_ask_foreign(asking, constraint->n_columns, constraint->columns,
                constraint->references, referenced);
    } else if (constraint->kind == ZDM_CONSTRAINT_NOT_NULL && constraint->n_columns == 1) {
        zdm_ask_where(asking, "23502",
            zdm_arena_strf(asking->draft->arena, "has NULL in %s",
                zdm_ask_ident(asking, constraint->columns[0])),
            zdm_arena_strf(
                asking->draft->arena, "%s IS NULL", zdm_ask_ident(asking, constraint->columns[0])));
    }
}
