#include "sql/alter.h"

struct typed { /* tables of a composite type */
    struct zdm_draft *draft;
    const struct zdm_relation *type;
    struct zdm_relation *found;
};

static bool
see_typed(void *self, struct zdm_relation *relation)
{
    struct typed *typed = self;

    if (relation->of_type == typed->type)
        typed->found = relation;
    return !typed->found;
}

bool
zdm_typed_tables_may_follow(
    struct zdm_draft *draft, const PgQuery__AlterTableStmt *stmt, const struct zdm_relation *type)
{
    struct typed typed = {.draft = draft, .type = type};
    bool cascade = true;

    if (type->kind != ZDM_RELATION_COMPOSITE)
        return true;
    /* A change of type looks at columns of the type first: type_obstacles.c. */
    for (size_t i = 0; i < stmt->n_cmds; i++) {
        const PgQuery__AlterTableCmd *cmd = stmt->cmds[i]->alter_table_cmd;
        cascade &= cmd->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE ||
                   cmd->subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_AlterColumnType;
    }
    if (cascade)
        return true;
    zdm_catalog_each_relation(draft->catalog, see_typed, &typed);
    if (typed.found)
        zdm_draft_fails(draft, "2BP01", "%s is the type of table %s", zdm_draft_name(draft, type),
            zdm_draft_name(draft, typed.found));
    return !typed.found;
}

static void
add_missing(struct zdm_draft *draft, struct zdm_relation *table, const struct zdm_relation *type)
{
    for (size_t i = 0; i < type->columns.n; i++) {
        const struct zdm_column *from = type->columns.items[i];
        if (zdm_relation_column(table, from->name))
            continue;
        struct zdm_column *column = zdm_relation_add_column(draft->catalog, table, from->name);
        column->type = from->type;
        column->typmod = from->typmod;
        column->collation = from->collation;
    }
}

static bool
follow(void *self, struct zdm_relation *table)
{
    struct typed *typed = self;
    struct zdm_draft *draft = typed->draft;

    if (table->of_type != typed->type)
        return true;
    zdm_draft_lock_on(draft, table, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
    for (size_t i = table->columns.n; i > 0; i--) {
        const char *name = table->columns.items[i - 1]->name;
        if (!zdm_relation_column(typed->type, name))
            zdm_relation_drop_column(draft->catalog, table, name);
    }
    add_missing(draft, table, typed->type);
    return true;
}

void
zdm_typed_tables_follow(struct zdm_draft *draft, struct zdm_relation *type)
{
    struct typed typed = {.draft = draft, .type = type};

    if (type->kind == ZDM_RELATION_COMPOSITE && !zdm_draft_failed(draft))
        zdm_catalog_each_relation(draft->catalog, follow, &typed);
}
