#include <string.h>

#include "sql/alter.h"
#include "sql/volatility.h"

struct column { /* what an ADD COLUMN says */
    const PgQuery__ColumnDef *def;
    const char *name, *type; /* quoted; as text */
    PgQuery__Node *value;    /* DEFAULT, or NULL */
    const PgQuery__Constraint *check, *unique, *foreign;
    bool required, identity, generated;
};

static struct column
read_column(struct zdm_alter *alter)
{
    struct zdm_arena *arena = alter->draft->arena;
    struct column column = {.def = alter->cmd->def->column_def};
    char *type = zdm_deparse_type(arena, column.def->type_name);

    column.name = zdm_ident_text(arena, column.def->colname);
    column.type =
        type ? type
             : zdm_list_text(arena, column.def->type_name->n_names, column.def->type_name->names);
    for (size_t i = 0; i < column.def->n_constraints; i++) {
        const PgQuery__Constraint *constraint = column.def->constraints[i]->constraint;
        switch (constraint->contype) {
        case PG_QUERY__CONSTR_TYPE__CONSTR_NOTNULL:
            column.required = true;
            break;
        case PG_QUERY__CONSTR_TYPE__CONSTR_DEFAULT:
            column.value = constraint->raw_expr;
            break;
        case PG_QUERY__CONSTR_TYPE__CONSTR_IDENTITY:
            column.identity = true;
            break;
        case PG_QUERY__CONSTR_TYPE__CONSTR_GENERATED:
            column.generated = true;
            break;
        case PG_QUERY__CONSTR_TYPE__CONSTR_CHECK:
            column.check = constraint;
            break;
        case PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY:
            column.required = true;
            column.unique = constraint;
            break;
        case PG_QUERY__CONSTR_TYPE__CONSTR_UNIQUE:
            column.unique = constraint;
            break;
        case PG_QUERY__CONSTR_TYPE__CONSTR_FOREIGN:
            column.foreign = constraint;
            break;
        default:
            break;
        }
    }
    if (column.value && zdm_expr_is_null(column.value))
        column.value = NULL;
    return column;
}

static char *
plain_add(struct zdm_alter *alter, const struct column *column, const char *type)
{
    return zdm_arena_strf(
        alter->draft->arena, "ALTER TABLE %s ADD COLUMN %s %s", alter->table, column->name, type);
}

/* "DEFAULT x" and the like, without what makes the column block; for the first of the safer steps. */
static char *
add_with_default(struct zdm_alter *alter, const struct column *column)
{
    const char *base = zdm_serial_base(column->def->type_name);
    char *add = plain_add(alter, column, base ? base : column->type);
    char *value = column->value ? zdm_deparse_expr(alter->draft->arena, column->value) : NULL;

    if (value && !zdm_expr_is_volatile(column->value))
        add = zdm_arena_strf(alter->draft->arena, "%s DEFAULT %s", add, value);
    return add;
}

static void
rewritten(struct zdm_alter *alter)
{
    zdm_draft_lock(alter->draft, alter->table, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_REWRITE);
    zdm_draft_rewrite(alter->draft, alter->table);
}

static void
serial(struct zdm_alter *alter, const struct column *column)
{
    struct zdm_draft *draft = alter->draft;
    const PgQuery__RangeVar *table = alter->stmt->relation;
    PgQuery__RangeVar sequence = *table;
    struct zdm_finding *finding = ZDM_FIND(draft, REWRITE_SERIAL_COLUMN, .table = alter->table,
        .column = column->name, .type = column->type);

    rewritten(alter);
    sequence.relname = zdm_default_name(draft->arena, table->relname, column->def->colname, "seq");
    const char *name = zdm_range_text(draft->arena, &sequence);
    zdm_draft_safer(
        draft, finding, plain_add(alter, column, zdm_serial_base(column->def->type_name)));
    zdm_draft_safer(draft, finding,
        zdm_arena_strf(
            draft->arena, "CREATE SEQUENCE %s OWNED BY %s.%s", name, alter->table, column->name));
    zdm_draft_safer(draft, finding,
        zdm_arena_strf(draft->arena, "ALTER TABLE %s ALTER COLUMN %s SET DEFAULT nextval('%s')",
            alter->table, column->name, name));
}

static void
values(struct zdm_alter *alter, const struct column *column)
{
    struct zdm_draft *draft = alter->draft;
    struct zdm_finding *finding;

    if (zdm_serial_base(column->def->type_name)) {
        serial(alter, column);
    } else if (column->identity) {
        rewritten(alter);
        finding =
            ZDM_FIND(draft, REWRITE_IDENTITY_COLUMN, .table = alter->table, .column = column->name);
        zdm_draft_safer(draft, finding, plain_add(alter, column, column->type));
    } else if (column->generated) {
        rewritten(alter);
        finding = ZDM_FIND(
            draft, REWRITE_STORED_GENERATED, .table = alter->table, .column = column->name);
        zdm_draft_safer(draft, finding, plain_add(alter, column, column->type));
    } else if (column->value && zdm_expr_is_volatile(column->value)) {
        char *value = zdm_deparse_expr(draft->arena, column->value);
        rewritten(alter);
        finding = ZDM_FIND(
            draft, REWRITE_VOLATILE_DEFAULT, .table = alter->table, .column = column->name);
        zdm_draft_safer(draft, finding, plain_add(alter, column, column->type));
        if (value)
            zdm_draft_safer(draft, finding,
                zdm_arena_strf(draft->arena, "ALTER TABLE %s ALTER COLUMN %s SET DEFAULT %s",
                    alter->table, column->name, value));
    } else if (column->required && !column->value &&
               !zdm_context_is_empty(draft->context, alter->table)) {
        finding =
            ZDM_FIND(draft, FAIL_REQUIRED_COLUMN, .table = alter->table, .column = column->name);
        draft->st->breaks_writers |= !draft->fresh;
        zdm_draft_safer(draft, finding, plain_add(alter, column, column->type));
        zdm_alter_not_null_steps(alter, finding, column->def->colname);
    }
}

