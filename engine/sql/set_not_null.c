#include <string.h>

#include "sql/constraint.h"
#include "sql/object.h"
#include "sql/proof.h"

/* The CHECK that would have proved it, had the statement not dropped it; NULL: none. */
static const char *
dropped_proof(const struct zdm_alter *alter)
{
    for (size_t i = 0; alter->dropped_proofs && i < alter->stmt->n_cmds; i++)
        if (alter->stmt->cmds[i]->alter_table_cmd == alter->cmd)
            return alter->dropped_proofs[i];
    return NULL;
}

/* ONLY on a partitioned table: the partitions must be NOT NULL already. */
static bool
children_have_it(struct zdm_alter *alter)
{
    struct zdm_draft *draft = alter->draft;
    const struct zdm_relation *relation = alter->relation;

    if (alter->recurse || relation->kind != ZDM_RELATION_PARTITIONED)
        return true;
    for (size_t i = 0; i < relation->children.n; i++) {
        struct zdm_relation *child = relation->children.items[i];
        const struct zdm_column *column = zdm_relation_column(child, alter->cmd->name);
        zdm_draft_lock_on(draft, child, alter->mode, ZDM_HELD_BRIEF);
        if (!column || column->not_null)
            continue;
        zdm_draft_fails(draft, "42P16", "%s must be NOT NULL in partition %s first",
            zdm_ident_text(draft->arena, column->name), zdm_draft_name(draft, child));
        return false;
    }
    return true;
}

struct setting {
    struct zdm_alter *alter;
    const char *proof; /* in words */
    bool scans;
    const char *unvalidated; /* the NOT NULL that is there and not valid */
};

struct zdm_constraint *
zdm_not_null_of(const struct zdm_relation *relation, const char *column)
{
    for (size_t i = 0; i < relation->constraints.n; i++) {
        struct zdm_constraint *constraint = relation->constraints.items[i];
        if (constraint->kind == ZDM_CONSTRAINT_NOT_NULL && constraint->name &&
            zdm_names_have(constraint->columns, constraint->n_columns, column))
            return constraint;
    }
    return NULL;
}

void
zdm_not_null_put(
    struct zdm_draft *draft, struct zdm_relation *relation, const char *column, bool inherited)
{
    struct zdm_catalog *catalog = draft->catalog;
    struct zdm_constraint *constraint = zdm_not_null_of(relation, column);

    if (constraint) {
        zdm_catalog_touch(catalog, constraint, sizeof *constraint);
        constraint->validated = true;
        return;
    }
    if (draft->pg_version < 18)
        return;
    constraint = zdm_relation_add_constraint(catalog, relation, ZDM_CONSTRAINT_NOT_NULL,
        zdm_object_free_name(draft, relation, relation->name, column, "not_null"), NULL);
    constraint->columns = zdm_catalog_alloc(catalog, sizeof *constraint->columns);
    constraint->columns[0] = zdm_catalog_string(catalog, column);
    constraint->n_columns = 1;
    constraint->inherited = inherited;
    constraint->fresh = draft->in_transaction;
}

static const char *
unvalidated_name(const struct zdm_relation *relation, const char *column)
{
    const struct zdm_constraint *constraint = zdm_not_null_of(relation, column);

    return constraint ? constraint->name : NULL;
}

static void
set_one(struct setting *setting, struct zdm_relation *relation)
{
    struct zdm_alter *alter = setting->alter;
    struct zdm_draft *draft = alter->draft;
    struct zdm_column *column = zdm_relation_column(relation, alter->cmd->name);
    const struct zdm_constraint *proof = zdm_proof_not_null(relation, alter->cmd->name);
    bool done = column && column->not_null && column->not_null_valid;
    bool scans = !done && !proof && zdm_relation_has_rows(relation);

    zdm_draft_lock_on(draft, relation, alter->mode, scans ? ZDM_HELD_SCAN : ZDM_HELD_BRIEF);
    if (scans)
        zdm_draft_scan_of(draft, relation);
    setting->scans |= scans;
    if (relation == alter->relation && column && column->not_null && !column->not_null_valid)
        setting->unvalidated = unvalidated_name(relation, column->name);
    if (!setting->proof && done)
        setting->proof = "it is NOT NULL already";
    else if (!setting->proof && proof && proof->name)
        setting->proof = zdm_arena_strf(
            draft->arena, "the validated %s proves it", zdm_ident_text(draft->arena, proof->name));
    if (!column)
        return;
    zdm_catalog_touch(draft->catalog, column, sizeof *column);
    column->not_null = column->not_null_valid = true;
    zdm_not_null_put(draft, relation, column->name, relation != alter->relation);
}

static void
tell(struct setting *setting)
{
    struct zdm_alter *alter = setting->alter;
    struct zdm_draft *draft = alter->draft;
    const char *column = zdm_ident_text(draft->arena, alter->cmd->name);
    const char *dropped = dropped_proof(alter);

    if (!setting->scans) {
        ZDM_FIND(draft, SET_NOT_NULL_PROVEN, .table = alter->table, .column = column,
            .name = setting->proof ? setting->proof
                    : alter->relation->kind == ZDM_RELATION_FOREIGN
                        ? "rows of a foreign table are not looked at"
                        : "no rows are in it");
        return;
    }
    zdm_alter_lock(alter, ZDM_HELD_SCAN);
    if (setting->unvalidated) {
        const char *name = zdm_ident_text(draft->arena, setting->unvalidated);
        struct zdm_finding *finding = ZDM_FIND(
            draft, NOT_NULL_NOT_VALID, .table = alter->table, .column = column, .name = name);
        zdm_draft_safer(draft, finding,
            zdm_arena_strf(
                draft->arena, "ALTER TABLE %s VALIDATE CONSTRAINT %s", alter->table, name));
        return;
    }
    if (dropped) {
        ZDM_FIND(draft, SCAN_SET_NOT_NULL_DROPS_PROOF, .table = alter->table, .column = column,
            .name = zdm_ident_text(draft->arena, dropped));
        return;
    }
    struct zdm_finding *finding =
        ZDM_FIND(draft, SCAN_SET_NOT_NULL, .table = alter->table, .column = column);
    if (finding)
        draft->st->breaks_writers = true;
    zdm_alter_not_null_steps(alter, finding, alter->cmd->name);
}

void
zdm_alter_set_not_null(struct zdm_alter *alter)
{
    struct zdm_relation *relation = alter->relation;
    struct zdm_column *column = zdm_alter_column(alter, alter->cmd->name);
    struct setting setting = {.alter = alter};
    size_t n = 1;
    struct zdm_relation **family = &relation;

    if (zdm_draft_failed(alter->draft) || !children_have_it(alter))
        return;
    /* Partitions of a table that has it have it, since 18 all children: nothing more is locked. */
    bool below = column && column->not_null && column->not_null_valid &&
                 (relation->kind == ZDM_RELATION_PARTITIONED || alter->draft->pg_version >= 18);
    if (!below)
        family = zdm_alter_family(alter, &n);
    for (size_t i = 0; i < n; i++)
        set_one(&setting, family[i]);
    tell(&setting);
}
