/* Constraints as statements of a safer form. */
#include <string.h>

#include "sql/constraint.h"
#include "sql/grammar.h"
#include "sql/object.h"

static const char *
quoted_list(struct zdm_arena *arena, size_t n, PgQuery__Node *const *names)
{
    const char *list = "";

    for (size_t i = 0; i < n; i++)
        list = zdm_arena_strf(
            arena, "%s%s%s", list, i ? ", " : "", zdm_ident_text(arena, zdm_node_string(names[i])));
    return list;
}

/* Most foreign keys say which columns and no more: the deparser takes longer for them than all else
 * takes. NULL: this one says more. */
static char *
plain_foreign_text(struct zdm_arena *arena, const PgQuery__AlterTableStmt *stmt,
    const PgQuery__Constraint *key, const char *name)
{
    const PgQuery__RangeVar *table = stmt->relation, *other = key->pktable;

    if (key->contype != PG_QUERY__CONSTR_TYPE__CONSTR_FOREIGN || stmt->missing_ok ||
        stmt->objtype != PG_QUERY__OBJECT_TYPE__OBJECT_TABLE || !table->inh || table->alias ||
        !other->inh || other->alias || strcmp(key->fk_matchtype, "s") != 0 ||
        strcmp(key->fk_del_action, "a") != 0 || strcmp(key->fk_upd_action, "a") != 0 ||
        key->n_fk_del_set_cols || key->deferrable || key->initdeferred ||
        zdm_grammar_has_period(key) || !zdm_grammar_is_enforced(key))
        return NULL;
    const char *columns = quoted_list(arena, key->n_pk_attrs, key->pk_attrs);
    return zdm_arena_strf(arena,
        "ALTER TABLE %s ADD CONSTRAINT %s FOREIGN KEY (%s) REFERENCES %s%s%s%s%s",
        zdm_range_text(arena, table), name, quoted_list(arena, key->n_fk_attrs, key->fk_attrs),
        zdm_range_text(arena, other), columns[0] ? " (" : "", columns, columns[0] ? ")" : "",
        key->skip_validation ? " NOT VALID" : "");
}

char *
zdm_alter_constraint_text(
    struct zdm_alter *alter, const PgQuery__Constraint *given, bool not_valid, char **name)
{
    struct zdm_arena *arena = alter->draft->arena;
    /* A column's constraint names no column: it gets the one it stands at. */
    const char *column = alter->cmd->subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_AddColumn
                             ? alter->cmd->def->column_def->colname
                             : NULL;
    PgQuery__Constraint constraint = *given;
    PgQuery__AlterTableCmd cmd = PG_QUERY__ALTER_TABLE_CMD__INIT;
    PgQuery__AlterTableStmt stmt = *alter->stmt;
    PgQuery__Node def = PG_QUERY__NODE__INIT, cmd_node = PG_QUERY__NODE__INIT,
                  stmt_node = PG_QUERY__NODE__INIT, column_node = PG_QUERY__NODE__INIT;
    PgQuery__Node *cmds[] = {&cmd_node}, *columns[] = {&column_node};
    PgQuery__String column_name = PG_QUERY__STRING__INIT;
    /* The deparser writes this name without quotes; ours are put in afterwards. */
    char placeholder[] = "zdm_name_of_the_constraint";

    *name = zdm_ident_text(arena, zdm_constraint_name(alter, given, column));
    constraint.conname = placeholder;
    if (not_valid) {
        constraint.skip_validation = true;
        constraint.initially_valid = false;
    }
    if (column && constraint.contype == PG_QUERY__CONSTR_TYPE__CONSTR_FOREIGN) {
        column_name.sval = alter->cmd->def->column_def->colname;
        column_node.node_case = PG_QUERY__NODE__NODE_STRING;
        column_node.string = &column_name;
        constraint.n_fk_attrs = 1;
        constraint.fk_attrs = columns;
    }
    char *plain = plain_foreign_text(arena, &stmt, &constraint, *name);
    if (plain)
        return plain;
    def.node_case = PG_QUERY__NODE__NODE_CONSTRAINT;
    def.constraint = &constraint;
    cmd.subtype = PG_QUERY__ALTER_TABLE_TYPE__AT_AddConstraint;
    cmd.behavior = PG_QUERY__DROP_BEHAVIOR__DROP_RESTRICT;
    cmd.def = &def;
    cmd_node.node_case = PG_QUERY__NODE__NODE_ALTER_TABLE_CMD;
    cmd_node.alter_table_cmd = &cmd;
    stmt.n_cmds = 1;
    stmt.cmds = cmds;
    stmt_node.node_case = PG_QUERY__NODE__NODE_ALTER_TABLE_STMT;
    stmt_node.alter_table_stmt = &stmt;
    char *text = zdm_deparse(arena, &stmt_node);
    char *at = text ? strstr(text, placeholder) : NULL;
    return at ? zdm_arena_strf(
                    arena, "%.*s%s%s", (int)(at - text), text, *name, at + strlen(placeholder))
              : NULL;
}

void
zdm_constraint_later_steps(struct zdm_alter *alter, struct zdm_finding *finding)
{
    char *name, *add = zdm_alter_constraint_text(alter, alter->cmd->def->constraint, true, &name);

    if (!add)
        return;
    zdm_draft_safer(alter->draft, finding, add);
    zdm_draft_safer(alter->draft, finding,
        zdm_arena_strf(
            alter->draft->arena, "ALTER TABLE %s VALIDATE CONSTRAINT %s", alter->table, name));
}

void
zdm_alter_not_null_steps(struct zdm_alter *alter, struct zdm_finding *finding, const char *column)
{
    struct zdm_arena *arena = alter->draft->arena;
    const char *quoted = zdm_ident_text(arena, column);
    const char *name = zdm_ident_text(
        arena, zdm_default_name(arena, alter->stmt->relation->relname, column, "not_null"));

    zdm_draft_safer(alter->draft, finding,
        zdm_arena_strf(arena, "ALTER TABLE %s ADD CONSTRAINT %s CHECK (%s IS NOT NULL) NOT VALID",
            alter->table, name, quoted));
    zdm_draft_safer(alter->draft, finding,
        zdm_arena_strf(arena, "ALTER TABLE %s VALIDATE CONSTRAINT %s", alter->table, name));
    zdm_draft_safer(alter->draft, finding,
        zdm_arena_strf(arena, "ALTER TABLE %s ALTER COLUMN %s SET NOT NULL", alter->table, quoted));
    zdm_draft_safer(alter->draft, finding,
        zdm_arena_strf(arena, "ALTER TABLE %s DROP CONSTRAINT %s", alter->table, name));
}
