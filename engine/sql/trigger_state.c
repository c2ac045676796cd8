#include <string.h>

#include "sql/alter.h"
#include "sql/catalog_names.h"
#include "sql/row_security.h"

#define AT(name) PG_QUERY__ALTER_TABLE_TYPE__AT_##name

static bool
is_foreign_key(const struct zdm_constraint *constraint)
{
    return constraint->kind == ZDM_CONSTRAINT_FOREIGN;
}

/* ALL means those of foreign keys too, on either side: they are for each row. */
static bool
has_foreign_key(const struct zdm_relation *relation)
{
    for (size_t i = 0; i < relation->constraints.n; i++)
        if (is_foreign_key(relation->constraints.items[i]))
            return true;
    return relation->referenced_by.n > 0;
}

/* Switches the triggers of one table; *rows tells that one of them is for each row: those were
 * cloned to the partitions, which follow. */
static void
switch_triggers(
    struct zdm_draft *draft, struct zdm_relation *relation, const char *name, bool on, bool *rows)
{
    for (size_t i = 0; i < relation->triggers.n; i++) {
        struct zdm_trigger *trigger = relation->triggers.items[i];
        if (name && strcmp(trigger->name, name) != 0)
            continue;
        *rows |= trigger->row;
        zdm_catalog_touch(draft->catalog, trigger, sizeof *trigger);
        trigger->enabled = on;
    }
}

void
zdm_alter_trigger_state(struct zdm_alter *alter)
{
    struct zdm_draft *draft = alter->draft;
    struct zdm_relation *relation = alter->relation;
    PgQuery__AlterTableType what = alter->cmd->subtype;
    bool off = what == AT(DisableTrig) || what == AT(DisableTrigAll) || what == AT(DisableTrigUser);
    bool all = what == AT(EnableTrigAll) || what == AT(DisableTrigAll);
    const char *name = alter->cmd->name[0] ? alter->cmd->name : NULL;
    /* PostgreSQL 14 leaves those of foreign keys of partitions as they are. */
    bool rows = all && has_foreign_key(relation) && draft->pg_version != 14;

    if (name && relation->known && !zdm_relation_trigger(relation, name)) {
        zdm_draft_fails(draft, "42704", "%s has no trigger %s", alter->table,
            zdm_ident_text(draft->arena, name));
        return;
    }
    if (all && relation->known && has_foreign_key(relation) &&
        zdm_catalog_surely_no_superuser(draft->catalog)) {
        zdm_draft_fails(draft, "42501", "only a superuser may switch the triggers of foreign keys");
        return;
    }
    switch_triggers(draft, relation, name, !off, &rows);
    if (relation->kind == ZDM_RELATION_PARTITIONED && rows && alter->recurse) {
        size_t n;
        struct zdm_relation **family = zdm_draft_family(draft, relation, &n);
        for (size_t i = 1; i < n; i++) {
            zdm_draft_lock_on(draft, family[i], alter->mode, ZDM_HELD_BRIEF);
            switch_triggers(draft, family[i], name, !off, &rows);
        }
    }
    if (off)
        ZDM_FIND(draft, DISABLE_TRIGGER, .table = alter->table);
    else
        ZDM_FIND(draft, ENABLE_TRIGGER, .table = alter->table);
}

void
zdm_alter_rule_state(struct zdm_alter *alter)
{
    struct zdm_draft *draft = alter->draft;

    if (alter->relation->known && !alter->relation->has_rules) {
        zdm_draft_fails(draft, "42704", "%s has no rule %s", alter->table,
            zdm_ident_text(draft->arena, alter->cmd->name));
        return;
    }
    zdm_draft_assume(draft); /* what its rules are called */
    ZDM_FIND(draft, CREATE_RULE, .table = alter->table);
}

void
zdm_alter_row_security(struct zdm_alter *alter)
{
    struct zdm_draft *draft = alter->draft;
    struct zdm_relation *relation = alter->relation;
    PgQuery__AlterTableType what = alter->cmd->subtype;
    bool force = what == AT(ForceRowSecurity) || what == AT(NoForceRowSecurity);
    bool on = what == AT(EnableRowSecurity) || what == AT(ForceRowSecurity);
    bool *state = force ? &relation->force_row_security : &relation->row_security;

    if (relation->known && *state == on)
        return;
    zdm_catalog_touch(draft->catalog, relation, sizeof *relation);
    *state = on;
    if (relation->known && !relation->row_security && force)
        return; /* not switched on */
    const char *out = on ? zdm_row_security_shuts_out(draft, relation) : NULL;
    if (on && !out)
        ZDM_FIND(
            draft, RLS_ENABLE, .table = alter->table, .name = "running code that no policy covers");
    else if (out && out[0])
        ZDM_FIND(draft, RLS_ENABLE, .table = alter->table, .name = out);
    else if (zdm_row_security_concerns(draft, relation))
        ZDM_FIND(draft, POLICY_CHANGE, .table = alter->table);
}
