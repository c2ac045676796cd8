#include "sql/new_column.h"

#include <string.h>

#include "sql/grammar.h"
#include "sql/index_make.h"
#include "sql/object.h"
#include "sql/volatility.h"

static void
read_constraints(struct zdm_new_column *column)
{
    for (size_t i = 0; i < column->def->n_constraints; i++) {
        const PgQuery__Constraint *constraint = column->def->constraints[i]->constraint;
        switch (constraint->contype) {
        case PG_QUERY__CONSTR_TYPE__CONSTR_NOTNULL:
        case PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY:
            column->required = true;
            break;
        case PG_QUERY__CONSTR_TYPE__CONSTR_DEFAULT:
            column->value = constraint->raw_expr;
            column->looked_up = true;
            break;
        case PG_QUERY__CONSTR_TYPE__CONSTR_IDENTITY:
            column->identity = constraint->generated_when[0];
            column->required = true;
            break;
        case PG_QUERY__CONSTR_TYPE__CONSTR_GENERATED:
            column->computed = constraint->raw_expr;
            column->is_virtual = zdm_grammar_is_virtual(constraint);
            column->looked_up = true;
            break;
        default:
            break;
        }
    }
    if (column->value && zdm_expr_is_null(column->value))
        column->value = NULL;
}

static bool
read_type(struct zdm_alter *alter, struct zdm_new_column *column)
{
    struct zdm_draft *draft = alter->draft;
    const PgQuery__TypeName *name = column->def->type_name;
    char *text = zdm_deparse_type(draft->arena, column->def->type_name);

    column->type = text ? text : zdm_list_text(draft->arena, name->n_names, name->names);
    column->serial = zdm_serial_base(name);
    if (column->serial) {
        const char *type = strcmp(column->serial, "bigint") == 0     ? "int8"
                           : strcmp(column->serial, "smallint") == 0 ? "int2"
                                                                     : "int4";
        column->typed = (struct zdm_typed){
            .type = zdm_builtin_type(draft->catalog, type), .typmod = ZDM_TYPMOD_NONE};
        column->required = column->looked_up = true;
        if (name->n_array_bounds)
            zdm_draft_fails(draft, "0A000", "there are no arrays of %s", text);
        return !zdm_draft_failed(draft);
    }
    if (!zdm_typed_of_name(draft, name, &column->typed))
        return false;
    if (column->typed.type && column->typed.type->kind == ZDM_TYPE_PSEUDO) {
        zdm_draft_fails(draft, "42P16", "%s is no type of a column", column->type);
        return false;
    }
    column->constrained = zdm_type_has_constraints(column->typed.type);
    column->maybe_constrained = !column->typed.type && !zdm_type_is_known(name);
    return true;
}

static void
read_collation(struct zdm_alter *alter, struct zdm_new_column *column)
{
    struct zdm_draft *draft = alter->draft;
    const PgQuery__CollateClause *clause = column->def->coll_clause;

    if (!clause)
        return;
    if (column->typed.type && draft->catalog->complete &&
        zdm_type_is(column->typed.type, column->typed.type->name) &&
        !zdm_type_has_collation(column->typed.type))
        zdm_draft_fails(draft, "42804", "type %s has no collation", column->type);
    column->collation = zdm_object_collation(draft, clause);
}

/* DEFAULT NULL says that the column has none, whatever its domain says. */
static void
read_domain_default(struct zdm_draft *draft, struct zdm_new_column *column)
{
    const char *text = column->typed.type ? column->typed.type->domain_default : NULL;
    struct zdm_tree tree;

    if (!text || column->looked_up || column->serial || column->identity)
        return;
    const PgQuery__Node *value = zdm_expr_parse(text, &tree);
    if (!value)
        return;
    struct zdm_judged judged = zdm_expr_judge(draft, value, NULL);
    zdm_tree_release(&tree);
    column->is_volatile = judged.is_volatile;
    column->unsure = judged.unsure;
    column->by_domain = true;
}

static void
read_value(struct zdm_alter *alter, struct zdm_new_column *column)
{
    struct zdm_draft *draft = alter->draft;

    if (!column->value)
        read_domain_default(draft, column);
    if (!column->value || !zdm_expr_is_plain(draft, column->value, "a DEFAULT"))
        return;
    if (zdm_expr_has_columns(column->value)) {
        zdm_draft_fails(draft, "0A000", "the DEFAULT of %s cannot name a column", column->name);
        return;
    }
    struct zdm_judged judged = zdm_expr_judge(draft, column->value, NULL);
    column->is_volatile = judged.is_volatile;
    column->unsure = judged.unsure;
    if (!judged.literal && draft->catalog->complete &&
        !zdm_type_casts(draft->catalog, judged.typed.type, column->typed.type, 'a'))
        zdm_draft_fails(draft, "42804", "the DEFAULT of %s is %s, and no %s", column->name,
            zdm_typed_text(draft, judged.typed), column->type);
}

