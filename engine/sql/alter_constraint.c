#include "sql/constraint.h"
#include "sql/grammar.h"

struct altering { /* ALTER CONSTRAINT */
    struct zdm_alter *alter;
    struct zdm_alter_constraint given;
    const char *quoted;
    struct zdm_constraint *constraint; /* NULL: nobody knows it */
};

static bool
may_alter(const struct altering *altering)
{
    struct zdm_draft *draft = altering->alter->draft;
    const char *table = altering->alter->table, *quoted = altering->quoted;
    const struct zdm_constraint *constraint = altering->constraint;
    enum zdm_constraint_kind wanted =
        altering->given.inheritance ? ZDM_CONSTRAINT_NOT_NULL : ZDM_CONSTRAINT_FOREIGN;

    if (!constraint && altering->alter->relation->known)
        zdm_draft_fails(draft, "42704", "%s has no constraint %s", table, quoted);
    else if (constraint && constraint->kind != wanted)
        zdm_draft_fails(draft, "42809", "constraint %s of %s is no %s", quoted, table,
            wanted == ZDM_CONSTRAINT_NOT_NULL ? "NOT NULL" : "foreign key");
    else if (constraint && constraint->inherited)
        zdm_draft_fails(draft, draft->pg_version >= 18 ? "55000" : "XX000",
            "constraint %s of %s is a part of its parent's", quoted, table);
    return !zdm_draft_failed(draft);
}

/* What it takes to check every row, or to take the triggers of both sides away. */
static void
change_enforcement(const struct altering *altering)
{
    struct zdm_alter *alter = altering->alter;
    struct zdm_draft *draft = alter->draft;
    struct zdm_constraint *key = altering->constraint;
    const char *other = zdm_draft_name(draft, key->references);
    size_t n;

    if (!altering->given.enforced) {
        zdm_lock_referenced(draft, key->references, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
        return;
    }
    zdm_lock_referenced(draft, key->references, ZDM_LOCK_SHARE_ROW_EXCLUSIVE, ZDM_HELD_SCAN);
    zdm_foreign_scan_referenced(draft, key->references);
    struct zdm_relation **family = zdm_draft_family(draft, alter->relation, &n);
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && alter->relation->kind != ZDM_RELATION_PARTITIONED)
            break;
        zdm_draft_lock_on(draft, family[i], alter->mode, ZDM_HELD_SCAN);
        if (zdm_relation_has_rows(family[i]))
            zdm_draft_scan_of(draft, family[i]);
    }
    ZDM_FIND(draft, SCAN_ADD_FK, .kind = "ALTER CONSTRAINT ... ENFORCED", .table = alter->table,
        .other = other);
}

static void
change(const struct altering *altering, struct zdm_constraint *one, bool enforcement)
{
    const struct zdm_alter_constraint *given = &altering->given;

    zdm_catalog_touch(altering->alter->draft->catalog, one, sizeof *one);
    if (given->timing) {
        one->deferrable = given->deferrable;
        one->initially_deferred = given->initially_deferred;
    }
    if (enforcement)
        one->enforced = one->validated = given->enforced;
}

/* With its copies for partitions of either side. */
static void
change_foreign(const struct altering *altering)
{
    struct zdm_alter *alter = altering->alter;
    struct zdm_draft *draft = alter->draft;
    struct zdm_constraint *key = altering->constraint;
    bool enforcement = altering->given.enforceability && key->enforced != altering->given.enforced;
    size_t n = 1;
    struct zdm_relation **family = &alter->relation;

    if (alter->relation->kind == ZDM_RELATION_PARTITIONED)
        family = zdm_draft_family(draft, alter->relation, &n);
    if (enforcement)
        change_enforcement(altering);
    for (size_t i = 0; i < n; i++) {
        zdm_draft_lock_on(draft, family[i], alter->mode, ZDM_HELD_BRIEF);
        for (size_t k = 0; k < family[i]->constraints.n; k++) {
            struct zdm_constraint *one = family[i]->constraints.items[k];
            if (one != key && zdm_foreign_is_clone_of(one, key))
                change(altering, one, enforcement);
        }
    }
    change(altering, key, enforcement);
}

void
zdm_alter_change_constraint(struct zdm_alter *alter)
{
    struct zdm_draft *draft = alter->draft;
    struct altering altering = {.alter = alter, .given = zdm_grammar_alter_constraint(alter->cmd)};

    altering.quoted = zdm_ident_text(draft->arena, altering.given.name);
    altering.constraint = zdm_relation_constraint(alter->relation, altering.given.name);
    if (!may_alter(&altering))
        return;
    if (!altering.constraint && (altering.given.enforced || altering.given.inheritance))
        zdm_draft_assume(draft);
    if (altering.constraint && altering.given.inheritance)
        zdm_not_null_inheritance(alter, altering.constraint, !altering.given.no_inherit);
    else if (altering.constraint)
        change_foreign(&altering);
    ZDM_FIND(draft, ALTER_CONSTRAINT, .table = alter->table, .name = altering.quoted);
}
