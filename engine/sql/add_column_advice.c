#include <string.h>

#include "sql/constraint.h"
#include "sql/new_column.h"
#include "sql/volatility.h"

char *
zdm_new_column_plain(struct zdm_alter *alter, const struct zdm_new_column *column, const char *type)
{
    return zdm_arena_strf(
        alter->draft->arena, "ALTER TABLE %s ADD COLUMN %s %s", alter->table, column->name, type);
}

/* With its default unless that makes the column block; for the first of the safer steps. */
static char *
add_with_default(struct zdm_alter *alter, const struct zdm_new_column *column)
{
    struct zdm_arena *arena = alter->draft->arena;
    char *add = zdm_new_column_plain(alter, column, column->serial ? column->serial : column->type);
    char *text =
        column->value && !column->is_volatile ? zdm_deparse_expr(arena, column->value) : NULL;

    return text ? zdm_arena_strf(
                      arena, "%s%s DEFAULT %s", add, column->required ? " NOT NULL" : "", text)
                : add;
}

static void
tell_serial(struct zdm_alter *alter, const struct zdm_new_column *column)
{
    struct zdm_draft *draft = alter->draft;
    const PgQuery__RangeVar *table = alter->stmt->relation;
    PgQuery__RangeVar sequence = *table;
    struct zdm_finding *finding = ZDM_FIND(draft, REWRITE_SERIAL_COLUMN, .table = alter->table,
        .column = column->name, .type = column->type);

    sequence.relname = zdm_default_name(draft->arena, table->relname, column->def->colname, "seq");
    const char *name = zdm_range_text(draft->arena, &sequence);
    zdm_draft_safer(draft, finding, zdm_new_column_plain(alter, column, column->serial));
    zdm_draft_safer(draft, finding,
        zdm_arena_strf(
            draft->arena, "CREATE SEQUENCE %s OWNED BY %s.%s", name, alter->table, column->name));
    zdm_draft_safer(draft, finding,
        zdm_arena_strf(draft->arena, "ALTER TABLE %s ALTER COLUMN %s SET DEFAULT nextval('%s')",
            alter->table, column->name, name));
}

static void
tell_volatile(struct zdm_alter *alter, const struct zdm_new_column *column)
{
    struct zdm_draft *draft = alter->draft;
    char *value = column->by_domain ? NULL : zdm_deparse_expr(draft->arena, column->value);
    struct zdm_finding *finding =
        ZDM_FIND(draft, REWRITE_VOLATILE_DEFAULT, .table = alter->table, .column = column->name);

    if (column->by_domain) { /* NULL for old rows, then what the domain says for new ones */
        zdm_draft_safer(draft, finding,
            zdm_arena_strf(draft->arena, "%s DEFAULT NULL",
                zdm_new_column_plain(alter, column, column->type)));
        zdm_draft_safer(draft, finding,
            zdm_arena_strf(draft->arena, "ALTER TABLE %s ALTER COLUMN %s DROP DEFAULT",
                alter->table, column->name));
        return;
    }
    zdm_draft_safer(draft, finding, zdm_new_column_plain(alter, column, column->type));
    if (value)
        zdm_draft_safer(draft, finding,
            zdm_arena_strf(draft->arena, "ALTER TABLE %s ALTER COLUMN %s SET DEFAULT %s",
                alter->table, column->name, value));
}

static void
tell_domain(struct zdm_alter *alter, const struct zdm_new_column *column)
{
    struct zdm_draft *draft = alter->draft;
    struct zdm_finding *finding = ZDM_FIND(draft, REWRITE_DOMAIN_COLUMN, .table = alter->table,
        .column = column->name, .type = column->type,
        .other = column->constrained ? ""
                                     : zdm_arena_strf(draft->arena,
                                           " if %s is a domain with a constraint", column->type));

    if (!column->constrained)
        return;
    zdm_draft_escalate(draft, finding);
    const struct zdm_type *base = zdm_type_base(column->typed.type, NULL);
    struct zdm_typed typed = {.type = base, .typmod = ZDM_TYPMOD_NONE};
    zdm_type_base(column->typed.type, &typed.typmod);
    zdm_draft_safer(
        draft, finding, zdm_new_column_plain(alter, column, zdm_typed_text(draft, typed)));
}

