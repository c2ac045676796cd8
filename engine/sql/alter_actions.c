#include "sql/alter_actions.h"

#include "sql/grammar.h"

#define AT(name) PG_QUERY__ALTER_TABLE_TYPE__AT_##name

enum { /* kinds of relations that a sub-command can be done to */
    TABLE = 1,
    VIEW = 2,
    MATVIEW = 4,
    INDEX = 8,
    PARTITIONED_INDEX = 16,
    SEQUENCE = 32,
    FOREIGN = 64,
    COMPOSITE = 128,
    ANY = 255
};

static const struct zdm_alter_action actions[] = {
#define DO(type, words, pass, kinds, mode, run)                                                    \
    {                                                                                              \
        AT(type), words, ZDM_PASS_##pass, kinds, ZDM_LOCK_##mode, zdm_alter_##run                  \
    }
#define TRIGGERS(type, words)                                                                      \
    DO(type, words, MISC, TABLE | FOREIGN, SHARE_ROW_EXCLUSIVE, trigger_state)
#define RULES(type, words)    DO(type, words, MISC, TABLE, ACCESS_EXCLUSIVE, rule_state)
#define SECURITY(type, words) DO(type, words, MISC, TABLE, ACCESS_EXCLUSIVE, row_security)
    DO(AddColumn, "ADD COLUMN", ADD_COLUMN, TABLE | COMPOSITE | FOREIGN, ACCESS_EXCLUSIVE,
        add_column),
    DO(DropColumn, "DROP COLUMN", DROP, TABLE | COMPOSITE | FOREIGN, ACCESS_EXCLUSIVE, drop_column),
    DO(AlterColumnType, "ALTER COLUMN ... SET DATA TYPE", TYPE, TABLE | COMPOSITE | FOREIGN,
        ACCESS_EXCLUSIVE, column_type),
    DO(ColumnDefault, "ALTER COLUMN ... SET DEFAULT", CONSTRAINT, TABLE | VIEW | FOREIGN,
        ACCESS_EXCLUSIVE, column_default),
    DO(SetNotNull, "ALTER COLUMN ... SET NOT NULL", NOT_NULL, TABLE | FOREIGN, ACCESS_EXCLUSIVE,
        set_not_null),
    DO(DropNotNull, "ALTER COLUMN ... DROP NOT NULL", DROP, TABLE | FOREIGN, ACCESS_EXCLUSIVE,
        drop_not_null),
    DO(DropExpression, "ALTER COLUMN ... DROP EXPRESSION", DROP, TABLE | FOREIGN, ACCESS_EXCLUSIVE,
        drop_expression),
    DO(AddIdentity, "ALTER COLUMN ... ADD IDENTITY", CONSTRAINT, TABLE | VIEW | FOREIGN,
        ACCESS_EXCLUSIVE, identity),
    DO(SetIdentity, "ALTER COLUMN ... SET", MISC, TABLE | VIEW | FOREIGN, ACCESS_EXCLUSIVE,
        identity),
    DO(DropIdentity, "ALTER COLUMN ... DROP IDENTITY", DROP, TABLE | VIEW | FOREIGN,
        ACCESS_EXCLUSIVE, identity),
    DO(SetStatistics, "ALTER COLUMN ... SET STATISTICS", MISC,
        TABLE | MATVIEW | INDEX | PARTITIONED_INDEX | FOREIGN, SHARE_UPDATE_EXCLUSIVE,
        column_setting),
    DO(SetOptions, "ALTER COLUMN ... SET", MISC, TABLE | MATVIEW | FOREIGN, SHARE_UPDATE_EXCLUSIVE,
        column_setting),
    DO(ResetOptions, "ALTER COLUMN ... RESET", MISC, TABLE | MATVIEW | FOREIGN,
        SHARE_UPDATE_EXCLUSIVE, column_setting),
    DO(SetStorage, "ALTER COLUMN ... SET STORAGE", MISC, TABLE | MATVIEW | FOREIGN,
        ACCESS_EXCLUSIVE, column_setting),
    DO(SetCompression, "ALTER COLUMN ... SET COMPRESSION", MISC, TABLE | MATVIEW, ACCESS_EXCLUSIVE,
        column_setting),
    DO(AddConstraint, "ADD CONSTRAINT", CONSTRAINT, TABLE | FOREIGN, ACCESS_EXCLUSIVE,
        add_constraint),
    DO(DropConstraint, "DROP CONSTRAINT", DROP, TABLE | FOREIGN, ACCESS_EXCLUSIVE, drop_constraint),
    DO(AlterConstraint, "ALTER CONSTRAINT", MISC, TABLE, ACCESS_EXCLUSIVE, change_constraint),
    DO(ValidateConstraint, "VALIDATE CONSTRAINT", MISC, TABLE | FOREIGN, SHARE_UPDATE_EXCLUSIVE,
        validate_constraint),
    DO(AttachPartition, "ATTACH PARTITION", MISC, TABLE | PARTITIONED_INDEX, SHARE_UPDATE_EXCLUSIVE,
        attach_partition),
    DO(DetachPartition, "DETACH PARTITION", MISC, TABLE, ACCESS_EXCLUSIVE, detach_partition),
    DO(DetachPartitionFinalize, "DETACH PARTITION ... FINALIZE", MISC, TABLE,
        SHARE_UPDATE_EXCLUSIVE, detach_partition),
    DO(AddInherit, "INHERIT", MISC, TABLE | FOREIGN, ACCESS_EXCLUSIVE, inherit),
    DO(DropInherit, "NO INHERIT", MISC, TABLE | FOREIGN, ACCESS_EXCLUSIVE, inherit),
    DO(SetRelOptions, "SET", MISC, TABLE | VIEW | MATVIEW | INDEX, SHARE_UPDATE_EXCLUSIVE, options),
    DO(ResetRelOptions, "RESET", MISC, TABLE | VIEW | MATVIEW | INDEX, SHARE_UPDATE_EXCLUSIVE,
        options),
    DO(ReplaceRelOptions, "SET", MISC, TABLE | VIEW | MATVIEW | INDEX, SHARE_UPDATE_EXCLUSIVE,
        options),
    DO(SetLogged, "SET LOGGED", MISC, TABLE | SEQUENCE, ACCESS_EXCLUSIVE, logged),
    DO(SetUnLogged, "SET UNLOGGED", MISC, TABLE | SEQUENCE, ACCESS_EXCLUSIVE, logged),
    DO(SetTableSpace, "SET TABLESPACE", MISC, TABLE | MATVIEW | INDEX | PARTITIONED_INDEX,
        ACCESS_EXCLUSIVE, tablespace),
    DO(SetAccessMethod, "SET ACCESS METHOD", MISC, TABLE | MATVIEW, ACCESS_EXCLUSIVE,
        access_method),
    DO(ClusterOn, "CLUSTER ON", MISC, TABLE | MATVIEW, SHARE_UPDATE_EXCLUSIVE, cluster_on),
    DO(DropCluster, "SET WITHOUT CLUSTER", MISC, TABLE | MATVIEW, SHARE_UPDATE_EXCLUSIVE,
        cluster_on),
    DO(ReplicaIdentity, "REPLICA IDENTITY", MISC, TABLE | MATVIEW, ACCESS_EXCLUSIVE,
        replica_identity),
    DO(ChangeOwner, "OWNER TO", MISC, ANY, ACCESS_EXCLUSIVE, owner),
    DO(AddOf, "OF", MISC, TABLE, ACCESS_EXCLUSIVE, of_type),
    DO(DropOf, "NOT OF", MISC, TABLE, ACCESS_EXCLUSIVE, of_type),
    DO(DropOids, "SET WITHOUT OIDS", DROP, TABLE | FOREIGN, ACCESS_EXCLUSIVE, nothing),
    DO(GenericOptions, "OPTIONS", MISC, FOREIGN, ACCESS_EXCLUSIVE, nothing),
    DO(AlterColumnGenericOptions, "ALTER COLUMN ... OPTIONS", MISC, FOREIGN, ACCESS_EXCLUSIVE,
        nothing),
    TRIGGERS(EnableTrig, "ENABLE TRIGGER"),
    TRIGGERS(EnableAlwaysTrig, "ENABLE ALWAYS TRIGGER"),
    TRIGGERS(EnableReplicaTrig, "ENABLE REPLICA TRIGGER"),
    TRIGGERS(DisableTrig, "DISABLE TRIGGER"),
    TRIGGERS(EnableTrigAll, "ENABLE TRIGGER ALL"),
    TRIGGERS(DisableTrigAll, "DISABLE TRIGGER ALL"),
    TRIGGERS(EnableTrigUser, "ENABLE TRIGGER USER"),
    TRIGGERS(DisableTrigUser, "DISABLE TRIGGER USER"),
    RULES(EnableRule, "ENABLE RULE"),
    RULES(EnableAlwaysRule, "ENABLE ALWAYS RULE"),
    RULES(EnableReplicaRule, "ENABLE REPLICA RULE"),
    RULES(DisableRule, "DISABLE RULE"),
    SECURITY(EnableRowSecurity, "ENABLE ROW SECURITY"),
    SECURITY(ForceRowSecurity, "FORCE ROW SECURITY"),
    SECURITY(DisableRowSecurity, "DISABLE ROW SECURITY"),
    SECURITY(NoForceRowSecurity, "NO FORCE ROW SECURITY"),
    {ZDM_AT_SET_EXPRESSION, "ALTER COLUMN ... SET EXPRESSION", ZDM_PASS_EXPRESSION, TABLE | FOREIGN,
        ZDM_LOCK_ACCESS_EXCLUSIVE, zdm_alter_set_expression},
#undef SECURITY
#undef RULES
#undef TRIGGERS
#undef DO
};

