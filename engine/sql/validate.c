#include <string.h>

#include "sql/constraint.h"

static void
now_valid(struct zdm_draft *draft, struct zdm_constraint *constraint)
{
    zdm_catalog_touch(draft->catalog, constraint, sizeof *constraint);
    constraint->validated = true;
}

static void
scan(struct zdm_alter *alter, struct zdm_relation *relation)
{
    zdm_draft_lock_on(alter->draft, relation, alter->mode, ZDM_HELD_SCAN);
    if (zdm_relation_has_rows(relation))
        zdm_draft_scan_of(alter->draft, relation);
}

static void
validate_foreign(struct zdm_alter *alter, struct zdm_constraint *key)
{
    struct zdm_draft *draft = alter->draft;
    size_t n;

    scan(alter, alter->relation);
    zdm_draft_lock_on(draft, key->references, ZDM_LOCK_ROW_SHARE, ZDM_HELD_SCAN);
    if (key->references->kind == ZDM_RELATION_PARTITIONED)
        zdm_lock_referenced(draft, key->references, ZDM_LOCK_ACCESS_SHARE, ZDM_HELD_SCAN);
    struct zdm_relation **family = zdm_draft_family(draft, key->references, &n);
    for (size_t i = 0; i < n; i++)
        if (zdm_relation_has_rows(family[i]) &&
            (i == 0 || key->references->kind == ZDM_RELATION_PARTITIONED))
            zdm_draft_scan_of(draft, family[i]);
    for (size_t i = 0; i < alter->relation->constraints.n; i++) {
        struct zdm_constraint *clone = alter->relation->constraints.items[i];
        if (zdm_foreign_is_clone_of(clone, key))
            now_valid(draft, clone);
    }
    now_valid(draft, key);
}

/* Children are locked whether or not theirs is valid already. */
static void
validate_check(struct zdm_alter *alter, const struct zdm_constraint *target)
{
    struct zdm_draft *draft = alter->draft;
    size_t n = 1;
    struct zdm_relation **family = &alter->relation;

    if (!target->no_inherit)
        family = zdm_draft_family(draft, alter->relation, &n);
    for (size_t i = 0; i < n; i++) {
        struct zdm_constraint *check = zdm_relation_constraint(family[i], target->name);
        zdm_draft_lock_on(draft, family[i], alter->mode, ZDM_HELD_BRIEF);
        if (!check || check->validated)
            continue;
        scan(alter, family[i]);
        now_valid(draft, check);
        struct zdm_column *column = check->kind == ZDM_CONSTRAINT_NOT_NULL && check->n_columns
                                        ? zdm_relation_column(family[i], check->columns[0])
                                        : NULL;
        if (column) {
            zdm_catalog_touch(draft->catalog, column, sizeof *column);
            column->not_null_valid = true;
        }
    }
}

void
zdm_alter_validate_constraint(struct zdm_alter *alter)
{
    struct zdm_draft *draft = alter->draft;
    const char *name = alter->cmd->name, *quoted = zdm_ident_text(draft->arena, name);
    struct zdm_constraint *constraint = zdm_relation_constraint(alter->relation, name);

    if (!constraint && alter->relation->known) {
        zdm_draft_fails(draft, "42704", "%s has no constraint %s", alter->table, quoted);
        return;
    }
    if (!constraint) {
        scan(alter, alter->relation);
        ZDM_FIND(draft, VALIDATE_CONSTRAINT, .table = alter->table, .name = quoted);
        return;
    }
    if (constraint->kind != ZDM_CONSTRAINT_FOREIGN && constraint->kind != ZDM_CONSTRAINT_CHECK &&
        constraint->kind != ZDM_CONSTRAINT_NOT_NULL) {
        zdm_draft_fails(
            draft, "42809", "constraint %s of %s needs no validation", quoted, alter->table);
        return;
    }
    if (!constraint->enforced) {
        zdm_draft_fails(
            draft, "55000", "constraint %s of %s is NOT ENFORCED", quoted, alter->table);
        return;
    }
    if (constraint->validated)
        return;
    if (constraint->kind == ZDM_CONSTRAINT_FOREIGN) {
        validate_foreign(alter, constraint);
    } else {
        if (!alter->recurse && alter->relation->children.n && !constraint->no_inherit) {
            zdm_draft_fails(draft, "42P16",
                "constraint %s must be validated on those that inherit from %s too", quoted,
                alter->table);
            return;
        }
        validate_check(alter, constraint);
    }
    ZDM_FIND(draft, VALIDATE_CONSTRAINT, .table = alter->table, .name = quoted);
}
