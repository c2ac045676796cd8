/* The way back of ALTER TABLE: of its actions in one statement, the last first. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "sql/reverse_ask.h"
#include "sql/reverse_inner.h"
#include "sql/syntax.h"

static const char *
gone_column(struct zdm_reverser *r, const char *name)
{
    return zdm_no_undo(r, zdm_was_aside(name)
                              ? "the column and its values are gone"
                              : "the column and its values are gone: drop_column with retain keeps "
                                "them for a while");
}

/* Its columns are NOT NULL from then on. */
static const char *
ask_primary_key(struct zdm_reverser *r, const char *relation, const PgQuery__Constraint *c)
{
    struct zdm_buf text = ZDM_BUF_INIT;
    const char *drop = zdm_arena_strf(r->arena, "ALTER TABLE %s DROP CONSTRAINT %s;", relation,
        zdm_ident_text(r->arena, c->conname));

    zdm_buf_add(&text, zdm_ask_nothing(r->arena, drop));
    for (size_t i = 0; i < c->n_keys; i++)
        zdm_buf_addf(
            &text, ", %s", zdm_ask_nullable(r->arena, relation, zdm_node_string(c->keys[i])));
    const char *ask = zdm_arena_strdup(r->arena, text.s);
    zdm_buf_release(&text);
    return ask;
}

static const char *
of_constraint(struct zdm_reverser *r, const char *relation, const PgQuery__Constraint *c)
{
    if (c->indexname && c->indexname[0])
        return zdm_no_undo(
            r, "dropping the constraint would drop its index, which was there before");
    /* One that is there already is not made anew. */
    if (c->contype == PG_QUERY__CONSTR_TYPE__CONSTR_NOTNULL) {
        const char *column = zdm_node_string(c->keys[0]);
        r->ask = zdm_ask_nullable(r->arena, relation, column);
        return zdm_arena_strf(
            r->arena, "ALTER COLUMN %s DROP NOT NULL", zdm_ident_text(r->arena, column));
    }
    if (!c->conname || !c->conname[0])
        return zdm_no_undo(r, ZDM_UNDO_NO_NAME);
    if (c->contype == PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY)
        r->ask = ask_primary_key(r, relation, c);
    return zdm_arena_strf(r->arena, "DROP CONSTRAINT %s", zdm_ident_text(r->arena, c->conname));
}

/* Its bounds, and what it had before, only the catalog knows. */
static const char *
of_partition(
    struct zdm_reverser *r, const char *parent, const PgQuery__PartitionCmd *cmd, bool attached)
{
    const char *name = zdm_range_text(r->arena, cmd->name);

    r->ask = attached ? zdm_ask_attached(r->arena, parent, name)
                      : zdm_ask_partition(r->arena, parent, name);
    if (!attached && !cmd->concurrent)
        r->note = zdm_arena_strf(r->arena,
            "PostgreSQL reads %s under ACCESS EXCLUSIVE when it is attached again; DETACH "
            "PARTITION "
            "CONCURRENTLY leaves a CHECK that spares it that",
            name);
    return zdm_arena_strf(
        r->arena, attached ? "DETACH PARTITION %s" : "ATTACH PARTITION %s DEFAULT", name);
}

/* What makes the column NOT NULL again without a scan under a strong lock: a CHECK that is there before, then proven. */
static const char *
of_drop_not_null(struct zdm_reverser *r, const PgQuery__AlterTableStmt *st)
{
    const char *column = st->cmds[0]->alter_table_cmd->name;
    const char *relation = zdm_range_text(r->arena, st->relation);
    const char *bare = zdm_arena_strf(r->arena, "zdm_%s_not_null", column);

    if (strlen(bare) > 63)
        return zdm_no_undo(
            r, "the name of the column is too long for that of a CHECK which proves it");
    const char *check = zdm_ident_text(r->arena, bare), *quoted = zdm_ident_text(r->arena, column);
    const char *sql = zdm_arena_strf(r->arena,
        "ALTER TABLE %s VALIDATE CONSTRAINT %s;\nALTER TABLE %s ALTER COLUMN %s SET NOT NULL;\n"
        "ALTER TABLE %s DROP CONSTRAINT %s",
        relation, check, relation, quoted, relation, check);
    char *table = zdm_sql_quote_literal(relation), *name = zdm_sql_quote_literal(bare);
    char *update = zdm_sql_quote_literal(zdm_arena_strf(r->arena,
        "%s has rows without a value of %s, which was NOT NULL; they need one first: UPDATE %s SET "
        "%s = ... WHERE %s IS NULL",
        relation, quoted, relation, quoted, quoted));

    r->asks =
        zdm_ask_was_not_null(r->arena, relation, column, zdm_arena_strf(r->arena, "%s;", sql));
    r->before = zdm_arena_strf(r->arena,
        "SELECT %s WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS c\n"
        " WHERE c.conrelid = pg_catalog.to_regclass(%s) AND c.conname = %s)",
        zdm_ask_nothing(r->arena,
            zdm_arena_strf(r->arena,
                "ALTER TABLE %s ADD CONSTRAINT %s CHECK (%s IS DISTINCT FROM NULL) NOT VALID;",
                relation, check, quoted)),
        table, name);
    r->unless = zdm_arena_strf(r->arena,
        "SELECT %s WHERE EXISTS (SELECT FROM %s WHERE %s IS NOT DISTINCT FROM NULL)", update,
        relation, quoted);
    free(table);
    free(name);
    free(update);
    return sql;
}

