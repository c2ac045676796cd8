#include <string.h>

#include "sql/constraint.h"

struct dropping {
    struct zdm_alter *alter;
    struct zdm_constraint *constraint;
    const char *name; /* quoted */
    bool cascade;
};

static bool
depends(const struct zdm_dependent *dependent, const struct zdm_constraint *constraint)
{
    return dependent->constraint && constraint->name && !dependent->automatic &&
           strcmp(dependent->constraint, constraint->name) == 0;
}

/* Foreign keys that point to the key, and views that group by it: they go along or stand in the way. */
static void
drop_what_depends(struct dropping *dropping)
{
    struct zdm_draft *draft = dropping->alter->draft;
    struct zdm_relation *relation = dropping->constraint->relation;
    const struct zdm_index *index = dropping->constraint->index;

    for (size_t i = 0; i < relation->referenced_by.n;) {
        struct zdm_constraint *key = relation->referenced_by.items[i];
        if (key->index != index || !index) {
            i++;
            continue;
        }
        if (!dropping->cascade) {
            zdm_draft_fails(draft, "2BP01", "the foreign key %s of %s needs %s",
                key->name ? zdm_ident_text(draft->arena, key->name) : "",
                zdm_draft_name(draft, key->relation), dropping->name);
            return;
        }
        zdm_foreign_drop(draft, key, ZDM_LOCK_ACCESS_EXCLUSIVE);
        i = 0;
    }
    for (size_t i = 0; i < relation->dependents.n; i++) {
        struct zdm_dependent *dependent = relation->dependents.items[i];
        if (!depends(dependent, dropping->constraint))
            continue;
        if (!dropping->cascade) {
            zdm_draft_fails(
                draft, "2BP01", "%s %s needs %s", dependent->kind, dependent->name, dropping->name);
            return;
        }
        if (dependent->dependent) {
            zdm_draft_lock_on(
                draft, dependent->dependent, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
            zdm_catalog_drop_relation(draft->catalog, dependent->dependent);
        }
    }
}

/* With the index of a partitioned table go those of its partitions. */
static void
drop_index_children(struct dropping *dropping, struct zdm_index *index)
{
    struct zdm_draft *draft = dropping->alter->draft;

    while (index->children.n) {
        struct zdm_index *child = index->children.items[0];
        zdm_draft_lock_on(draft, child->table, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
        drop_index_children(dropping, child);
        if (child->constraint)
            zdm_relation_drop_constraint(draft->catalog, child->constraint);
        else
            zdm_catalog_drop_relation(draft->catalog, child->self);
    }
}

static void
drop_key(struct dropping *dropping)
{
    struct zdm_alter *alter = dropping->alter;
    struct zdm_draft *draft = alter->draft;
    struct zdm_relation *relation = alter->relation;
    struct zdm_constraint *constraint = dropping->constraint;

    drop_what_depends(dropping);
    if (zdm_draft_failed(draft))
        return;
    bool identity = constraint->kind == ZDM_CONSTRAINT_PRIMARY
                        ? relation->replica_identity == 'd'
                        : constraint->index && constraint->index->replica_identity;
    if (identity && relation->published)
        ZDM_FIND(draft, DROP_CONSTRAINT_PK, .table = alter->table, .name = dropping->name);
    else
        ZDM_FIND(draft, DROP_CONSTRAINT, .table = alter->table, .name = dropping->name);
    if (constraint->index)
        drop_index_children(dropping, constraint->index);
    zdm_relation_drop_constraint(draft->catalog, constraint);
}

static void
drop_foreign(struct dropping *dropping)
{
    struct zdm_draft *draft = dropping->alter->draft;

    ZDM_FIND(draft, LOCK_DROP_FK, .table = dropping->alter->table, .name = dropping->name,
        .other = zdm_draft_name(draft, dropping->constraint->references));
    zdm_foreign_drop(draft, dropping->constraint, dropping->alter->mode);
}

/* Children keep what they declared themselves, which nobody can tell from here: then theirs is only
 * no longer inherited. */
static void
drop_check_of_children(struct dropping *dropping, struct zdm_relation *relation, const char *name)
{
    struct zdm_draft *draft = dropping->alter->draft;

    for (size_t i = 0; i < relation->children.n; i++) {
        struct zdm_relation *child = relation->children.items[i];
        struct zdm_constraint *check = zdm_relation_constraint(child, name);
        zdm_draft_lock_on(draft, child, dropping->alter->mode, ZDM_HELD_BRIEF);
        if (!check || !check->inherited)
            continue;
        if (!dropping->alter->recurse) {
            zdm_catalog_touch(draft->catalog, check, sizeof *check);
            check->inherited = false;
            continue;
        }
        drop_check_of_children(dropping, child, name);
        zdm_relation_drop_constraint(draft->catalog, check);
    }
}

static void
drop_check(struct dropping *dropping)
{
    struct zdm_alter *alter = dropping->alter;
    struct zdm_draft *draft = alter->draft;
    struct zdm_constraint *check = dropping->constraint;

    if (!alter->recurse && alter->relation->kind == ZDM_RELATION_PARTITIONED &&
        alter->relation->children.n) {
        zdm_draft_fails(draft, "42P16", "partitions of %s have the constraint too", alter->table);
        return;
    }
    /* A CHECK that the same plan added to prove NOT NULL has done its work. */
    if (!check->proof)
        ZDM_FIND(draft, DROP_CONSTRAINT, .table = alter->table, .name = dropping->name);
    if (!check->no_inherit)
        drop_check_of_children(dropping, alter->relation, check->name);
    zdm_relation_drop_constraint(draft->catalog, check);
}

static void
drop_not_null(struct dropping *dropping)
{
    struct zdm_alter *alter = dropping->alter;
    struct zdm_draft *draft = alter->draft;
    const char *name = dropping->constraint->n_columns ? dropping->constraint->columns[0] : NULL;
    const struct zdm_constraint *primary = zdm_relation_primary_key(alter->relation);
    struct zdm_column *column = name ? zdm_relation_column(alter->relation, name) : NULL;

    if (column && primary && zdm_names_have(primary->columns, primary->n_columns, name)) {
        zdm_draft_fails(draft, "42P16", "column %s is in the primary key of %s",
            zdm_ident_text(draft->arena, name), alter->table);
        return;
    }
    ZDM_FIND(draft, DROP_CONSTRAINT, .table = alter->table, .name = dropping->name);
    if (column) {
        zdm_catalog_touch(draft->catalog, column, sizeof *column);
        column->not_null = false;
        column->not_null_valid = true;
    }
    drop_check_of_children(dropping, alter->relation, dropping->constraint->name);
    zdm_relation_drop_constraint(draft->catalog, dropping->constraint);
}

void
zdm_alter_drop_constraint(struct zdm_alter *alter)
{
    struct zdm_draft *draft = alter->draft;
    struct dropping dropping = {.alter = alter,
        .constraint = zdm_relation_constraint(alter->relation, alter->cmd->name),
        .name = zdm_ident_text(draft->arena, alter->cmd->name),
        .cascade = alter->cmd->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE};

    if (!dropping.constraint && alter->relation->known) {
        if (!alter->cmd->missing_ok)
            zdm_draft_fails(draft, "42704", "%s has no constraint %s", alter->table, dropping.name);
        return;
    }
    if (!dropping.constraint) {
        ZDM_FIND(draft, DROP_CONSTRAINT, .table = alter->table, .name = dropping.name);
    } else if (dropping.constraint->inherited) {
        zdm_draft_fails(
            draft, "42P16", "constraint %s of %s is inherited", dropping.name, alter->table);
        return;
    } else {
        switch (dropping.constraint->kind) {
        case ZDM_CONSTRAINT_FOREIGN:
            drop_foreign(&dropping);
            break;
        case ZDM_CONSTRAINT_CHECK:
            drop_check(&dropping);
            break;
        case ZDM_CONSTRAINT_NOT_NULL:
            drop_not_null(&dropping);
            break;
        default:
            drop_key(&dropping);
        }
    }
    if (dropping.cascade && !zdm_draft_failed(draft))
        ZDM_FIND(draft, DROP_CASCADE, .name = dropping.name);
}