void
zdm_new_column_tell(struct zdm_alter *alter, const struct zdm_new_column *column, bool rewritten)
{
    struct zdm_draft *draft = alter->draft;
    struct zdm_finding *finding;

    if (strcmp(zdm_last_string(column->def->type_name->n_names, column->def->type_name->names),
            "json") == 0)
        ZDM_FIND(draft, ADD_COLUMN_JSON, .table = alter->table, .column = column->name);
    if (column->maybe_constrained || (column->constrained && rewritten))
        tell_domain(alter, column);
    if (column->is_virtual && column->required && draft->st->n_scans)
        ZDM_FIND(draft, SCAN_SET_NOT_NULL, .table = alter->table, .column = column->name);
    if (!rewritten)
        return;
    if (column->serial) {
        tell_serial(alter, column);
    } else if (column->identity) {
        finding =
            ZDM_FIND(draft, REWRITE_IDENTITY_COLUMN, .table = alter->table, .column = column->name);
        zdm_draft_safer(draft, finding, zdm_new_column_plain(alter, column, column->type));
    } else if (column->computed) {
        finding = ZDM_FIND(
            draft, REWRITE_STORED_GENERATED, .table = alter->table, .column = column->name);
        zdm_draft_safer(draft, finding, zdm_new_column_plain(alter, column, column->type));
    } else if (column->is_volatile) {
        tell_volatile(alter, column);
    }
}

static void
later_steps(struct zdm_alter *alter, const struct zdm_new_column *column,
    const PgQuery__Constraint *constraint, struct zdm_finding *finding)
{
    struct zdm_draft *draft = alter->draft;
    char *name, *add = zdm_alter_constraint_text(alter, constraint, true, &name);

    if (!add || !finding)
        return;
    zdm_draft_safer(draft, finding, add_with_default(alter, column));
    zdm_draft_safer(draft, finding, add);
    zdm_draft_safer(draft, finding,
        zdm_arena_strf(draft->arena, "ALTER TABLE %s VALIDATE CONSTRAINT %s", alter->table, name));
}

static void
tell_unique(struct zdm_alter *alter, const struct zdm_new_column *column,
    const PgQuery__Constraint *constraint)
{
    struct zdm_draft *draft = alter->draft;
    bool primary = constraint->contype == PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY;
    const char *name =
        zdm_ident_text(draft->arena, zdm_constraint_name(alter, constraint, column->def->colname));
    struct zdm_finding *finding =
        ZDM_FIND(draft, INDEX_ADD_COLUMN_UNIQUE, .table = alter->table, .column = column->name);

    zdm_draft_safer(draft, finding, add_with_default(alter, column));
    zdm_draft_safer(draft, finding,
        zdm_arena_strf(draft->arena, "CREATE UNIQUE INDEX CONCURRENTLY %s ON %s (%s)", name,
            alter->table, column->name));
    zdm_draft_safer(draft, finding,
        zdm_arena_strf(draft->arena, "ALTER TABLE %s ADD CONSTRAINT %s %s USING INDEX %s%s",
            alter->table, name, primary ? "PRIMARY KEY" : "UNIQUE", name,
            zdm_constraint_timing(constraint)));
}

void
zdm_new_column_tell_constraint(struct zdm_alter *alter, const struct zdm_new_column *column,
    const PgQuery__Constraint *constraint, bool validates)
{
    struct zdm_draft *draft = alter->draft;
    const char *other;

    switch (constraint->contype) {
    case PG_QUERY__CONSTR_TYPE__CONSTR_CHECK:
        later_steps(alter, column, constraint,
            ZDM_FIND(draft, SCAN_ADD_COLUMN_CHECK, .table = alter->table, .column = column->name));
        break;
    case PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY:
    case PG_QUERY__CONSTR_TYPE__CONSTR_UNIQUE:
        tell_unique(alter, column, constraint);
        break;
    case PG_QUERY__CONSTR_TYPE__CONSTR_FOREIGN:
        other = zdm_range_text(draft->arena, constraint->pktable);
        if (validates)
            later_steps(alter, column, constraint,
                ZDM_FIND(draft, SCAN_ADD_FK, .kind = "ADD FOREIGN KEY", .table = alter->table,
                    .other = other));
        else
            ZDM_FIND(draft, LOCK_ADD_COLUMN_FK, .table = alter->table, .column = column->name,
                .other = other);
        break;
    default:
        break;
    }
}
