#include <string.h>

#include "sql/condition.h"
#include "sql/constraint.h"
#include "sql/expression.h"
#include "sql/grammar.h"
#include "sql/table_parts.h"

/* CHECK (a IS NOT NULL AND ...), as it is added before SET NOT NULL. */
static bool
is_proof(const PgQuery__Node *expr)
{
    if (expr->node_case == PG_QUERY__NODE__NODE_BOOL_EXPR &&
        expr->bool_expr->boolop == PG_QUERY__BOOL_EXPR_TYPE__AND_EXPR) {
        for (size_t i = 0; i < expr->bool_expr->n_args; i++)
            if (is_proof(expr->bool_expr->args[i]))
                return true;
        return false;
    }
    return expr->node_case == PG_QUERY__NODE__NODE_NULL_TEST &&
           expr->null_test->nulltesttype == PG_QUERY__NULL_TEST_TYPE__IS_NOT_NULL &&
           expr->null_test->arg->node_case == PG_QUERY__NODE__NODE_COLUMN_REF;
}

struct check { /* that is being added */
    const PgQuery__Constraint *given;
    const char *name, *sql;
    struct zdm_names columns;
    bool later;
};

static void
put(struct zdm_alter *alter, const struct check *check, struct zdm_relation *relation)
{
    struct zdm_draft *draft = alter->draft;
    struct zdm_constraint *constraint = zdm_relation_add_constraint(
        draft->catalog, relation, ZDM_CONSTRAINT_CHECK, check->name, NULL);

    constraint->check_sql = zdm_catalog_string(draft->catalog, check->sql);
    constraint->columns = zdm_names_keep(draft, &check->columns);
    constraint->n_columns = check->columns.n;
    constraint->validated = !check->later;
    constraint->enforced = zdm_grammar_is_enforced(check->given);
    constraint->no_inherit = check->given->is_no_inherit;
    constraint->inherited = relation != alter->relation;
    constraint->fresh = draft->in_transaction;
    constraint->proof = check->given->conname[0] && is_proof(check->given->raw_expr);
}

/* The relation has the same one already: an error, unless it is merged with it. */
static void
merge(struct zdm_alter *alter, const struct check *check, const struct zdm_relation *relation,
    struct zdm_constraint *own)
{
    struct zdm_draft *draft = alter->draft;
    const char *name = zdm_ident_text(draft->arena, check->name);
    const char *table = zdm_draft_name(draft, relation);
    const char *wrong = own->no_inherit || !own->validated ? "42P16" : NULL;

    /* The server says it otherwise of the relation that the statement names. */
    if (wrong && relation == alter->relation)
        wrong = "42P17";
    const struct zdm_condition *a =
        own->check_sql ? zdm_condition_parse(draft->arena, own->check_sql) : NULL;
    const struct zdm_condition *b = zdm_condition_parse(draft->arena, check->sql);
    if (own->kind != ZDM_CONSTRAINT_CHECK || !a || !b || !zdm_condition_same(a, b))
        zdm_draft_fails(draft, "42710", "%s has another constraint %s already", table, name);
    else if (!own->enforced && zdm_grammar_is_enforced(check->given))
        zdm_draft_fails(draft, "42P17", "constraint %s of %s is NOT ENFORCED", name, table);
    else if (own->no_inherit)
        zdm_draft_fails(draft, wrong, "constraint %s of %s is NO INHERIT", name, table);
    else if (!own->validated && !check->later)
        zdm_draft_fails(draft, wrong, "constraint %s of %s is NOT VALID", name, table);
}

/* A child may have the same one already: then it is inherited from now on, and that is all. */
static bool
merged(struct zdm_alter *alter, const struct check *check, struct zdm_relation *child)
{
    struct zdm_draft *draft = alter->draft;
    struct zdm_constraint *own = zdm_relation_constraint(child, check->name);

    if (!own)
        return false;
    merge(alter, check, child, own);
    zdm_catalog_touch(draft->catalog, own, sizeof *own);
    own->inherited = true;
    return true;
}

