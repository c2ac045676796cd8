#include "sql/reverse.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "sql/reverse_ask.h"
#include "sql/syntax.h"
#include "sql/tree.h"

struct reverser {
    struct zdm_arena *arena;
    const char *
        *made; /* tables of the same text, as written: what is done to them goes with them */
    size_t n_made;
    size_t n_stmts;   /* of the text */
    const char *why;  /* why the statement at hand has no reverse; NULL: it has */
    const char *ask;  /* of the action at hand: what the catalog has to tell; NULL: nothing */
    const char *asks; /* the same of the statement at hand, with all of its actions */
    const char *before, *unless, *note; /* as in struct zdm_sql_reverse */
    bool renames; /* one of the text's statements gives something another name */
};

/* The answer for one statement: SQL without a semicolon, "" for nothing to do, NULL for r->why. */
static const char *
unknown(struct reverser *r, const char *why)
{
    r->why = why;
    return NULL;
}

static const char *const not_certain = "it may have been there before";
static const char *const no_name = "the server chooses its name: give it one";

/* Of what was kept under another name as long as the plan said (stdlib/aside.lua) there is no more to say. */
static bool
was_aside(const char *name)
{
    return strncmp(name, "zdm_aside_", strlen("zdm_aside_")) == 0 ||
           strncmp(name, "zdm_kept_", strlen("zdm_kept_")) == 0;
}

static const char *
gone_column(struct reverser *r, const char *name)
{
    return unknown(r, was_aside(name)
                          ? "the column and its values are gone"
                          : "the column and its values are gone: drop_column with retain keeps "
                            "them for a while");
}

static const char *
gone_table(struct reverser *r, const PgQuery__DropStmt *st)
{
    const PgQuery__List *name = st->objects[0]->list;

    return unknown(r, was_aside(zdm_last_string(name->n_items, name->items))
                          ? "the table and its rows are gone"
                          : "the table and its rows are gone: drop_table with retain keeps them "
                            "for a while");
}

static const char *
drop(struct reverser *r, const char *what, const char *name)
{
    return zdm_arena_strf(r->arena, "DROP %s %s", what, name);
}

static const char *
drop_range(struct reverser *r, const char *what, const PgQuery__RangeVar *range)
{
    if (range->relpersistence && range->relpersistence[0] == 't')
        return unknown(r, "it is temporary");
    return drop(r, what, zdm_range_text(r->arena, range));
}

static bool
is_made_name(const struct reverser *r, const char *name)
{
    for (size_t i = 0; i < r->n_made; i++)
        if (strcmp(r->made[i], name) == 0)
            return true;
    return false;
}

static bool
is_made(const struct reverser *r, const PgQuery__RangeVar *range)
{
    return range && is_made_name(r, zdm_range_text(r->arena, range));
}

static const char *
make(struct reverser *r, const char *what, const PgQuery__RangeVar *relation)
{
    const char *sql = drop_range(r, what, relation);

    if (sql) {
        r->made = zdm_grow(r->made, r->n_made, sizeof *r->made);
        r->made[r->n_made++] = zdm_range_text(r->arena, relation);
    }
    return sql;
}

static const char *
of_table(struct reverser *r, const PgQuery__CreateStmt *st, const char *what)
{
    return st->if_not_exists ? unknown(r, not_certain) : make(r, what, st->relation);
}

static const char *
of_table_as(struct reverser *r, const PgQuery__CreateTableAsStmt *st)
{
    bool view = st->objtype == PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW;

    if (st->if_not_exists)
        return unknown(r, not_certain);
    return make(r, view ? "MATERIALIZED VIEW" : "TABLE", st->into->rel);
}

static const char *
of_index(struct reverser *r, const PgQuery__IndexStmt *st)
{
    const char *schema = st->relation->schemaname;

    if (is_made(r, st->relation))
        return "";
    if (st->if_not_exists)
        return unknown(r, not_certain);
    if (!st->idxname || !st->idxname[0])
        return unknown(r, no_name);
    const char *name = zdm_ident_text(r->arena, st->idxname);
    if (schema && schema[0])
        name = zdm_arena_strf(r->arena, "%s.%s", zdm_ident_text(r->arena, schema), name);
    return drop(r, st->concurrent ? "INDEX CONCURRENTLY" : "INDEX", name);
}

