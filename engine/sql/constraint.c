#include <string.h>

#include "base/buf.h"
#include "sql/alter.h"

static char *
joined_columns(struct zdm_arena *arena, size_t n, PgQuery__Node *const *names)
{
    struct zdm_buf buf = ZDM_BUF_INIT;

    for (size_t i = 0; i < n; i++) {
        if (i)
            zdm_buf_addc(&buf, '_');
        zdm_buf_add(&buf, zdm_node_string(names[i]));
    }
    char *text = zdm_arena_strndup(arena, buf.s, buf.len);
    zdm_buf_release(&buf);
    return text;
}

static char *
excluded_columns(struct zdm_arena *arena, const PgQuery__Constraint *constraint)
{
    struct zdm_buf buf = ZDM_BUF_INIT;

    /* Each is a pair of an index element and its operator. */
    for (size_t i = 0; i < constraint->n_exclusions; i++) {
        const PgQuery__Node *pair = constraint->exclusions[i];
        const PgQuery__IndexElem *elem = pair->list->items[0]->index_elem;
        if (i)
            zdm_buf_addc(&buf, '_');
        zdm_buf_add(&buf, elem->expr ? "expr" : elem->name);
    }
    char *text = zdm_arena_strndup(arena, buf.s, buf.len);
    zdm_buf_release(&buf);
    return text;
}