const struct zdm_alter_action *
zdm_alter_action_of(const PgQuery__AlterTableCmd *cmd)
{
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
        if (actions[i].type == cmd->subtype)
            return &actions[i];
    return NULL;
}

enum zdm_alter_pass
zdm_alter_pass_of(const PgQuery__AlterTableCmd *cmd)
{
    const struct zdm_alter_action *action = zdm_alter_action_of(cmd);

    if (cmd->subtype == AT(ColumnDefault) && !cmd->def)
        return ZDM_PASS_DROP;
    if (cmd->subtype == AT(AddConstraint))
        switch (cmd->def->constraint->contype) {
        case PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY:
        case PG_QUERY__CONSTR_TYPE__CONSTR_UNIQUE:
        case PG_QUERY__CONSTR_TYPE__CONSTR_EXCLUSION:
            return ZDM_PASS_INDEX;
        default:
            return ZDM_PASS_CONSTRAINT;
        }
    return action ? action->pass : ZDM_PASS_MISC;
}

enum zdm_lock_mode
zdm_alter_mode_of(const PgQuery__AlterTableCmd *cmd)
{
    const struct zdm_alter_action *action = zdm_alter_action_of(cmd);

    switch (cmd->subtype) {
    case AT(AddConstraint):
        return cmd->def->constraint->contype == PG_QUERY__CONSTR_TYPE__CONSTR_FOREIGN
                   ? ZDM_LOCK_SHARE_ROW_EXCLUSIVE
                   : ZDM_LOCK_ACCESS_EXCLUSIVE;
    case AT(DetachPartition):
        return cmd->def->partition_cmd->concurrent ? ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE
                                                   : ZDM_LOCK_ACCESS_EXCLUSIVE;
    case AT(SetRelOptions):
    case AT(ResetRelOptions):
    case AT(ReplaceRelOptions):
        return zdm_options_mode(cmd);
    default:
        return action ? action->mode : ZDM_LOCK_ACCESS_EXCLUSIVE;
    }
}

