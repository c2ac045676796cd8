#include <string.h>

#include "sql/alter.h"
#include "sql/families.h"

#define AT(name) PG_QUERY__ALTER_TABLE_TYPE__AT_##name
#define NONE     (-1)

enum effect { INSTANT, SCAN, REWRITE };

/* Sub-commands that need no look at their details. */
static const struct simple {
    PgQuery__AlterTableType type;
    enum zdm_lock_mode mode;
    enum effect effect;
    int rule;
} simple[] = {
    {AT(DropNotNull), ZDM_LOCK_ACCESS_EXCLUSIVE, INSTANT, ZDM_RULE_BREAK_DROP_NOT_NULL},
    {AT(DropExpression), ZDM_LOCK_ACCESS_EXCLUSIVE, INSTANT, ZDM_RULE_DROP_EXPRESSION},
    {AT(SetStatistics), ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE, INSTANT, NONE},
    {AT(SetOptions), ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE, INSTANT, NONE},
    {AT(ResetOptions), ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE, INSTANT, NONE},
    {AT(SetStorage), ZDM_LOCK_ACCESS_EXCLUSIVE, INSTANT, NONE},
    {AT(SetCompression), ZDM_LOCK_ACCESS_EXCLUSIVE, INSTANT, NONE},
    {AT(AlterConstraint), ZDM_LOCK_ACCESS_EXCLUSIVE, INSTANT, ZDM_RULE_ALTER_CONSTRAINT},
    {AT(ChangeOwner), ZDM_LOCK_ACCESS_EXCLUSIVE, INSTANT, ZDM_RULE_OWNER_CHANGE},
    {AT(ClusterOn), ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE, INSTANT, NONE},
    {AT(DropCluster), ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE, INSTANT, NONE},
    {AT(SetLogged), ZDM_LOCK_ACCESS_EXCLUSIVE, REWRITE, ZDM_RULE_REWRITE_SET_LOGGED},
    {AT(SetUnLogged), ZDM_LOCK_ACCESS_EXCLUSIVE, REWRITE, ZDM_RULE_REWRITE_SET_LOGGED},
    {AT(DropOids), ZDM_LOCK_ACCESS_EXCLUSIVE, INSTANT, NONE},
    {AT(SetAccessMethod), ZDM_LOCK_ACCESS_EXCLUSIVE, REWRITE, ZDM_RULE_REWRITE_SET_ACCESS_METHOD},
    {AT(SetTableSpace), ZDM_LOCK_ACCESS_EXCLUSIVE, REWRITE, ZDM_RULE_REWRITE_SET_TABLESPACE},
    {AT(EnableTrig), ZDM_LOCK_SHARE_ROW_EXCLUSIVE, INSTANT, ZDM_RULE_ENABLE_TRIGGER},
    {AT(EnableAlwaysTrig), ZDM_LOCK_SHARE_ROW_EXCLUSIVE, INSTANT, ZDM_RULE_ENABLE_TRIGGER},
    {AT(EnableReplicaTrig), ZDM_LOCK_SHARE_ROW_EXCLUSIVE, INSTANT, ZDM_RULE_ENABLE_TRIGGER},
    {AT(DisableTrig), ZDM_LOCK_SHARE_ROW_EXCLUSIVE, INSTANT, ZDM_RULE_DISABLE_TRIGGER},
    {AT(EnableTrigAll), ZDM_LOCK_SHARE_ROW_EXCLUSIVE, INSTANT, ZDM_RULE_ENABLE_TRIGGER},
    {AT(DisableTrigAll), ZDM_LOCK_SHARE_ROW_EXCLUSIVE, INSTANT, ZDM_RULE_DISABLE_TRIGGER},
    {AT(EnableTrigUser), ZDM_LOCK_SHARE_ROW_EXCLUSIVE, INSTANT, ZDM_RULE_ENABLE_TRIGGER},
    {AT(DisableTrigUser), ZDM_LOCK_SHARE_ROW_EXCLUSIVE, INSTANT, ZDM_RULE_DISABLE_TRIGGER},
    {AT(EnableRule), ZDM_LOCK_ACCESS_EXCLUSIVE, INSTANT, ZDM_RULE_CREATE_RULE},
    {AT(EnableAlwaysRule), ZDM_LOCK_ACCESS_EXCLUSIVE, INSTANT, ZDM_RULE_CREATE_RULE},
    {AT(EnableReplicaRule), ZDM_LOCK_ACCESS_EXCLUSIVE, INSTANT, ZDM_RULE_CREATE_RULE},
    {AT(DisableRule), ZDM_LOCK_ACCESS_EXCLUSIVE, INSTANT, ZDM_RULE_CREATE_RULE},
    {AT(ReplicaIdentity), ZDM_LOCK_ACCESS_EXCLUSIVE, INSTANT, ZDM_RULE_REPLICA_IDENTITY},
    {AT(EnableRowSecurity), ZDM_LOCK_ACCESS_EXCLUSIVE, INSTANT, ZDM_RULE_RLS_ENABLE},
    {AT(ForceRowSecurity), ZDM_LOCK_ACCESS_EXCLUSIVE, INSTANT, ZDM_RULE_RLS_ENABLE},
    {AT(DisableRowSecurity), ZDM_LOCK_ACCESS_EXCLUSIVE, INSTANT, ZDM_RULE_POLICY_CHANGE},
    {AT(NoForceRowSecurity), ZDM_LOCK_ACCESS_EXCLUSIVE, INSTANT, ZDM_RULE_POLICY_CHANGE},
    {AT(AddIdentity), ZDM_LOCK_ACCESS_EXCLUSIVE, INSTANT, ZDM_RULE_ADD_IDENTITY},
    {AT(SetIdentity), ZDM_LOCK_ACCESS_EXCLUSIVE, INSTANT, ZDM_RULE_ADD_IDENTITY},
    {AT(DropIdentity), ZDM_LOCK_ACCESS_EXCLUSIVE, INSTANT, ZDM_RULE_BREAK_DROP_DEFAULT},
    {AT(AddOf), ZDM_LOCK_ACCESS_EXCLUSIVE, INSTANT, NONE},
    {AT(DropOf), ZDM_LOCK_ACCESS_EXCLUSIVE, INSTANT, NONE},
};