/* The name the author gave, or one as the server would make up; unquoted. */
static char *
constraint_name(struct zdm_alter *alter, const PgQuery__Constraint *constraint, const char *column)
{
    struct zdm_arena *arena = alter->draft->arena;
    const char *table = alter->stmt->relation->relname;
    const char *columns = column ? column : "";

    if (constraint->conname[0])
        return zdm_arena_strdup(arena, constraint->conname);
    switch (constraint->contype) {
    case PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY:
        return zdm_default_name(arena, table, "", "pkey");
    case PG_QUERY__CONSTR_TYPE__CONSTR_FOREIGN:
        if (!column)
            columns = joined_columns(arena, constraint->n_fk_attrs, constraint->fk_attrs);
        return zdm_default_name(arena, table, columns, "fkey");
    case PG_QUERY__CONSTR_TYPE__CONSTR_UNIQUE:
        if (!column)
            columns = joined_columns(arena, constraint->n_keys, constraint->keys);
        return zdm_default_name(arena, table, columns, "key");
    case PG_QUERY__CONSTR_TYPE__CONSTR_EXCLUSION:
        return zdm_default_name(arena, table, excluded_columns(arena, constraint), "excl");
    default:
        return zdm_default_name(arena, table, columns, "check");
    }
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

    *name = zdm_ident_text(arena, constraint_name(alter, given, column));
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

static void
add_not_valid_steps(struct zdm_alter *alter, struct zdm_finding *finding)
{
    char *name, *add = zdm_alter_constraint_text(alter, alter->cmd->def->constraint, true, &name);

    if (!add)
        return;
    zdm_draft_safer(alter->draft, finding, add);
    zdm_draft_safer(alter->draft, finding,
        zdm_arena_strf(
            alter->draft->arena, "ALTER TABLE %s VALIDATE CONSTRAINT %s", alter->table, name));
}

/* Remembers which columns CHECK (a IS NOT NULL AND ...) proves NOT NULL. */
static void
remember_proofs(
    struct zdm_alter *alter, const PgQuery__Node *expr, const char *constraint, bool valid)
{
    if (!expr)
        return;
    if (expr->node_case == PG_QUERY__NODE__NODE_BOOL_EXPR &&
        expr->bool_expr->boolop == PG_QUERY__BOOL_EXPR_TYPE__AND_EXPR) {
        for (size_t i = 0; i < expr->bool_expr->n_args; i++)
            remember_proofs(alter, expr->bool_expr->args[i], constraint, valid);
        return;
    }
    if (expr->node_case != PG_QUERY__NODE__NODE_NULL_TEST ||
        expr->null_test->nulltesttype != PG_QUERY__NULL_TEST_TYPE__IS_NOT_NULL)
        return;

    const PgQuery__Node *arg = expr->null_test->arg;
    if (arg->node_case == PG_QUERY__NODE__NODE_COLUMN_REF && arg->column_ref->n_fields == 1)
        zdm_context_proof(alter->draft->context, alter->table, constraint,
            zdm_node_string(arg->column_ref->fields[0]), valid);
}

static void
add_check(struct zdm_alter *alter, const PgQuery__Constraint *constraint)
{
    struct zdm_draft *draft = alter->draft;
    const char *name = constraint_name(alter, constraint, NULL);
    bool later = constraint->skip_validation;

    zdm_draft_lock(
        draft, alter->table, ZDM_LOCK_ACCESS_EXCLUSIVE, later ? ZDM_HELD_BRIEF : ZDM_HELD_SCAN);
    if (later) {
        ZDM_FIND(draft, ADD_CONSTRAINT, .name = zdm_ident_text(draft->arena, name));
    } else {
        zdm_draft_scan(draft, alter->table);
        add_not_valid_steps(alter, ZDM_FIND(draft, SCAN_ADD_CHECK, .table = alter->table));
    }
    if (constraint->conname[0])
        remember_proofs(alter, constraint->raw_expr, name, !later);
}

static void
add_foreign_key(struct zdm_alter *alter, const PgQuery__Constraint *constraint)
{
    struct zdm_draft *draft = alter->draft;
    const char *other = zdm_range_text(draft->arena, constraint->pktable);
    bool later = constraint->skip_validation;
    enum zdm_held held = later || draft->fresh ? ZDM_HELD_BRIEF : ZDM_HELD_SCAN;

    zdm_draft_lock(draft, alter->table, ZDM_LOCK_SHARE_ROW_EXCLUSIVE, held);
    zdm_draft_lock(draft, other, ZDM_LOCK_SHARE_ROW_EXCLUSIVE, held);
    if (draft->fresh) { /* nothing to scan, but the other table is locked all the same */
        draft->fresh = zdm_context_is_new(draft->context, other);
        ZDM_FIND(draft, LOCK_CREATE_TABLE_FK, .other = other);
        draft->fresh = true;
    } else if (later) {
        ZDM_FIND(draft, ADD_CONSTRAINT,
            .name = zdm_ident_text(draft->arena, constraint_name(alter, constraint, NULL)));
    } else {
        zdm_draft_scan(draft, alter->table);
        zdm_draft_scan(draft, other);
        add_not_valid_steps(
            alter, ZDM_FIND(draft, SCAN_ADD_FK, .table = alter->table, .other = other));
    }
}

static void
using_index(struct zdm_alter *alter, const PgQuery__Constraint *constraint, bool primary)
{
    struct zdm_draft *draft = alter->draft;

    zdm_draft_lock(draft, alter->table, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
    ZDM_FIND(draft, ADD_CONSTRAINT_USING_INDEX,
        .other = zdm_ident_text(draft->arena, constraint->indexname));
    if (primary)
        ZDM_FIND(draft, SCAN_PK_USING_INDEX, .table = alter->table);
}

static void
add_unique(struct zdm_alter *alter, const PgQuery__Constraint *constraint)
{
    struct zdm_draft *draft = alter->draft;
    bool primary = constraint->contype == PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY;
    struct zdm_buf columns = ZDM_BUF_INIT;

    if (constraint->indexname[0]) {
        using_index(alter, constraint, primary);
        return;
    }
    const char *name = zdm_ident_text(draft->arena, constraint_name(alter, constraint, NULL));
    zdm_draft_lock(draft, alter->table, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BUILD);
    if (primary)
        zdm_draft_scan(draft, alter->table);
    zdm_draft_build(draft, name);

    struct zdm_finding *finding = primary
                                      ? ZDM_FIND(draft, INDEX_ADD_PK, .table = alter->table)
                                      : ZDM_FIND(draft, INDEX_ADD_UNIQUE, .table = alter->table);
    for (size_t i = 0; i < constraint->n_keys; i++) {
        if (i)
            zdm_buf_add(&columns, ", ");
        zdm_buf_add(&columns, zdm_ident_text(draft->arena, zdm_node_string(constraint->keys[i])));
    }
    if (primary)
        for (size_t i = 0; i < constraint->n_keys; i++)
            zdm_alter_not_null_steps(alter, finding, zdm_node_string(constraint->keys[i]));
    if (constraint->n_including == 0) {
        zdm_draft_safer(draft, finding,
            zdm_arena_strf(draft->arena, "CREATE UNIQUE INDEX CONCURRENTLY %s ON %s (%s)%s", name,
                alter->table, columns.s,
                constraint->nulls_not_distinct ? " NULLS NOT DISTINCT" : ""));
        zdm_draft_safer(draft, finding,
            zdm_arena_strf(draft->arena, "ALTER TABLE %s ADD CONSTRAINT %s %s USING INDEX %s",
                alter->table, name, primary ? "PRIMARY KEY" : "UNIQUE", name));
    }
    zdm_buf_release(&columns);
}

void
zdm_alter_add_constraint(struct zdm_alter *alter)
{
    struct zdm_draft *draft = alter->draft;
    const PgQuery__Constraint *constraint = alter->cmd->def->constraint;

    switch (constraint->contype) {
    case PG_QUERY__CONSTR_TYPE__CONSTR_CHECK:
        add_check(alter, constraint);
        break;
    case PG_QUERY__CONSTR_TYPE__CONSTR_FOREIGN:
        add_foreign_key(alter, constraint);
        break;
    case PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY:
    case PG_QUERY__CONSTR_TYPE__CONSTR_UNIQUE:
        add_unique(alter, constraint);
        break;
    case PG_QUERY__CONSTR_TYPE__CONSTR_EXCLUSION:
        zdm_draft_lock(draft, alter->table, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BUILD);
        zdm_draft_scan(draft, alter->table);
        zdm_draft_build(
            draft, zdm_ident_text(draft->arena, constraint_name(alter, constraint, NULL)));
        ZDM_FIND(draft, SCAN_ADD_EXCLUDE, .table = alter->table);
        break;
    default:
        zdm_draft_lock(draft, alter->table, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_STATEMENT);
        ZDM_FIND(draft, UNKNOWN_STATEMENT, .kind = "this form of ADD CONSTRAINT");
    }
}

void
zdm_alter_drop_constraint(struct zdm_alter *alter)
{
    struct zdm_draft *draft = alter->draft;
    const char *name = zdm_ident_text(draft->arena, alter->cmd->name);

    zdm_draft_lock(draft, alter->table, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
    /* A CHECK that the same plan added to prove NOT NULL has done its work. */
    if (!zdm_context_unproved(draft->context, alter->table, alter->cmd->name))
        ZDM_FIND(draft, DROP_CONSTRAINT, .table = alter->table, .name = name);
    if (alter->cmd->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE)
        ZDM_FIND(draft, DROP_CASCADE, .name = name);
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

/* Is a constraint dropped by the same ALTER TABLE? Drops run before anything else. */
static bool
dropped_beside(const struct zdm_alter *alter, const char *constraint)
{
    for (size_t i = 0; i < alter->stmt->n_cmds; i++) {
        const PgQuery__AlterTableCmd *cmd = alter->stmt->cmds[i]->alter_table_cmd;
        if (cmd->subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_DropConstraint &&
            strcmp(cmd->name, constraint) == 0)
            return true;
    }
    return false;
}

void
zdm_alter_set_not_null(struct zdm_alter *alter)
{
    struct zdm_draft *draft = alter->draft;
    const char *column = zdm_ident_text(draft->arena, alter->cmd->name);
    const char *proof = zdm_context_proves(draft->context, alter->table, alter->cmd->name);
    const char *name = proof ? zdm_ident_text(draft->arena, proof) : NULL;
    struct zdm_finding *finding;

    if (proof && !dropped_beside(alter, proof)) {
        zdm_draft_lock(draft, alter->table, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
        ZDM_FIND(draft, SET_NOT_NULL_PROVEN, .table = alter->table, .column = column, .name = name);
        return;
    }
    zdm_draft_lock(draft, alter->table, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_SCAN);
    zdm_draft_scan(draft, alter->table);
    if (proof) {
        ZDM_FIND(draft, SCAN_SET_NOT_NULL_DROPS_PROOF, .table = alter->table, .column = column,
            .name = name);
        return;
    }
    finding = ZDM_FIND(draft, SCAN_SET_NOT_NULL, .table = alter->table, .column = column);
    if (finding)
        draft->st->breaks_writers = true;
    zdm_alter_not_null_steps(alter, finding, alter->cmd->name);
}