/* What came from a parent may be said once more, as by a dump, and in ALTER TABLE not of a partition. */
static bool
said_again(struct zdm_alter *alter, const struct check *check)
{
    struct zdm_draft *draft = alter->draft;
    struct zdm_relation *relation = alter->relation;
    struct zdm_constraint *own =
        check->given->conname[0] ? zdm_relation_constraint(relation, check->given->conname) : NULL;

    if (!own || !own->inherited || (relation->is_partition && !alter->making))
        return false;
    zdm_draft_lock_on(draft, relation, alter->mode, ZDM_HELD_BRIEF);
    merge(alter, check, relation, own);
    if (check->given->is_no_inherit && !zdm_draft_failed(draft))
        zdm_draft_fails(draft, "42P17", "constraint %s of %s is inherited",
            zdm_ident_text(draft->arena, check->given->conname), alter->table);
    return true;
}

static void
check_one(struct zdm_alter *alter, const struct check *check, struct zdm_relation *relation)
{
    struct zdm_draft *draft = alter->draft;

    if (alter->recurse && !check->given->is_no_inherit)
        zdm_draft_goes_down(draft, relation);
    bool foreign = relation->kind == ZDM_RELATION_FOREIGN; /* its rows are not looked at */
    zdm_draft_lock_on(
        draft, relation, alter->mode, check->later || foreign ? ZDM_HELD_BRIEF : ZDM_HELD_SCAN);
    if (relation != alter->relation && merged(alter, check, relation))
        return;
    put(alter, check, relation);
    if (!check->later && zdm_relation_has_rows(relation))
        zdm_draft_scan_of(draft, relation);
    if (check->given->is_no_inherit)
        return;
    /* The text is read anew for each child: a name of the parent in it means nothing there. */
    for (size_t i = 0; i < relation->children.n; i++)
        if (zdm_expr_is_over(draft, check->given->raw_expr, relation->children.items[i]))
            check_one(alter, check, relation->children.items[i]);
}

static bool
columns_exist(struct zdm_alter *alter, const struct check *check)
{
    for (size_t i = 0; i < check->columns.n; i++) {
        const char *name = check->columns.items[i];
        if (zdm_relation_column(alter->relation, name) || !alter->relation->known ||
            strcmp(name, alter->relation->name) == 0 || strcmp(name, "tableoid") == 0)
            continue;
        zdm_draft_fails(alter->draft, "42703", "column %s of %s does not exist",
            zdm_ident_text(alter->draft->arena, name), alter->table);
        return false;
    }
    return true;
}

static bool
see_sublink(void *self, const ProtobufCMessage *message)
{
    *(bool *)self |= message->descriptor == &pg_query__sub_link__descriptor;
    return true;
}

void
zdm_constraint_add_check(struct zdm_alter *alter, const PgQuery__Constraint *constraint)
{
    struct zdm_draft *draft = alter->draft;
    struct zdm_relation *relation = alter->relation;
    struct check check = {.given = constraint,
        .name = zdm_constraint_name(alter, constraint, NULL),
        .later = constraint->skip_validation};
    char *sql = zdm_deparse_expr(draft->arena, constraint->raw_expr);
    bool sublink = false;

    check.sql = sql ? sql : "?";
    if (said_again(alter, &check) || !zdm_constraint_name_is_free(alter, constraint))
        return;
    zdm_names_of_expression(draft, constraint->raw_expr, &check.columns);
    zdm_node_walk(constraint->raw_expr, see_sublink, &sublink);
    if (sublink)
        zdm_draft_fails(draft, "0A000", "a CHECK cannot contain a subquery");
    if (!zdm_expr_is_over(draft, constraint->raw_expr, relation) || !columns_exist(alter, &check))
        return;
    if (relation->kind == ZDM_RELATION_PARTITIONED && constraint->is_no_inherit)
        zdm_draft_fails(
            draft, "42P16", "%s is partitioned: a CHECK of it cannot be NO INHERIT", alter->table);
    else if (!alter->recurse && relation->children.n && !constraint->is_no_inherit)
        zdm_draft_fails(draft, "42P16", "a CHECK must be added to those that inherit from %s too",
            alter->table);
    if (check.later) {
        const char *quoted = zdm_ident_text(draft->arena, check.name);
        ZDM_FIND(draft, ADD_CHECK_NOT_VALID, .table = alter->table, .name = quoted);
        ZDM_FIND(draft, ADD_CONSTRAINT, .name = quoted);
    } else if (relation->kind == ZDM_RELATION_FOREIGN && !relation->children.n) {
        ZDM_FIND(draft, ADD_CONSTRAINT, .name = zdm_ident_text(draft->arena, check.name));
    } else {
        zdm_constraint_later_steps(alter, ZDM_FIND(draft, SCAN_ADD_CHECK, .table = alter->table));
    }
    check_one(alter, &check, relation);
}
