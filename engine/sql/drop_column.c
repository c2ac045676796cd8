#include <string.h>

#include "sql/alter.h"
#include "sql/constraint.h"
#include "sql/dropping.h"
#include "sql/expression.h"

struct dropping_column {
    struct zdm_alter *alter;
    const char *name; /* quoted */
    bool recurse;     /* to what inherits */
    struct zdm_dropping dropping;
};

/* The finding of a certain error, under the rule for columns. */
static void
call_it_dependents(struct dropping_column *self)
{
    struct zdm_draft *draft = self->alter->draft;
    struct zdm_statement *st = draft->st;

    if (!st->n_findings)
        return;
    struct zdm_finding *last = &st->findings[st->n_findings - 1];
    if (strcmp(last->rule, "fail-certain") != 0)
        return;
    static const char prefix[] = "it fails: ";
    const char *why = last->message;
    if (strncmp(why, prefix, strlen(prefix)) == 0)
        why += strlen(prefix);
    st->n_findings--;
    ZDM_FIND(draft, FAIL_DROP_COLUMN_DEPENDENTS, .table = self->alter->table, .column = self->name,
        .name = why);
}

static bool
in_partition_key(struct dropping_column *self, const struct zdm_relation *relation)
{
    struct zdm_draft *draft = self->alter->draft;

    if (!zdm_names_have(
            relation->partition_uses, relation->n_partition_uses, self->alter->cmd->name))
        return false;
    zdm_draft_fails(draft, "42P16", "column %s is in the partition key of %s", self->name,
        zdm_draft_name(draft, relation));
    call_it_dependents(self);
    return true;
}

/* False: it fails, or there is nothing to do. */
static bool
may_drop(struct dropping_column *self)
{
    struct zdm_alter *alter = self->alter;
    struct zdm_draft *draft = alter->draft;
    const struct zdm_relation *relation = alter->relation;
    const struct zdm_column *column = zdm_relation_column(relation, alter->cmd->name);

    if (relation->of_type)
        zdm_draft_fails(draft, "42809", "%s is a typed table", alter->table);
    else if (zdm_is_system_column(alter->cmd->name))
        zdm_draft_fails(draft, "0A000", "%s is a column that every table has", self->name);
    else if (!column && relation->known && alter->cmd->missing_ok)
        return false;
    else if (!column)
        zdm_alter_column(alter, alter->cmd->name);
    else if (column->inherited)
        zdm_draft_fails(draft, "42P16", "column %s of %s is inherited", self->name, alter->table);
    else if (!in_partition_key(self, relation) && !alter->recurse && relation->children.n &&
             relation->kind == ZDM_RELATION_PARTITIONED)
        zdm_draft_fails(
            draft, "42P16", "the partitions of %s have column %s too", alter->table, self->name);
    return !zdm_draft_failed(draft);
}

static size_t
count_parents_with(const struct zdm_relation *relation, const char *column)
{
    size_t n = 0;

    for (size_t i = 0; i < relation->parents.n; i++)
        n += zdm_relation_column(relation->parents.items[i], column) != NULL;
    return n;
}

/* Children lose the column too, unless they have it from somewhere else as well. */
static void
collect(struct dropping_column *self, struct zdm_relation *relation)
{
    struct zdm_alter *alter = self->alter;
    struct zdm_draft *draft = alter->draft;

    zdm_draft_lock_on(draft, relation, alter->mode, ZDM_HELD_BRIEF);
    if (in_partition_key(self, relation))
        return;
    zdm_dropping_column(&self->dropping, relation, alter->cmd->name);
    for (size_t i = 0; i < relation->children.n; i++) {
        struct zdm_relation *child = relation->children.items[i];
        struct zdm_column *column = zdm_relation_column(child, alter->cmd->name);
        zdm_draft_lock_on(draft, child, alter->mode, ZDM_HELD_BRIEF);
        if (!column)
            continue;
        bool last = count_parents_with(child, alter->cmd->name) <= 1;
        if (self->recurse && last && !column->local) {
            collect(self, child);
            continue;
        }
        zdm_catalog_touch(draft->catalog, column, sizeof *column);
        column->inherited = !last;
        column->local |= !self->recurse;
    }
}

/* Integrity that goes silently. */
static void
tell_losses(struct dropping_column *self)
{
    struct zdm_alter *alter = self->alter;
    struct zdm_draft *draft = alter->draft;
    const struct zdm_relation *relation = alter->relation;

    for (size_t i = 0; i < relation->constraints.n; i++) {
        const struct zdm_constraint *constraint = relation->constraints.items[i];
        if (!zdm_names_have(constraint->columns, constraint->n_columns, alter->cmd->name))
            continue;
        const char *name =
            constraint->name ? zdm_ident_text(draft->arena, constraint->name) : "of it";
        if (constraint->kind == ZDM_CONSTRAINT_PRIMARY)
            ZDM_FIND(draft, DROP_COLUMN_LOSES_PK, .table = alter->table, .column = self->name,
                .name = name);
        else if (constraint->kind == ZDM_CONSTRAINT_UNIQUE)
            ZDM_FIND(draft, DROP_COLUMN_LOSES_UNIQUE, .table = alter->table, .column = self->name,
                .name = name);
        else if (constraint->kind == ZDM_CONSTRAINT_FOREIGN && !constraint->inherited)
            ZDM_FIND(draft, DROP_COLUMN_LOSES_FK, .table = alter->table, .column = self->name,
                .name = name,
                .other = constraint->references ? zdm_draft_name(draft, constraint->references)
                                                : "the other table");
    }
}

static void
tell(struct dropping_column *self)
{
    struct zdm_alter *alter = self->alter;
    struct zdm_draft *draft = alter->draft;

    if (ZDM_FIND(draft, BREAK_DROP_COLUMN, .table = alter->table, .column = self->name)) {
        draft->st->breaks_plans = true;
        draft->st->data_loss = true;
    }
    if (!self->dropping.cascade)
        return;
    const char *also = zdm_dropping_also(&self->dropping);
    if (!draft->catalog->complete || also) {
        struct zdm_finding *finding = ZDM_FIND(draft, DROP_CASCADE, .name = self->name);
        if (finding && also)
            finding->message = zdm_arena_strf(draft->arena, "CASCADE also drops %s", also);
    }
}

void
zdm_alter_drop_column(struct zdm_alter *alter)
{
    struct zdm_draft *draft = alter->draft;
    struct dropping_column self = {.alter = alter,
        .name = zdm_ident_text(draft->arena, alter->cmd->name),
        .recurse = alter->recurse || alter->relation->kind == ZDM_RELATION_COMPOSITE};

    zdm_alter_lock(alter, ZDM_HELD_BRIEF);
    if (!may_drop(&self))
        return;
    zdm_dropping_begin(
        &self.dropping, draft, alter->cmd->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE);
    if (zdm_relation_column(alter->relation, alter->cmd->name)) {
        size_t n_tables;
        struct zdm_relation **tables = zdm_typed_tables(draft, alter->relation, &n_tables);
        collect(&self, alter->relation);
        for (size_t i = 0; i < n_tables && !zdm_draft_failed(draft); i++)
            collect(&self, tables[i]);
        if (zdm_draft_failed(draft))
            return;
        tell_losses(&self);
        zdm_dropping_finish(&self.dropping,
            zdm_arena_strf(draft->arena, "column %s of %s", self.name, alter->table));
        if (zdm_draft_failed(draft)) {
            call_it_dependents(&self);
            return;
        }
    } else {
        zdm_alter_lock_family(alter, ZDM_HELD_BRIEF);
    }
    tell(&self);
}
