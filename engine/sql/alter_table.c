#include <stdlib.h>
#include <string.h>

#include "sql/alter.h"
#include "sql/families.h"
#include "sql/grammar.h"
#include "sql/proof.h"

#define AT(name) PG_QUERY__ALTER_TABLE_TYPE__AT_##name

/* The order in which the server runs the sub-commands of one statement, whatever the text's. */
enum pass {
    PASS_DROP,
    PASS_TYPE,
    PASS_ADD_COLUMN,
    PASS_EXPRESSION,
    PASS_NOT_NULL,
    PASS_INDEX,
    PASS_CONSTRAINT,
    PASS_MISC
};

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

static const struct action {
    PgQuery__AlterTableType type;
    const char *words; /* as the server's errors call it */
    enum pass pass;
    unsigned kinds;
    enum zdm_lock_mode mode; /* mode_of() knows those that it depends on more for */
    void (*run)(struct zdm_alter *alter);
} actions[] = {
#define DO(type, words, pass, kinds, mode, run)                                                    \
    {                                                                                              \
        AT(type), words, PASS_##pass, kinds, ZDM_LOCK_##mode, zdm_alter_##run                      \
    }
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
    DO(EnableTrig, "ENABLE TRIGGER", MISC, TABLE | FOREIGN, SHARE_ROW_EXCLUSIVE, trigger_state),
    DO(EnableAlwaysTrig, "ENABLE ALWAYS TRIGGER", MISC, TABLE | FOREIGN, SHARE_ROW_EXCLUSIVE,
        trigger_state),
    DO(EnableReplicaTrig, "ENABLE REPLICA TRIGGER", MISC, TABLE | FOREIGN, SHARE_ROW_EXCLUSIVE,
        trigger_state),
    DO(DisableTrig, "DISABLE TRIGGER", MISC, TABLE | FOREIGN, SHARE_ROW_EXCLUSIVE, trigger_state),
    DO(EnableTrigAll, "ENABLE TRIGGER ALL", MISC, TABLE | FOREIGN, SHARE_ROW_EXCLUSIVE,
        trigger_state),
    DO(DisableTrigAll, "DISABLE TRIGGER ALL", MISC, TABLE | FOREIGN, SHARE_ROW_EXCLUSIVE,
        trigger_state),
    DO(EnableTrigUser, "ENABLE TRIGGER USER", MISC, TABLE | FOREIGN, SHARE_ROW_EXCLUSIVE,
        trigger_state),
    DO(DisableTrigUser, "DISABLE TRIGGER USER", MISC, TABLE | FOREIGN, SHARE_ROW_EXCLUSIVE,
        trigger_state),
    DO(EnableRule, "ENABLE RULE", MISC, TABLE, ACCESS_EXCLUSIVE, rule_state),
    DO(EnableAlwaysRule, "ENABLE ALWAYS RULE", MISC, TABLE, ACCESS_EXCLUSIVE, rule_state),
    DO(EnableReplicaRule, "ENABLE REPLICA RULE", MISC, TABLE, ACCESS_EXCLUSIVE, rule_state),
    DO(DisableRule, "DISABLE RULE", MISC, TABLE, ACCESS_EXCLUSIVE, rule_state),
    DO(EnableRowSecurity, "ENABLE ROW SECURITY", MISC, TABLE, ACCESS_EXCLUSIVE, row_security),
    DO(ForceRowSecurity, "FORCE ROW SECURITY", MISC, TABLE, ACCESS_EXCLUSIVE, row_security),
    DO(DisableRowSecurity, "DISABLE ROW SECURITY", MISC, TABLE, ACCESS_EXCLUSIVE, row_security),
    DO(NoForceRowSecurity, "NO FORCE ROW SECURITY", MISC, TABLE, ACCESS_EXCLUSIVE, row_security),
    {ZDM_AT_SET_EXPRESSION, "ALTER COLUMN ... SET EXPRESSION", PASS_EXPRESSION, TABLE | FOREIGN,
        ZDM_LOCK_ACCESS_EXCLUSIVE, zdm_alter_set_expression},
#undef DO
};

