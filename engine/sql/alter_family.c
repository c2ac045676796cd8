/* What the sub-commands of ALTER TABLE share: the tables that they reach, their locks, a column. */
#include <string.h>

#include "sql/alter.h"

#define AT(name) PG_QUERY__ALTER_TABLE_TYPE__AT_##name

struct zdm_relation **
zdm_alter_family(struct zdm_alter *alter, size_t *n)
{
    if (alter->recurse)
        return zdm_draft_family(alter->draft, alter->relation, n);
    *n = 1;
    return &alter->relation;
}

void
zdm_alter_lock(struct zdm_alter *alter, enum zdm_held held)
{
    zdm_draft_lock_on(alter->draft, alter->relation, alter->mode, held);
}

void
zdm_alter_lock_family(struct zdm_alter *alter, enum zdm_held held)
{
    size_t n;
    struct zdm_relation **family = zdm_alter_family(alter, &n);

    for (size_t i = 0; i < n; i++)
        zdm_draft_lock_on(alter->draft, family[i], alter->mode, held);
}

void
zdm_alter_lock_partitions(struct zdm_alter *alter, enum zdm_held held)
{
    size_t n = 1;
    struct zdm_relation **family = &alter->relation;

    if (alter->recurse)
        family = zdm_draft_partitions(alter->draft, alter->relation, &n);
    for (size_t i = 0; i < n; i++)
        zdm_draft_lock_on(alter->draft, family[i], alter->mode, held);
}

struct zdm_column *
zdm_alter_column(struct zdm_alter *alter, const char *name)
{
    struct zdm_column *column = zdm_relation_column(alter->relation, name);

    if (!column && alter->relation->known)
        zdm_draft_fails(alter->draft, "42703", "column %s of relation %s does not exist",
            zdm_ident_text(alter->draft->arena, name), alter->table);
    return column;
}

bool
zdm_alter_drops_constraint(const struct zdm_alter *alter, const char *constraint)
{
    for (size_t i = 0; i < alter->stmt->n_cmds; i++) {
        const PgQuery__AlterTableCmd *cmd = alter->stmt->cmds[i]->alter_table_cmd;
        if (cmd->subtype == AT(DropConstraint) && strcmp(cmd->name, constraint) == 0)
            return true;
    }
    return false;
}

/* Only takes its lock. */
void
zdm_alter_nothing(struct zdm_alter *alter)
{
    (void)alter;
}