static const char *
of_schema(struct reverser *r, const PgQuery__CreateSchemaStmt *st)
{
    if (st->if_not_exists)
        return unknown(r, not_certain);
    if (st->n_schema_elts > 0)
        return unknown(r, "it makes more than the schema: write that in statements of its own");
    if (!st->schemaname || !st->schemaname[0])
        return unknown(r, "its name is that of a role");
    return drop(r, "SCHEMA", zdm_ident_text(r->arena, st->schemaname));
}

/* Functions are known by the types of what goes in. */
static const char *
of_function(struct reverser *r, const PgQuery__CreateFunctionStmt *st)
{
    struct zdm_buf types = ZDM_BUF_INIT;

    if (st->replace)
        return unknown(r, "it may replace another one");
    for (size_t i = 0; i < st->n_parameters; i++) {
        const PgQuery__FunctionParameter *p = st->parameters[i]->function_parameter;
        bool out = p->mode == PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_OUT ||
                   p->mode == PG_QUERY__FUNCTION_PARAMETER_MODE__FUNC_PARAM_TABLE;
        const char *type = out ? "" : zdm_deparse_type(r->arena, p->arg_type);
        if (!type || (out && st->is_procedure)) {
            zdm_buf_release(&types);
            return unknown(r, "its parameters cannot be written down again");
        }
        if (!out)
            zdm_buf_addf(&types, "%s%s", types.len ? ", " : "", type);
    }
    const char *sql =
        zdm_arena_strf(r->arena, "DROP %s %s(%s)", st->is_procedure ? "PROCEDURE" : "FUNCTION",
            zdm_list_text(r->arena, st->n_funcname, st->funcname), types.len ? types.s : "");
    zdm_buf_release(&types);
    return sql;
}

/* What hangs on a table: DROP TRIGGER name ON t. */
static const char *
drop_on(struct reverser *r, bool replace, const char *what, const char *name,
    const PgQuery__RangeVar *table)
{
    if (is_made(r, table))
        return "";
    if (replace)
        return unknown(r, "it may replace another one");
    return zdm_arena_strf(r->arena, "DROP %s %s ON %s", what, zdm_ident_text(r->arena, name),
        zdm_range_text(r->arena, table));
}

/* Its columns are NOT NULL from then on. */
static const char *
ask_primary_key(struct reverser *r, const char *relation, const PgQuery__Constraint *c)
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
of_constraint(struct reverser *r, const char *relation, const PgQuery__Constraint *c)
{
    if (c->indexname && c->indexname[0])
        return unknown(r, "dropping the constraint would drop its index, which was there before");
    if (!c->conname || !c->conname[0])
        return unknown(r, no_name);
    if (c->contype == PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY)
        r->ask = ask_primary_key(r, relation, c);
    return zdm_arena_strf(r->arena, "DROP CONSTRAINT %s", zdm_ident_text(r->arena, c->conname));
}

