/* What forbids that a column gets another type. */
#include <string.h>

#include "sql/column_type.h"

/* May it depend on the type of a column? Statistics, sequences and defaults do no harm. */
static bool
is_obstacle(const struct zdm_dependent *dependent)
{
    static const char *const kinds[] = {"view", "materialized view", "rule", "trigger", "policy",
        "function", "generated column", "publication"};

    return zdm_names_have(kinds, sizeof kinds / sizeof *kinds, dependent->kind);
}

/* The relation itself has them in lists of their own. */
static bool
is_own_part(const struct zdm_dependent *dependent)
{
    return strcmp(dependent->kind, "trigger") == 0 || strcmp(dependent->kind, "policy") == 0;
}

static bool
refuse(
    const struct zdm_type_change *change, const char *sqlstate, const char *kind, const char *name)
{
    struct zdm_draft *draft = change->alter->draft;

    if (zdm_draft_stop(draft, sqlstate))
        ZDM_FIND(draft, FAIL_TYPE_DEPENDENTS, .table = zdm_draft_name(draft, change->relation),
            .column = zdm_ident_text(draft->arena, change->column->name), .kind = kind,
            .name = name);
    return false;
}

/* A trigger lists its columns and asks for others in WHEN; so do policies. What the text itself made
 * is only there, not among the dependents. */
static bool
part_uses(const struct zdm_type_change *change, const char **kind, const char **name)
{
    const struct zdm_relation *relation = change->relation;
    const char *column = change->column->name;

    for (size_t i = 0; i < relation->triggers.n; i++) {
        const struct zdm_trigger *trigger = relation->triggers.items[i];
        *kind = "trigger";
        *name = trigger->name;
        if (zdm_names_have(trigger->columns, trigger->n_columns, column) ||
            zdm_names_have(trigger->when_columns, trigger->n_when_columns, column))
            return true;
    }
    for (size_t i = 0; i < relation->policies.n; i++) {
        const struct zdm_policy *policy = relation->policies.items[i];
        *kind = "policy";
        *name = policy->name;
        if (zdm_names_have(policy->columns, policy->n_columns, column))
            return true;
    }
    return false;
}

static const struct zdm_type *
row_type(const struct zdm_type_change *change)
{
    const struct zdm_relation *relation = change->relation;
    const struct zdm_type *type = relation->schema ? zdm_catalog_type(change->alter->draft->catalog,
                                                         relation->schema, relation->name)
                                                   : NULL;

    return type && type->relation == relation ? type : NULL;
}

/* Typed tables follow their type only when they are asked to. */
static bool
of_that_type(void *self, struct zdm_relation *relation)
{
    const struct zdm_relation **found = self;

    if (relation->of_type != found[0] || relation->dropped)
        return true;
    found[1] = relation;
    return false;
}

bool
zdm_type_change_allowed(const struct zdm_type_change *change)
{
    struct zdm_draft *draft = change->alter->draft;
    const struct zdm_relation *relation = change->relation;
    const char *column = change->column->name, *kind, *name;
    const char *generated_code = draft->pg_version && draft->pg_version < 15 ? "42601" : "0A000";

    for (size_t i = 0; i < relation->dependents.n; i++) {
        const struct zdm_dependent *dependent = relation->dependents.items[i];
        if (!is_obstacle(dependent) || (!dependent->dependent && is_own_part(dependent)) ||
            !dependent->column || strcmp(dependent->column, column) != 0 ||
            (dependent->dependent && dependent->dependent->dropped))
            continue;
        bool generated = strcmp(dependent->kind, "generated column") == 0;
        return refuse(
            change, generated ? generated_code : "0A000", dependent->kind, dependent->name);
    }
    if (part_uses(change, &kind, &name))
        return refuse(change, "0A000", kind, zdm_ident_text(draft->arena, name));
    const struct zdm_type *type = row_type(change);
    if (type && type->used_by.n)
        return refuse(change, "0A000", "column of its row type in table",
            zdm_draft_name(draft, type->used_by.items[0]));
    if (relation->kind == ZDM_RELATION_COMPOSITE &&
        change->alter->cmd->behavior != PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE) {
        const struct zdm_relation *found[2] = {relation, NULL};
        zdm_catalog_each_relation(draft->catalog, of_that_type, found);
        if (found[1])
            return refuse(change, "2BP01", "typed table", zdm_draft_name(draft, found[1]));
    }
    if (change->column->identity && change->to.type && !zdm_type_is(change->to.type, "int2") &&
        !zdm_type_is(change->to.type, "int4") && !zdm_type_is(change->to.type, "int8"))
        zdm_draft_fails(draft, "22023", "identity column %s must be smallint, integer or bigint",
            zdm_ident_text(draft->arena, column));
    return !zdm_draft_failed(draft);
}