static void
check(struct zdm_alter *alter, const struct column *column)
{
    struct zdm_draft *draft = alter->draft;
    char *name, *add = zdm_alter_constraint_text(alter, column->check, true, &name);
    struct zdm_finding *finding =
        ZDM_FIND(draft, SCAN_ADD_COLUMN_CHECK, .table = alter->table, .column = column->name);

    zdm_draft_lock(draft, alter->table, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_SCAN);
    zdm_draft_scan(draft, alter->table);
    if (!add)
        return;
    zdm_draft_safer(draft, finding, add_with_default(alter, column));
    zdm_draft_safer(draft, finding, add);
    zdm_draft_safer(draft, finding,
        zdm_arena_strf(draft->arena, "ALTER TABLE %s VALIDATE CONSTRAINT %s", alter->table, name));
}

static void
unique(struct zdm_alter *alter, const struct column *column)
{
    struct zdm_draft *draft = alter->draft;
    bool primary = column->unique->contype == PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY;
    const char *table = alter->stmt->relation->relname;
    const char *given = column->unique->conname;
    const char *name = zdm_ident_text(draft->arena,
        given[0] ? given
                 : zdm_default_name(draft->arena, table, primary ? "" : column->def->colname,
                       primary ? "pkey" : "key"));
    struct zdm_finding *finding =
        ZDM_FIND(draft, INDEX_ADD_COLUMN_UNIQUE, .table = alter->table, .column = column->name);

    zdm_draft_lock(draft, alter->table, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BUILD);
    if (primary)
        zdm_draft_scan(draft, alter->table);
    zdm_draft_build(draft, name);
    zdm_draft_safer(draft, finding, add_with_default(alter, column));
    zdm_draft_safer(draft, finding,
        zdm_arena_strf(draft->arena, "CREATE UNIQUE INDEX CONCURRENTLY %s ON %s (%s)", name,
            alter->table, column->name));
    zdm_draft_safer(draft, finding,
        zdm_arena_strf(draft->arena, "ALTER TABLE %s ADD CONSTRAINT %s %s USING INDEX %s",
            alter->table, name, primary ? "PRIMARY KEY" : "UNIQUE", name));
}

static void
foreign(struct zdm_alter *alter, const struct column *column)
{
    struct zdm_draft *draft = alter->draft;
    const char *other = zdm_range_text(draft->arena, column->foreign->pktable);
    /* Only NULLs: nothing to look up in the other table. */
    bool scans = column->value || column->identity || column->generated;
    enum zdm_held held = scans && !draft->fresh ? ZDM_HELD_SCAN : ZDM_HELD_BRIEF;

    zdm_draft_lock(draft, alter->table, ZDM_LOCK_ACCESS_EXCLUSIVE, held);
    zdm_draft_lock(draft, other, ZDM_LOCK_SHARE_ROW_EXCLUSIVE, held);
    if (draft->fresh) {
        draft->fresh = zdm_context_is_new(draft->context, other);
        ZDM_FIND(draft, LOCK_CREATE_TABLE_FK, .other = other);
        draft->fresh = true;
        return;
    }
    if (!scans) {
        ZDM_FIND(draft, LOCK_ADD_COLUMN_FK, .table = alter->table, .column = column->name,
            .other = other);
        return;
    }

    char *name, *add = zdm_alter_constraint_text(alter, column->foreign, true, &name);
    struct zdm_finding *finding =
        ZDM_FIND(draft, SCAN_ADD_FK, .table = alter->table, .other = other);
    zdm_draft_scan(draft, alter->table);
    zdm_draft_scan(draft, other);
    if (!add)
        return;
    zdm_draft_safer(draft, finding, add_with_default(alter, column));
    zdm_draft_safer(draft, finding, add);
    zdm_draft_safer(draft, finding,
        zdm_arena_strf(draft->arena, "ALTER TABLE %s VALIDATE CONSTRAINT %s", alter->table, name));
}

void
zdm_alter_add_column(struct zdm_alter *alter)
{
    struct zdm_draft *draft = alter->draft;
    struct column column = read_column(alter);
    const PgQuery__TypeName *type = column.def->type_name;

    zdm_draft_lock(draft, alter->table, ZDM_LOCK_ACCESS_EXCLUSIVE, ZDM_HELD_BRIEF);
    draft->st->breaks_plans |= !draft->fresh;
    if (alter->cmd->missing_ok)
        ZDM_FIND(draft, ADD_COLUMN_IF_NOT_EXISTS, .column = column.name);
    if (strcmp(zdm_last_string(type->n_names, type->names), "json") == 0)
        ZDM_FIND(draft, ADD_COLUMN_JSON, .table = alter->table, .column = column.name);
    if (!zdm_type_is_known(type))
        ZDM_FIND(draft, REWRITE_DOMAIN_COLUMN, .table = alter->table, .column = column.name,
            .type = column.type);
    values(alter, &column);
    if (column.check)
        check(alter, &column);
    if (column.unique)
        unique(alter, &column);
    if (column.foreign)
        foreign(alter, &column);
}