/* Its bounds, and what it had before, only the catalog knows. */
static const char *
of_partition(
    struct reverser *r, const char *parent, const PgQuery__PartitionCmd *cmd, bool attached)
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
of_drop_not_null(struct reverser *r, const PgQuery__AlterTableStmt *st)
{
    const char *column = st->cmds[0]->alter_table_cmd->name;
    const char *relation = zdm_range_text(r->arena, st->relation);
    const char *bare = zdm_arena_strf(r->arena, "zdm_%s_not_null", column);

    if (strlen(bare) > 63)
        return unknown(r, "the name of the column is too long for that of a CHECK which proves it");
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
of_action(struct reverser *r, const char *relation, const PgQuery__AlterTableCmd *cmd)
{
    switch (cmd->subtype) {
    case PG_QUERY__ALTER_TABLE_TYPE__AT_AddColumn:
        if (cmd->missing_ok)
            return unknown(r, not_certain);
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
            return unknown(r, "the column has no name");
        r->ask = zdm_ask_settings(r->arena, relation, cmd->name);
        return zdm_arena_strf(
            r->arena, "ALTER COLUMN %s SET STATISTICS -1", zdm_ident_text(r->arena, cmd->name));
    case PG_QUERY__ALTER_TABLE_TYPE__AT_SetNotNull:
        r->ask = zdm_ask_nullable(r->arena, relation, cmd->name);
        return zdm_arena_strf(
            r->arena, "ALTER COLUMN %s DROP NOT NULL", zdm_ident_text(r->arena, cmd->name));
    case PG_QUERY__ALTER_TABLE_TYPE__AT_DropNotNull:
        return unknown(r,
            "whether it was NOT NULL is asked only when it stands alone: write that in "
            "a step of its own");
    case PG_QUERY__ALTER_TABLE_TYPE__AT_DropConstraint:
        return unknown(r, "what the constraint said is not in the text");
    case PG_QUERY__ALTER_TABLE_TYPE__AT_AlterColumnType:
        return unknown(r, "the type before is not in the text");
    default:
        return unknown(r, "what was before is not in the text");
    }
}

/* What was there before and was put below a table that the step makes: it comes out before that goes. */
static bool
joins_made(const struct reverser *r, const PgQuery__AlterTableCmd *cmd)
{
    return cmd->subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_AttachPartition &&
           !is_made(r, cmd->def->partition_cmd->name);
}

/* All actions in one statement, the last first. */
static const char *
of_alter_table(struct reverser *r, const PgQuery__AlterTableStmt *st)
{
    struct zdm_buf actions = ZDM_BUF_INIT, asks = ZDM_BUF_INIT;
    const char *relation = zdm_range_text(r->arena, st->relation);
    bool made = is_made(r, st->relation), asked = false, only = st->n_cmds == 1 && r->n_stmts == 1;

    if (st->missing_ok && !made)
        return unknown(r, "whether the table was there is not in the text");
    if (st->objtype != PG_QUERY__OBJECT_TYPE__OBJECT_TABLE && !made)
        return unknown(r, "what was before is not in the text");
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

static const char *
object_word(PgQuery__ObjectType type)
{
    switch (type) {
    case PG_QUERY__OBJECT_TYPE__OBJECT_TABLE:
        return "TABLE";
    case PG_QUERY__OBJECT_TYPE__OBJECT_INDEX:
        return "INDEX";
    case PG_QUERY__OBJECT_TYPE__OBJECT_VIEW:
        return "VIEW";
    case PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW:
        return "MATERIALIZED VIEW";
    case PG_QUERY__OBJECT_TYPE__OBJECT_SEQUENCE:
        return "SEQUENCE";
    default:
        return NULL;
    }
}

/* What is known by a list of names: its new one with the schema of the old. */
static const char *
renamed_in_list(
    struct reverser *r, const char *word, const PgQuery__RenameStmt *st, const char *now)
{
    const PgQuery__List *name = st->object->list;
    size_t schema = name->n_items - 1;

    return zdm_arena_strf(r->arena, "ALTER %s %s%s%s RENAME TO %s", word,
        schema ? zdm_list_text(r->arena, schema, name->items) : "", schema ? "." : "", now,
        zdm_ident_text(r->arena, zdm_last_string(name->n_items, name->items)));
}

static const char *
of_rename(struct reverser *r, const PgQuery__RenameStmt *st)
{
    struct zdm_arena *arena = r->arena;
    const char *now = zdm_ident_text(arena, st->newname), *word = object_word(st->rename_type);

    if (st->missing_ok)
        return unknown(r, "whether it was there is not in the text");
    if (st->rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_SCHEMA)
        return zdm_arena_strf(
            arena, "ALTER SCHEMA %s RENAME TO %s", now, zdm_ident_text(arena, st->subname));
    if (st->rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_COLUMN &&
        st->relation_type == PG_QUERY__OBJECT_TYPE__OBJECT_TABLE)
        return zdm_arena_strf(arena, "ALTER TABLE %s RENAME COLUMN %s TO %s",
            zdm_range_text(arena, st->relation), now, zdm_ident_text(arena, st->subname));
    if (st->rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_TABCONSTRAINT)
        return zdm_arena_strf(arena, "ALTER TABLE %s RENAME CONSTRAINT %s TO %s",
            zdm_range_text(arena, st->relation), now, zdm_ident_text(arena, st->subname));
    if (st->rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_TYPE ||
        st->rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_DOMAIN)
        return renamed_in_list(
            r, st->rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_TYPE ? "TYPE" : "DOMAIN", st, now);
    if (st->rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_TRIGGER ||
        st->rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_POLICY)
        return zdm_arena_strf(arena, "ALTER %s %s ON %s RENAME TO %s",
            st->rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_TRIGGER ? "TRIGGER" : "POLICY", now,
            zdm_range_text(arena, st->relation), zdm_ident_text(arena, st->subname));
    if (!word || !st->relation)
        return unknown(r, "zdm does not know the way back of this rename");
    const char *schema = st->relation->schemaname;
    return zdm_arena_strf(arena, "ALTER %s %s%s%s RENAME TO %s", word,
        schema && schema[0] ? zdm_ident_text(arena, schema) : "", schema && schema[0] ? "." : "",
        now, zdm_ident_text(arena, st->relation->relname));
}

static const char *
of_rows(struct reverser *r, const PgQuery__RangeVar *table, const PgQuery__WithClause *with)
{
    for (size_t i = 0; with && i < with->n_ctes; i++)
        if (with->ctes[i]->common_table_expr->ctequery->node_case !=
            PG_QUERY__NODE__NODE_SELECT_STMT)
            return unknown(r, "what its WITH changes is not in the text");
    return is_made(r, table) ? "" : unknown(r, "the rows before are not in the text");
}

static const char *
of_comment(struct reverser *r, const PgQuery__CommentStmt *st)
{
    bool column = st->objtype == PG_QUERY__OBJECT_TYPE__OBJECT_COLUMN;

    if ((!column && st->objtype != PG_QUERY__OBJECT_TYPE__OBJECT_TABLE) ||
        st->object->node_case != PG_QUERY__NODE__NODE_LIST)
        return unknown(r, "the comment before is not in the text");
    const PgQuery__List *name = st->object->list;
    size_t n = name->n_items - (column && name->n_items > 1);
    const char *relation = zdm_list_text(r->arena, n, name->items);
    if (is_made_name(r, relation))
        return "";
    r->asks = zdm_ask_comment(
        r->arena, relation, column ? zdm_last_string(name->n_items, name->items) : "");
    return zdm_arena_strf(r->arena, "COMMENT ON %s %s IS NULL", column ? "COLUMN" : "TABLE",
        zdm_list_text(r->arena, name->n_items, name->items));
}

static const char *
of_grant(struct reverser *r, const PgQuery__GrantStmt *st)
{
    for (size_t i = 0; i < st->n_objects; i++)
        if (st->objects[i]->node_case != PG_QUERY__NODE__NODE_RANGE_VAR ||
            !is_made(r, st->objects[i]->range_var))
            return unknown(r, "which rights there were before is not in the text");
    return "";
}

static const char *
of_named(struct reverser *r, const char *what, size_t n, PgQuery__Node *const *name)
{
    return drop(r, what, zdm_list_text(r->arena, n, name));
}

/* Names without a schema meant something else under it than where the undo runs. */
static const char *
of_setting(struct reverser *r, const PgQuery__VariableSetStmt *st)
{
    return st->name && strcmp(st->name, "search_path") == 0
               ? unknown(r, "it sets search_path, which the undo does not: qualify the names")
               : "";
}

static const char *
of_enum(struct reverser *r, const PgQuery__AlterEnumStmt *st)
{
    if (!st->old_val || !st->old_val[0])
        return unknown(r, "PostgreSQL cannot take a value out of an enum");
    r->renames = true;
    return zdm_arena_strf(r->arena, "ALTER TYPE %s RENAME VALUE %s TO %s",
        zdm_list_text(r->arena, st->n_type_name, st->type_name),
        zdm_ask_nothing(r->arena, st->new_val), zdm_ask_nothing(r->arena, st->old_val));
}

static const char *
of_statement(struct reverser *r, const PgQuery__Node *node)
{
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_CREATE_STMT:
        return of_table(r, node->create_stmt, "TABLE");
    case PG_QUERY__NODE__NODE_CREATE_FOREIGN_TABLE_STMT:
        return of_table(r, node->create_foreign_table_stmt->base_stmt, "FOREIGN TABLE");
    case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT:
        return of_table_as(r, node->create_table_as_stmt);
    case PG_QUERY__NODE__NODE_INDEX_STMT:
        return of_index(r, node->index_stmt);
    case PG_QUERY__NODE__NODE_VIEW_STMT:
        return node->view_stmt->replace ? unknown(r, "it may replace another one")
                                        : drop_range(r, "VIEW", node->view_stmt->view);
    case PG_QUERY__NODE__NODE_CREATE_SEQ_STMT:
        return node->create_seq_stmt->if_not_exists
                   ? unknown(r, not_certain)
                   : drop_range(r, "SEQUENCE", node->create_seq_stmt->sequence);
    case PG_QUERY__NODE__NODE_CREATE_ENUM_STMT:
        return of_named(
            r, "TYPE", node->create_enum_stmt->n_type_name, node->create_enum_stmt->type_name);
    case PG_QUERY__NODE__NODE_CREATE_RANGE_STMT:
        return of_named(
            r, "TYPE", node->create_range_stmt->n_type_name, node->create_range_stmt->type_name);
    case PG_QUERY__NODE__NODE_COMPOSITE_TYPE_STMT:
        return drop(r, "TYPE", zdm_range_text(r->arena, node->composite_type_stmt->typevar));
    case PG_QUERY__NODE__NODE_CREATE_DOMAIN_STMT:
        return of_named(r, "DOMAIN", node->create_domain_stmt->n_domainname,
            node->create_domain_stmt->domainname);
    case PG_QUERY__NODE__NODE_CREATE_SCHEMA_STMT:
        return of_schema(r, node->create_schema_stmt);
    case PG_QUERY__NODE__NODE_CREATE_FUNCTION_STMT:
        return of_function(r, node->create_function_stmt);
    case PG_QUERY__NODE__NODE_CREATE_TRIG_STMT:
        return drop_on(r, node->create_trig_stmt->replace, "TRIGGER",
            node->create_trig_stmt->trigname, node->create_trig_stmt->relation);
    case PG_QUERY__NODE__NODE_CREATE_POLICY_STMT:
        return drop_on(r, false, "POLICY", node->create_policy_stmt->policy_name,
            node->create_policy_stmt->table);
    case PG_QUERY__NODE__NODE_RULE_STMT:
        return drop_on(r, node->rule_stmt->replace, "RULE", node->rule_stmt->rulename,
            node->rule_stmt->relation);
    case PG_QUERY__NODE__NODE_CREATE_STATS_STMT:
        if (node->create_stats_stmt->if_not_exists)
            return unknown(r, not_certain);
        return !node->create_stats_stmt->n_defnames
                   ? unknown(r, no_name)
                   : of_named(r, "STATISTICS", node->create_stats_stmt->n_defnames,
                         node->create_stats_stmt->defnames);
    case PG_QUERY__NODE__NODE_CREATE_EXTENSION_STMT:
        return node->create_extension_stmt->if_not_exists
                   ? unknown(r, not_certain)
                   : drop(r, "EXTENSION",
                         zdm_ident_text(r->arena, node->create_extension_stmt->extname));
    case PG_QUERY__NODE__NODE_CREATE_PUBLICATION_STMT:
        return drop(
            r, "PUBLICATION", zdm_ident_text(r->arena, node->create_publication_stmt->pubname));
    case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT:
        return of_alter_table(r, node->alter_table_stmt);
    case PG_QUERY__NODE__NODE_RENAME_STMT:
        r->renames = true;
        return of_rename(r, node->rename_stmt);
    case PG_QUERY__NODE__NODE_INSERT_STMT:
        return of_rows(r, node->insert_stmt->relation, node->insert_stmt->with_clause);
    case PG_QUERY__NODE__NODE_UPDATE_STMT:
        return of_rows(r, node->update_stmt->relation, node->update_stmt->with_clause);
    case PG_QUERY__NODE__NODE_DELETE_STMT:
        return of_rows(r, node->delete_stmt->relation, node->delete_stmt->with_clause);
    case PG_QUERY__NODE__NODE_COMMENT_STMT:
        return of_comment(r, node->comment_stmt);
    case PG_QUERY__NODE__NODE_GRANT_STMT:
        return of_grant(r, node->grant_stmt);
    case PG_QUERY__NODE__NODE_VARIABLE_SET_STMT:
        return of_setting(r, node->variable_set_stmt);
    case PG_QUERY__NODE__NODE_DROP_STMT:
        if (node->drop_stmt->remove_type == PG_QUERY__OBJECT_TYPE__OBJECT_TABLE)
            return gone_table(r, node->drop_stmt);
        return unknown(r, "what it drops is gone");
    case PG_QUERY__NODE__NODE_TRUNCATE_STMT:
        return unknown(r, "what it drops is gone");
    case PG_QUERY__NODE__NODE_ALTER_ENUM_STMT:
        return of_enum(r, node->alter_enum_stmt);
    case PG_QUERY__NODE__NODE_VACUUM_STMT:
    case PG_QUERY__NODE__NODE_REINDEX_STMT:
    case PG_QUERY__NODE__NODE_LOCK_STMT:
    case PG_QUERY__NODE__NODE_REFRESH_MAT_VIEW_STMT:
    case PG_QUERY__NODE__NODE_CHECK_POINT_STMT:
        return "";
    default:
        return unknown(r, "zdm does not know the way back of this kind of statement");
    }
}

/* Which of several statements it is, when there are several. */
static void
blame(const struct zdm_tree *tree, size_t i, const char *why, struct zdm_sql_reverse *out)
{
    out->kind = ZDM_REVERSAL_UNKNOWN;
    out->why =
        tree->parsed->n_stmts > 1 ? zdm_strf("statement %zu: %s", i + 1, why) : zdm_strdup(why);
}

/* For the way back of all statements, the last first. */
static char *
question(struct reverser *r, const char *const *each, const char *const *asks, size_t n)
{
    struct zdm_buf sql = ZDM_BUF_INIT;

    zdm_buf_add(&sql, "SELECT NULLIF(pg_catalog.concat_ws(E'\\n'");
    while (n-- > 0)
        if (*each[n])
            zdm_buf_addf(&sql, ",\n%s",
                asks[n] ? asks[n]
                        : zdm_ask_nothing(r->arena, zdm_arena_strf(r->arena, "%s;", each[n])));
    zdm_buf_add(&sql, "), '')");
    char *text = zdm_strdup(sql.s);
    zdm_buf_release(&sql);
    return text;
}

void
zdm_sql_reverse(const char *text, struct zdm_sql_reverse *out)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_buf sql = ZDM_BUF_INIT;
    struct zdm_tree tree;

    *out = (struct zdm_sql_reverse){.kind = ZDM_REVERSAL_UNKNOWN};
    if (zdm_tree_parse(text, &tree, &err) < 0) {
        out->why = zdm_strdup("it cannot be parsed");
        zdm_err_release(&err);
        return;
    }
    struct reverser r = {.arena = zdm_arena_new(), .n_stmts = tree.parsed->n_stmts};
    size_t n = tree.parsed->n_stmts, i;
    const char **each = zdm_alloc((n + 1) * sizeof *each);
    const char **asks = zdm_alloc((n + 1) * sizeof *asks);
    bool asked = false;
    for (i = 0; i < n; i++) {
        r.asks = NULL;
        each[i] = of_statement(&r, tree.parsed->stmts[i]->stmt);
        if (!each[i])
            break;
        asks[i] = r.asks;
        asked = asked || r.asks;
    }
    if (i < n) {
        blame(&tree, i, r.why, out);
    } else if (asked && r.renames) {
        out->why = zdm_strdup("it renames as well, so that what was before cannot be asked for by "
                              "name: write that in a step of its own");
    } else {
        if (asked)
            out->ask = question(&r, each, asks, n);
        out->before = zdm_strdup(r.before);
        out->unless = zdm_strdup(r.unless);
        out->note = zdm_strdup(r.note);
        while (i-- > 0)
            if (*each[i])
                zdm_buf_addf(&sql, "%s%s;", sql.len ? "\n" : "", each[i]);
        out->kind = sql.len ? ZDM_REVERSAL_SQL : ZDM_REVERSAL_NOTHING;
        out->sql = sql.len ? zdm_strdup(sql.s) : NULL;
    }
    zdm_buf_release(&sql);
    free(each);
    free(asks);
    free(r.made);
    zdm_arena_free(r.arena);
    zdm_tree_release(&tree);
}

void
zdm_sql_reverse_release(struct zdm_sql_reverse *reverse)
{
    free(reverse->sql);
    free(reverse->ask);
    free(reverse->before);
    free(reverse->unless);
    free(reverse->note);
    free(reverse->why);
    *reverse = (struct zdm_sql_reverse){.sql = NULL};
}