static unsigned
kind_bit(enum zdm_relation_kind kind)
{
    switch (kind) {
    case ZDM_RELATION_VIEW:
        return VIEW;
    case ZDM_RELATION_MATVIEW:
        return MATVIEW;
    case ZDM_RELATION_INDEX:
        return INDEX;
    case ZDM_RELATION_PARTITIONED_INDEX:
        return PARTITIONED_INDEX;
    case ZDM_RELATION_SEQUENCE:
        return SEQUENCE;
    case ZDM_RELATION_FOREIGN:
        return FOREIGN;
    case ZDM_RELATION_COMPOSITE:
        return COMPOSITE;
    case ZDM_RELATION_TABLE:
    case ZDM_RELATION_PARTITIONED:
        return TABLE;
    default:
        return ANY;
    }
}

static const struct zdm_alter_target targets[] = {
    {PG_QUERY__OBJECT_TYPE__OBJECT_INDEX, "ALTER INDEX", "an index", INDEX | PARTITIONED_INDEX},
    {PG_QUERY__OBJECT_TYPE__OBJECT_VIEW, "ALTER VIEW", "a view", VIEW},
    {PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW, "ALTER MATERIALIZED VIEW", "a materialized view",
        MATVIEW},
    {PG_QUERY__OBJECT_TYPE__OBJECT_SEQUENCE, "ALTER SEQUENCE", "a sequence", SEQUENCE},
    {PG_QUERY__OBJECT_TYPE__OBJECT_FOREIGN_TABLE, "ALTER FOREIGN TABLE", "a foreign table",
        FOREIGN},
    {PG_QUERY__OBJECT_TYPE__OBJECT_TYPE, "ALTER TYPE", "a composite type", COMPOSITE},
    {PG_QUERY__OBJECT_TYPE__OBJECT_TABLE, "ALTER TABLE", "a table", ANY & ~COMPOSITE},
};

const struct zdm_alter_target *
zdm_alter_target_of(const PgQuery__AlterTableStmt *stmt)
{
    size_t n = sizeof targets / sizeof *targets;

    for (size_t i = 0; i < n; i++)
        if (targets[i].type == stmt->objtype)
            return &targets[i];
    return &targets[n - 1];
}

bool
zdm_alter_takes(unsigned kinds, const struct zdm_relation *relation)
{
    /* An index of a table that nobody described may be of a partitioned one. */
    if (relation->kind == ZDM_RELATION_INDEX && relation->index &&
        relation->index->table->kind == ZDM_RELATION_ANY)
        return kinds & (INDEX | PARTITIONED_INDEX);
    return kinds & kind_bit(relation->kind);
}