static const struct simple *
find_simple(PgQuery__AlterTableType type)
{
    for (size_t i = 0; i < sizeof simple / sizeof *simple; i++)
        if (simple[i].type == type)
            return &simple[i];
    return NULL;
}

static void
do_simple(struct zdm_alter *alter, const struct simple *row)
{
    struct zdm_draft *draft = alter->draft;
    enum zdm_held held = row->effect == REWRITE ? ZDM_HELD_REWRITE
                         : row->effect == SCAN  ? ZDM_HELD_SCAN
                                                : ZDM_HELD_BRIEF;
    const char *name = alter->cmd->name[0] ? zdm_ident_text(draft->arena, alter->cmd->name) : "";

    if (alter->cmd->subtype == AT(AlterConstraint) && alter->cmd->def &&
        alter->cmd->def->node_case == PG_QUERY__NODE__NODE_CONSTRAINT)
        name = zdm_ident_text(draft->arena, alter->cmd->def->constraint->conname);
    if (alter->cmd->subtype == AT(ChangeOwner))
        name = alter->table;

    zdm_draft_lock(draft, alter->table, row->mode, held);
    if (row->effect == REWRITE)
        zdm_draft_rewrite(draft, alter->table);
    if (row->rule != NONE)
        zdm_draft_find(draft, (enum zdm_rule_id)row->rule,
            &(const struct zdm_words){.table = alter->table, .column = name, .name = name});
    draft->st->breaks_readers |= row->rule == ZDM_RULE_BREAK_DROP_NOT_NULL && !draft->fresh;
    draft->st->breaks_writers |= row->rule == ZDM_RULE_BREAK_DROP_DEFAULT && !draft->fresh;
}