/* One action of ALTER TABLE. */
static const char *
of_action(struct zdm_reverser *r, const char *relation, const PgQuery__AlterTableCmd *cmd)
{
    switch (cmd->subtype) {
    case PG_QUERY__ALTER_TABLE_TYPE__AT_AddColumn:
        if (cmd->missing_ok)
            return zdm_no_undo(r, ZDM_UNDO_NOT_CERTAIN);
        return zdm_arena_strf(
            r->arena, "DROP COLUMN %s", zdm_ident_text(r->arena, cmd->def->column_def->colname));
    case PG_QUERY__ALTER_TABLE_TYPE__AT_AddConstraint:
        return of_constraint(r, relation, cmd->def->constraint);
    case PG_QUERY__ALTER_TABLE_TYPE__AT_ValidateConstraint:
        return "";
    case PG_QUERY__ALTER_TABLE_TYPE__AT_AttachPartition:
        return of_partition(r, relation, cmd->def->partition_cmd, true);
    case PG_QUERY__ALTER_TABLE_TYPE__AT_DetachPartition:
        return of_partition(r, relation, cmd->def->partition_cmd, false);
    case PG_QUERY__ALTER_TABLE_TYPE__AT_AddInherit:
        return zdm_arena_strf(
            r->arena, "NO INHERIT %s", zdm_range_text(r->arena, cmd->def->range_var));
    case PG_QUERY__ALTER_TABLE_TYPE__AT_DropColumn:
        return gone_column(r, cmd->name);
    case PG_QUERY__ALTER_TABLE_TYPE__AT_ColumnDefault:
        r->ask = zdm_ask_default(r->arena, relation, cmd->name);
        return zdm_arena_strf(
            r->arena, "ALTER COLUMN %s DROP DEFAULT", zdm_ident_text(r->arena, cmd->name));
    case PG_QUERY__ALTER_TABLE_TYPE__AT_SetStatistics:
    case PG_QUERY__ALTER_TABLE_TYPE__AT_SetStorage:
        if (!cmd->name || !cmd->name[0])
            return zdm_no_undo(r, "the column has no name");
        r->ask = zdm_ask_settings(r->arena, relation, cmd->name);
        return zdm_arena_strf(
            r->arena, "ALTER COLUMN %s SET STATISTICS -1", zdm_ident_text(r->arena, cmd->name));
    case PG_QUERY__ALTER_TABLE_TYPE__AT_SetNotNull:
        r->ask = zdm_ask_nullable(r->arena, relation, cmd->name);
        return zdm_arena_strf(
            r->arena, "ALTER COLUMN %s DROP NOT NULL", zdm_ident_text(r->arena, cmd->name));
    case PG_QUERY__ALTER_TABLE_TYPE__AT_DropNotNull:
        return zdm_no_undo(r,
            "whether it was NOT NULL is asked only when it stands alone: write that in "
            "a step of its own");
    case PG_QUERY__ALTER_TABLE_TYPE__AT_DropConstraint:
        return zdm_no_undo(r, "what the constraint said is not in the text");
    case PG_QUERY__ALTER_TABLE_TYPE__AT_AlterColumnType:
        return zdm_no_undo(r, "the type before is not in the text");
    default:
        return zdm_no_undo(r, "what was before is not in the text");
    }
}

/* What was there before and was put below a table that the step makes: it comes out before that goes. */
static bool
joins_made(const struct zdm_reverser *r, const PgQuery__AlterTableCmd *cmd)
{
    return cmd->subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_AttachPartition &&
           !zdm_undo_makes(r, cmd->def->partition_cmd->name);
}

/* All actions in one statement, the last first. */
const char *
zdm_undo_of_alter_table(struct zdm_reverser *r, const PgQuery__AlterTableStmt *st)
{
    struct zdm_buf actions = ZDM_BUF_INIT, asks = ZDM_BUF_INIT;
    const char *relation = zdm_range_text(r->arena, st->relation);
    bool made = zdm_undo_makes(r, st->relation), asked = false,
         only = st->n_cmds == 1 && r->n_stmts == 1;

    if (st->missing_ok && !made)
        return zdm_no_undo(r, "whether the table was there is not in the text");
    if (st->objtype != PG_QUERY__OBJECT_TYPE__OBJECT_TABLE && !made)
        return zdm_no_undo(r, "what was before is not in the text");
    if (only && st->relation->inh &&
        st->cmds[0]->alter_table_cmd->subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_DropNotNull)
        return of_drop_not_null(r, st);
    for (size_t i = st->n_cmds; i-- > 0;) {
        if (made && !joins_made(r, st->cmds[i]->alter_table_cmd))
            continue;
        r->ask = NULL;
        const char *one = of_action(r, relation, st->cmds[i]->alter_table_cmd);
        if (!one) {
            zdm_buf_release(&actions);
            zdm_buf_release(&asks);
            return NULL;
        }
        if (!*one)
            continue;
        asked = asked || r->ask;
        zdm_buf_addf(&actions, "%s%s", actions.len ? ", " : "", one);
        const char *alone = zdm_arena_strf(r->arena, "ALTER TABLE %s %s;", relation, one);
        zdm_buf_addf(&asks, "%s%s", asks.len ? ", " : "",
            r->ask ? r->ask : zdm_ask_nothing(r->arena, alone));
    }
    const char *sql =
        !actions.len ? "" : zdm_arena_strf(r->arena, "ALTER TABLE %s %s", relation, actions.s);
    r->asks = asked ? zdm_arena_strdup(r->arena, asks.s) : NULL;
    zdm_buf_release(&actions);
    zdm_buf_release(&asks);
    return sql;
}