bool
zdm_computed_is_right(
    struct zdm_alter *alter, const char *name, const char *quoted, PgQuery__Node *computed)
{
    struct zdm_draft *draft = alter->draft;
    const struct zdm_relation *relation = alter->relation;

    if (!zdm_expr_is_plain(draft, computed, "a generated column") ||
        !zdm_expr_is_over(draft, computed, relation))
        return false;
    const char *missing = zdm_expr_missing_column(computed, relation);
    if (missing && strcmp(missing, name) == 0)
        zdm_draft_fails(draft, "42P17", "%s cannot be computed of itself", quoted);
    else if (missing && relation->known)
        zdm_draft_fails(
            draft, "42703", "column %s does not exist", zdm_ident_text(draft->arena, missing));
    for (size_t i = 0; i < relation->columns.n; i++)
        if (relation->columns.items[i]->generated &&
            zdm_expr_has_column(computed, relation->columns.items[i]->name))
            zdm_draft_fails(draft, "42P17", "%s cannot be computed of %s, which is generated too",
                quoted, zdm_ident_text(draft->arena, relation->columns.items[i]->name));
    if (!draft->catalog->complete || zdm_draft_failed(draft))
        return !zdm_draft_failed(draft);
    const char *fault = zdm_index_expression_fault(draft, relation, computed);
    if (fault && strcmp(fault, "42P17") == 0)
        zdm_draft_fails(draft, "42P17", "what %s is computed of is not immutable", quoted);
    return !zdm_draft_failed(draft);
}

/* Nothing may rest on a value that is nowhere stored. */
static void
check_virtual(struct zdm_alter *alter, const struct zdm_new_column *column)
{
    struct zdm_draft *draft = alter->draft;

    if (column->typed.type && column->typed.type->kind == ZDM_TYPE_DOMAIN)
        zdm_draft_fails(
            draft, "0A000", "virtual generated column %s cannot have a domain type", column->name);
    for (size_t i = 0; i < column->def->n_constraints; i++)
        switch (column->def->constraints[i]->constraint->contype) {
        case PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY:
        case PG_QUERY__CONSTR_TYPE__CONSTR_UNIQUE:
        case PG_QUERY__CONSTR_TYPE__CONSTR_FOREIGN:
            zdm_draft_fails(
                draft, "0A000", "virtual generated column %s can have no key", column->name);
            break;
        default:
            break;
        }
}

static bool
is_integer(const struct zdm_type *type)
{
    return zdm_type_is(type, "int2") || zdm_type_is(type, "int4") || zdm_type_is(type, "int8");
}

static void
check_together(struct zdm_alter *alter, const struct zdm_new_column *column)
{
    struct zdm_draft *draft = alter->draft;

    if ((column->value != NULL) + (column->computed != NULL) + (column->identity != 0) +
            (column->serial != NULL) >
        1)
        zdm_draft_fails(draft, "42601", "%s has more than one default", column->name);
    else if (column->identity && column->typed.type && !is_integer(column->typed.type))
        zdm_draft_fails(
            draft, "22023", "identity column %s must be smallint, integer or bigint", column->name);
}

bool
zdm_new_column_read(struct zdm_alter *alter, struct zdm_new_column *out)
{
    struct zdm_draft *draft = alter->draft;

    *out = (struct zdm_new_column){.def = alter->cmd->def->column_def};
    out->name = zdm_ident_text(draft->arena, out->def->colname);
    read_constraints(out);
    if (!read_type(alter, out))
        return false;
    read_collation(alter, out);
    read_value(alter, out);
    if (out->computed && !alter->making)
        zdm_computed_is_right(alter, out->def->colname, out->name, out->computed);
    if (out->is_virtual)
        check_virtual(alter, out);
    check_together(alter, out);
    return !zdm_draft_failed(draft);
}

bool
zdm_new_column_rewrites(const struct zdm_new_column *column)
{
    return column->serial || column->identity || (column->computed && !column->is_virtual) ||
           column->is_volatile || column->constrained;
}

bool
zdm_new_column_has_value(const struct zdm_new_column *column)
{
    return column->value || column->serial || column->identity || column->computed ||
           (column->typed.type && column->typed.type->domain_default && !column->looked_up);
}