static void
drop_column(struct zdm_alter *alter)
{
    struct zdm_draft *draft = alter->draft;
    const char *column = zdm_ident_text(draft->arena, alter->cmd->name);

    zdm_draft_lock(draft, alter->table, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
    zdm_context_column_gone(draft->context, alter->table, alter->cmd->name);
    if (ZDM_FIND(draft, BREAK_DROP_COLUMN, .table = alter->table, .column = column)) {
        draft->st->breaks_plans = true;
        draft->st->data_loss = true;
    }
    if (alter->cmd->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE)
        ZDM_FIND(draft, DROP_CASCADE, .name = column);
}

static void
column_type(struct zdm_alter *alter)
{
    struct zdm_draft *draft = alter->draft;
    const PgQuery__ColumnDef *def = alter->cmd->def->column_def;
    char *type = zdm_deparse_type(draft->arena, def->type_name);

    zdm_draft_lock(draft, alter->table, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_REWRITE);
    zdm_draft_rewrite(draft, alter->table);
    if (ZDM_FIND(draft, REWRITE_COLUMN_TYPE, .table = alter->table,
            .column = zdm_ident_text(draft->arena, alter->cmd->name),
            .type = type ? type : "another one"))
        draft->st->breaks_plans = true;
}

static void
column_default(struct zdm_alter *alter)
{
    struct zdm_draft *draft = alter->draft;

    zdm_draft_lock(draft, alter->table, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
    if (!alter->cmd->def && ZDM_FIND(draft, BREAK_DROP_DEFAULT, .table = alter->table,
                                .column = zdm_ident_text(draft->arena, alter->cmd->name)))
        draft->st->breaks_writers = true;
}

static void
rel_options(struct zdm_alter *alter)
{
    enum zdm_lock_mode mode = ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE;
    const PgQuery__Node *def = alter->cmd->def;

    if (alter->stmt->objtype == PG_QUERY__OBJECT_TYPE__OBJECT_VIEW)
        mode = ZDM_LOCK_ACCESS_EXCLUSIVE;
    if (def && def->node_case == PG_QUERY__NODE__NODE_LIST)
        for (size_t i = 0; i < def->list->n_items; i++)
            if (def->list->items[i]->node_case == PG_QUERY__NODE__NODE_DEF_ELEM &&
                strcmp(def->list->items[i]->def_elem->defname, "user_catalog_table") == 0)
                mode = ZDM_LOCK_ACCESS_EXCLUSIVE;
    zdm_draft_lock(alter->draft, alter->table, mode, ZDM_HELD_BRIEF);
}

/* Whoever changes the parent changes the child from now on. */
static void
joined(struct zdm_alter *alter, const char *parent, const char *child)
{
    struct zdm_sql_context *context = alter->draft->context;

    if (zdm_context_is_new(context, parent) && zdm_context_is_new(context, child))
        return;
    zdm_context_dropped(context, parent);
    zdm_context_dropped(context, child);
}

static void
inherit(struct zdm_alter *alter)
{
    struct zdm_draft *draft = alter->draft;
    bool add = alter->cmd->subtype == AT(AddInherit);
    const char *parent =
        alter->cmd->def && alter->cmd->def->node_case == PG_QUERY__NODE__NODE_RANGE_VAR
            ? zdm_range_text(draft->arena, alter->cmd->def->range_var)
            : NULL;

    zdm_draft_lock(draft, alter->table, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
    if (!parent)
        return;
    zdm_draft_lock(draft, parent, add ? ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE : ZDM_LOCK_ACCESS_SHARE,
        ZDM_HELD_BRIEF);
    if (add)
        joined(alter, parent, alter->table);
}

static void
partition(struct zdm_alter *alter)
{
    struct zdm_draft *draft = alter->draft;
    const PgQuery__PartitionCmd *cmd = alter->cmd->def->partition_cmd;
    const char *child = zdm_range_text(draft->arena, cmd->name);
    bool index = alter->stmt->objtype == PG_QUERY__OBJECT_TYPE__OBJECT_INDEX;

    if (alter->cmd->subtype == AT(AttachPartition)) {
        zdm_draft_lock(draft, alter->table, ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE, ZDM_HELD_BRIEF);
        zdm_draft_lock(
            draft, child, ZDM_LOCK_ACCESS_EXCLUSIVE, index ? ZDM_HELD_BRIEF : ZDM_HELD_SCAN);
        if (index)
            return;
        zdm_draft_scan(draft, child);
        /* Its rows are checked even when the parent is new. */
        draft->fresh &= zdm_context_is_new(draft->context, child);
        ZDM_FIND(draft, SCAN_ATTACH_PARTITION, .table = alter->table, .other = child);
        joined(alter, alter->table, child);
        return;
    }

    bool finalize = alter->cmd->subtype == AT(DetachPartitionFinalize);
    bool gentle = cmd->concurrent || finalize;
    zdm_draft_lock(draft, alter->table,
        gentle ? ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE : ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
    zdm_draft_lock(draft, child, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
    if (cmd->concurrent)
        zdm_draft_forbid_transaction(draft, true);
    if (!gentle)
        zdm_draft_safer(draft, ZDM_FIND(draft, LOCK_DETACH_PARTITION, .table = alter->table),
            zdm_arena_strf(draft->arena, "ALTER TABLE %s DETACH PARTITION %s CONCURRENTLY",
                alter->table, child));
}

static void
validate(struct zdm_alter *alter)
{
    zdm_draft_lock(alter->draft, alter->table, ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE, ZDM_HELD_SCAN);
    zdm_draft_scan(alter->draft, alter->table);
    zdm_context_validated(alter->draft->context, alter->table, alter->cmd->name);
}

static void
do_command(struct zdm_alter *alter)
{
    const struct simple *row = find_simple(alter->cmd->subtype);

    if (row) {
        do_simple(alter, row);
        return;
    }
    switch (alter->cmd->subtype) {
    case AT(AddColumn):
        zdm_alter_add_column(alter);
        break;
    case AT(DropColumn):
        drop_column(alter);
        break;
    case AT(ColumnDefault):
        column_default(alter);
        break;
    case AT(SetNotNull):
        zdm_alter_set_not_null(alter);
        break;
    case AT(AlterColumnType):
        column_type(alter);
        break;
    case AT(AddConstraint):
        zdm_alter_add_constraint(alter);
        break;
    case AT(DropConstraint):
        zdm_alter_drop_constraint(alter);
        break;
    case AT(ValidateConstraint):
        validate(alter);
        break;
    case AT(SetRelOptions):
    case AT(ResetRelOptions):
    case AT(ReplaceRelOptions):
        rel_options(alter);
        break;
    case AT(AddInherit):
    case AT(DropInherit):
        inherit(alter);
        break;
    case AT(AttachPartition):
    case AT(DetachPartition):
    case AT(DetachPartitionFinalize):
        partition(alter);
        break;
    default:
        zdm_draft_lock(alter->draft, alter->table, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_STATEMENT);
        ZDM_FIND(alter->draft, UNKNOWN_STATEMENT, .kind = "this form of ALTER TABLE");
    }
}

static const char *
kind_of(PgQuery__ObjectType type)
{
    switch (type) {
    case PG_QUERY__OBJECT_TYPE__OBJECT_INDEX:
        return "ALTER INDEX";
    case PG_QUERY__OBJECT_TYPE__OBJECT_VIEW:
        return "ALTER VIEW";
    case PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW:
        return "ALTER MATERIALIZED VIEW";
    case PG_QUERY__OBJECT_TYPE__OBJECT_SEQUENCE:
        return "ALTER SEQUENCE";
    case PG_QUERY__OBJECT_TYPE__OBJECT_FOREIGN_TABLE:
        return "ALTER FOREIGN TABLE";
    case PG_QUERY__OBJECT_TYPE__OBJECT_TYPE:
        return "ALTER TYPE";
    default:
        return "ALTER TABLE";
    }
}

void
zdm_family_alter_table(struct zdm_draft *draft)
{
    const PgQuery__AlterTableStmt *stmt = draft->node->alter_table_stmt;
    struct zdm_alter alter = {
        .draft = draft, .stmt = stmt, .table = zdm_range_text(draft->arena, stmt->relation)};
    bool validates = false;

    draft->st->kind = kind_of(stmt->objtype);
    draft->fresh = zdm_context_is_new(draft->context, alter.table);
    if (stmt->objtype == PG_QUERY__OBJECT_TYPE__OBJECT_TYPE) {
        ZDM_FIND(draft, UNKNOWN_STATEMENT, .kind = "ALTER TYPE of a composite type");
        return;
    }
    for (size_t i = 0; i < stmt->n_cmds; i++) {
        alter.cmd = stmt->cmds[i]->alter_table_cmd;
        validates |= alter.cmd->subtype == AT(ValidateConstraint);
        do_command(&alter);
    }
    if (validates && zdm_statement_strongest(draft->st) > ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE)
        ZDM_FIND(draft, COMBINE_VALIDATE, .table = alter.table);
}