static const struct action *
action_of(const PgQuery__AlterTableCmd *cmd)
{
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
        if (actions[i].type == cmd->subtype)
            return &actions[i];
    return NULL;
}

static enum pass
pass_of(const PgQuery__AlterTableCmd *cmd)
{
    const struct action *action = action_of(cmd);

    if (cmd->subtype == AT(ColumnDefault) && !cmd->def)
        return PASS_DROP;
    if (cmd->subtype == AT(AddConstraint))
        switch (cmd->def->constraint->contype) {
        case PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY:
        case PG_QUERY__CONSTR_TYPE__CONSTR_UNIQUE:
        case PG_QUERY__CONSTR_TYPE__CONSTR_EXCLUSION:
            return PASS_INDEX;
        default:
            return PASS_CONSTRAINT;
        }
    return action ? action->pass : PASS_MISC;
}

static enum zdm_lock_mode
mode_of(const PgQuery__AlterTableCmd *cmd)
{
    const struct action *action = action_of(cmd);

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

/* What the statement calls its target, and which kinds it takes. */
static const struct target {
    PgQuery__ObjectType type;
    const char *kind, *what;
    unsigned kinds;
} targets[] = {
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

static const struct target *
target_of(const PgQuery__AlterTableStmt *stmt)
{
    size_t n = sizeof targets / sizeof *targets;

    for (size_t i = 0; i < n; i++)
        if (targets[i].type == stmt->objtype)
            return &targets[i];
    return &targets[n - 1];
}

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

static bool
is_locked(struct zdm_draft *draft, const struct zdm_relation *relation)
{
    const char *name = zdm_draft_name(draft, relation);

    for (size_t i = 0; i < draft->st->n_locks; i++)
        if (draft->st->locks[i].mode >= ZDM_LOCK_SHARE &&
            strcmp(draft->st->locks[i].relation, name) == 0)
            return true;
    return false;
}

/* Many locks at once, in the order in which the server finds the tables. */
static void
tell_fanout(struct zdm_alter *alter)
{
    struct zdm_draft *draft = alter->draft;
    size_t n;

    if (!alter->recurse || !alter->relation->children.n || zdm_draft_failed(draft) ||
        alter->mode < ZDM_LOCK_SHARE || !is_locked(draft, alter->relation->children.items[0]))
        return;
    zdm_draft_family(draft, alter->relation, &n);
    ZDM_FIND(draft, LOCK_PARENT_FANOUT, .table = alter->table,
        .name = n == 2 ? "the table that belongs"
                       : zdm_arena_strf(draft->arena, "%zu tables that belong", n - 1));
}

/* Where each sub-command begins: behind the target's name, then behind each comma that stands in no
 * brackets. NULL when the text does not look as expected. */
static int *
locations(const struct zdm_draft *draft, const PgQuery__AlterTableStmt *stmt)
{
    const PgQuery__ScanResult *scan = draft->tree->tokens;
    size_t first = zdm_tree_token_at(draft->tree, (size_t)stmt->relation->location);
    size_t found = 0, depth = 0;
    int *starts = zdm_arena_alloc(draft->arena, (stmt->n_cmds + 1) * sizeof *starts);
    bool in_name = true, wants = false;

    for (size_t i = first; i < scan->n_tokens; i++) {
        const PgQuery__ScanToken *token = scan->tokens[i];
        char c = draft->tree->text[token->start];
        if (zdm_tree_is_comment(token))
            continue;
        if (in_name) { /* a.b.c *: a name has no two words in a row */
            bool dot = c == '.' && token->end == token->start + 1;
            if (dot || wants || i == first) {
                wants = dot;
                continue;
            }
            if (c == '*' || c == ')') /* of the old way to say "and children"; of ONLY (t) */
                continue;
            in_name = false;
            wants = true;
        }
        if (c == ';' && depth == 0)
            break;
        if (wants && found < stmt->n_cmds)
            starts[found++] = token->start;
        wants = c == ',' && depth == 0;
        depth += c == '(' || c == '[';
        depth -= (c == ')' || c == ']') && depth;
    }
    return found == stmt->n_cmds ? starts : NULL;
}

struct step {
    const PgQuery__AlterTableCmd *cmd;
    enum pass pass;
    size_t at;
};

static int
by_pass(const void *a, const void *b)
{
    const struct step *x = a, *y = b;

    if (x->pass != y->pass)
        return x->pass < y->pass ? -1 : 1;
    return x->at < y->at ? -1 : 1;
}

static void
run_step(struct zdm_alter *alter)
{
    struct zdm_draft *draft = alter->draft;
    const struct action *action = action_of(alter->cmd);
    size_t scans = draft->st->n_scans;
    bool fresh = draft->fresh;

    if (!action) {
        zdm_alter_lock(alter, ZDM_HELD_STATEMENT);
        ZDM_FIND(draft, UNKNOWN_STATEMENT, .kind = "this form of ALTER TABLE");
        return;
    }
    if (!(action->kinds & kind_bit(alter->relation->kind))) {
        zdm_draft_fails(draft, "42809", "%s cannot be done to %s", action->words, alter->table);
        return;
    }
    action->run(alter);
    if (zdm_draft_failed(draft) && alter->cmd->subtype == AT(AddColumn) && !alter->recurse &&
        alter->relation->children.n)
        ZDM_FIND(draft, FAIL_ONLY_PARENT_COLUMN, .table = alter->table);
    if (alter->cmd->subtype == AT(ValidateConstraint) && draft->st->n_scans > scans &&
        alter->mode > ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE)
        ZDM_FIND(draft, COMBINE_VALIDATE, .table = alter->table);
    draft->fresh = fresh;
}

static struct zdm_relation *
resolve(struct zdm_draft *draft, const PgQuery__AlterTableStmt *stmt)
{
    const char *schema = stmt->relation->schemaname;

    if (strcmp(schema, "pg_catalog") == 0 || strcmp(schema, "pg_toast") == 0) {
        zdm_draft_fails(
            draft, "42501", "%s is a system catalog", zdm_range_text(draft->arena, stmt->relation));
        return NULL;
    }
    if (stmt->missing_ok)
        return zdm_draft_find_relation(draft, schema[0] ? schema : NULL, stmt->relation->relname);
    struct zdm_relation *relation = zdm_draft_relation(draft, stmt->relation);
    return relation->missing ? NULL : relation;
}

void
zdm_family_alter_table(struct zdm_draft *draft)
{
    const PgQuery__AlterTableStmt *stmt = draft->node->alter_table_stmt;
    const struct target *target = target_of(stmt);
    struct zdm_alter alter = {.draft = draft,
        .stmt = stmt,
        .table = zdm_range_text(draft->arena, stmt->relation),
        .recurse = stmt->relation->inh};
    struct step *steps = zdm_arena_alloc(draft->arena, (stmt->n_cmds + 1) * sizeof *steps);

    draft->st->kind = target->kind;
    alter.relation = resolve(draft, stmt);
    if (!alter.relation)
        return;
    if (!(target->kinds & kind_bit(alter.relation->kind))) {
        zdm_draft_fails(draft, "42809", "%s is not %s", alter.table, target->what);
        return;
    }
    if (!zdm_typed_tables_may_follow(draft, stmt, alter.relation))
        return;
    draft->fresh = alter.relation->fresh;
    for (size_t i = 0; i < stmt->n_cmds; i++) {
        const PgQuery__AlterTableCmd *cmd = stmt->cmds[i]->alter_table_cmd;
        enum zdm_lock_mode mode = mode_of(cmd);
        steps[i] = (struct step){.cmd = cmd, .pass = pass_of(cmd), .at = i};
        if (mode > alter.mode)
            alter.mode = mode;
    }
    if (stmt->n_cmds)
        qsort(steps, stmt->n_cmds, sizeof *steps, by_pass);
    zdm_alter_lock(&alter, ZDM_HELD_BRIEF);

    zdm_proof_note_dropped(&alter);
    int *starts = locations(draft, stmt);
    for (size_t i = 0; i < stmt->n_cmds && !zdm_draft_failed(draft); i++) {
        alter.cmd = steps[i].cmd;
        draft->location = starts ? starts[steps[i].at] : -1;
        run_step(&alter);
    }
    draft->location = -1;
    tell_fanout(&alter);
    zdm_typed_tables_follow(draft, alter.relation);
}
