#include <string.h>

#include "sql/call.h"
#include "sql/constraint.h"
#include "sql/grammar.h"
#include "sql/new_column.h"
#include "sql/object.h"
#include "sql/proof.h"

struct adding {
    struct zdm_alter *alter;
    struct zdm_new_column column;
    bool rewritten; /* a table that holds rows */
    bool
        filled; /* one that surely holds rows gets a column that may not be NULL and has no value */
};

/* ATPrepAddColumn() and what ATExecAddColumn() asks first. False: it fails, or there is nothing to do. */
static bool
may_add(struct zdm_alter *alter)
{
    struct zdm_draft *draft = alter->draft;
    const struct zdm_relation *relation = alter->relation;
    const PgQuery__ColumnDef *def = alter->cmd->def->column_def;
    const char *name = zdm_ident_text(draft->arena, def->colname);

    if (relation->of_type && !relation->fresh)
        zdm_draft_fails(draft, "42809", "%s is a typed table", alter->table);
    else if (relation->is_partition)
        zdm_draft_fails(draft, "42809", "%s is a partition", alter->table);
    if (zdm_draft_failed(draft))
        return false;
    if (alter->cmd->missing_ok)
        ZDM_FIND(draft, ADD_COLUMN_IF_NOT_EXISTS, .column = name);
    if (zdm_relation_column(relation, def->colname)) {
        if (!alter->cmd->missing_ok)
            zdm_draft_fails(draft, "42701", "%s has a column %s already", alter->table, name);
        return false;
    }
    if (zdm_is_system_column(def->colname))
        zdm_draft_fails(draft, "42701", "%s is a column that every table has", name);
    else if (!alter->recurse && relation->children.n)
        zdm_draft_fails(draft, "42P16", "column %s must be added to those that inherit from %s too",
            name, alter->table);
    return !zdm_draft_failed(draft);
}

/* A child has a column of that name: it becomes an inherited one. */
static bool
merged(struct adding *adding, struct zdm_relation *child)
{
    struct zdm_draft *draft = adding->alter->draft;
    const struct zdm_new_column *new = &adding->column;
    struct zdm_column *column = zdm_relation_column(child, new->def->colname);

    if (!column)
        return false;
    if (new->typed.type && column->type &&
        (new->typed.type != column->type || new->typed.typmod != column->typmod)) {
        zdm_draft_fails(draft, "42804", "column %s of %s has another type", new->name,
            zdm_draft_name(draft, child));
        return true;
    }
    zdm_catalog_touch(draft->catalog, column, sizeof *column);
    column->inherited = true;
    return true;
}

static void
put(struct adding *adding, struct zdm_relation *relation)
{
    struct zdm_draft *draft = adding->alter->draft;
    const struct zdm_new_column *new = &adding->column;
    struct zdm_column *column =
        zdm_relation_add_column(draft->catalog, relation, new->def->colname);
    bool child = relation != adding->alter->relation;

    column->type = new->typed.type;
    column->typmod = new->typed.typmod == ZDM_TYPMOD_UNKNOWN ? ZDM_TYPMOD_NONE : new->typed.typmod;
    column->collation = new->collation;
    column->not_null = new->required;
    column->identity = new->identity;
    column->generated = new->is_virtual ? 'v' : new->computed ? 's' : 0;
    if (new->value || new->serial || new->computed) {
        PgQuery__Node *source = new->value ? new->value : new->computed;
        const char *text = source ? zdm_deparse_expr(draft->arena, source) : "nextval()";
        column->default_sql = zdm_catalog_string(draft->catalog, text ? text : "?");
    } else if (new->looked_up &&new->typed.type &&new->typed.type->kind == ZDM_TYPE_DOMAIN) {
        column->default_sql = "NULL"; /* kept, lest that of the domain holds */
    }
    if (new->required)
        zdm_not_null_put(draft, relation, column->name, child);
    column->inherited = child;
    column->local = !child;
    zdm_object_uses_type(draft, relation, column->type);
    zdm_object_check_width(draft, relation);
}

static bool
holds_rows(struct zdm_draft *draft, const struct zdm_relation *relation)
{
    return relation->rows > 0 && !relation->fresh && draft->catalog->complete;
}

static void
add_to(struct adding *adding, struct zdm_relation *relation)
{
    struct zdm_draft *draft = adding->alter->draft;
    const struct zdm_new_column *new = &adding->column;
    enum zdm_held held = ZDM_HELD_BRIEF;

    if (zdm_relation_has_rows(relation)) {
        if (zdm_new_column_rewrites(new)) {
            zdm_draft_rewrite_of(draft, relation);
            adding->rewritten = true;
            held = ZDM_HELD_REWRITE;
        } else if (new->required && (new->is_virtual || !zdm_new_column_has_value(new))) {
            zdm_draft_scan_of(draft, relation);
            if (!new->is_virtual)
                adding->filled |= holds_rows(draft, relation);
            held = ZDM_HELD_SCAN;
        }
    }
    zdm_draft_lock_on(draft, relation, adding->alter->mode, held);
    put(adding, relation);
    for (size_t i = 0; i < relation->children.n && !zdm_draft_failed(draft); i++) {
        struct zdm_relation *child = relation->children.items[i];
        zdm_draft_lock_on(draft, child, adding->alter->mode, held);
        if (!merged(adding, child))
            add_to(adding, child);
    }
}

/* Values are put in row by row, which another table that has a column of this row type cannot follow. */
static bool
row_type_is_free(struct adding *adding)
{
    struct zdm_alter *alter = adding->alter;
    struct zdm_draft *draft = alter->draft;
    size_t n;
    struct zdm_relation **family = zdm_alter_family(alter, &n);

    if (!zdm_new_column_has_value(&adding->column) && !adding->column.constrained)
        return true;
    for (size_t i = 0; i < n; i++) {
        const struct zdm_type *type =
            family[i]->schema ? zdm_catalog_type(draft->catalog, family[i]->schema, family[i]->name)
                              : NULL;
        if (!type || type->relation != family[i] || !type->used_by.n)
            continue;
        zdm_draft_fails(draft, "0A000", "%s has a column of the row type of %s",
            zdm_draft_name(draft, type->used_by.items[0]), zdm_draft_name(draft, family[i]));
        return false;
    }
    return true;
}

static bool
identity_is_possible(struct adding *adding)
{
    struct zdm_alter *alter = adding->alter;
    const struct zdm_relation *relation = alter->relation;
    bool partitioned = relation->kind == ZDM_RELATION_PARTITIONED;

    if (!adding->column.identity || !relation->children.n ||
        (partitioned && alter->draft->pg_version >= 17))
        return true;
    zdm_draft_fails(alter->draft, "42P16",
        "identity column %s cannot be added to %s, which has tables below it", adding->column.name,
        alter->table);
    return false;
}

/* It fails when there are rows; whether there are, the catalog may know. */
static void
tell_required(struct adding *adding)
{
    struct zdm_alter *alter = adding->alter;
    struct zdm_draft *draft = alter->draft;
    const struct zdm_new_column *new = &adding->column;

    if (zdm_draft_failed(draft) || !new->required || zdm_new_column_has_value(new) ||
        alter->relation->empty)
        return;
    struct zdm_finding *finding =
        ZDM_FIND(draft, FAIL_REQUIRED_COLUMN, .table = alter->table, .column = new->name);
    draft->st->breaks_writers |= !draft->fresh;
    zdm_draft_safer(draft, finding, zdm_new_column_plain(alter, new, new->type));
    zdm_alter_not_null_steps(alter, finding, new->def->colname);
    if (adding->filled && !draft->catalog->uncertain)
        draft->st->fails_with = "23502";
}

static PgQuery__Node *
name_node(struct zdm_draft *draft, char *name)
{
    PgQuery__String *string = zdm_arena_alloc(draft->arena, sizeof *string);
    PgQuery__Node *node = zdm_arena_alloc(draft->arena, sizeof *node);

    pg_query__string__init(string);
    string->sval = name;
    pg_query__node__init(node);
    node->node_case = PG_QUERY__NODE__NODE_STRING;
    node->string = string;
    return node;
}

/* What stands behind the constraint in the list: DEFERRABLE and the like. */
static void
take_attributes(const PgQuery__ColumnDef *def, size_t at, PgQuery__Constraint *constraint)
{
    for (size_t i = at + 1; i < def->n_constraints; i++)
        if (!zdm_grammar_take_attribute(constraint, def->constraints[i]->constraint))
            break;
}

/* A constraint of the column is one of the table; it says here what that does, and there, in
 * constraint.c, what it is about. */
static void
add_constraint(struct adding *adding, size_t at)
{
    struct zdm_alter *alter = adding->alter;
    struct zdm_draft *draft = alter->draft;
    const PgQuery__ColumnDef *def = adding->column.def;
    PgQuery__Constraint constraint = *def->constraints[at]->constraint;
    PgQuery__Node *key = name_node(draft, def->colname), node = PG_QUERY__NODE__INIT;
    PgQuery__AlterTableCmd cmd = PG_QUERY__ALTER_TABLE_CMD__INIT;
    struct zdm_alter inner = *alter;
    bool foreign = constraint.contype == PG_QUERY__CONSTR_TYPE__CONSTR_FOREIGN;
    bool validates = adding->column.looked_up;

    if (foreign) {
        constraint.n_fk_attrs = 1;
        constraint.fk_attrs = &key;
        /* Only NULLs: nothing to look up in the other table. */
        constraint.skip_validation = !validates;
        constraint.initially_valid = true;
    } else if (constraint.contype != PG_QUERY__CONSTR_TYPE__CONSTR_CHECK) {
        constraint.n_keys = 1;
        constraint.keys = &key;
    }
    take_attributes(def, at, &constraint);
    node.node_case = PG_QUERY__NODE__NODE_CONSTRAINT;
    node.constraint = &constraint;
    cmd.subtype = PG_QUERY__ALTER_TABLE_TYPE__AT_AddConstraint;
    cmd.behavior = PG_QUERY__DROP_BEHAVIOR__DROP_RESTRICT;
    cmd.def = &node;
    inner.cmd = &cmd;
    if (!draft->fresh) {
        PgQuery__Constraint given = *def->constraints[at]->constraint;
        take_attributes(def, at, &given);
        zdm_new_column_tell_constraint(alter, &adding->column, &given, validates);
    }
    size_t told = draft->st->n_findings;
    zdm_alter_add_constraint(&inner);
    if (!draft->fresh && !zdm_draft_failed(draft))
        draft->st->n_findings = told;
}

static void
add_constraints(struct adding *adding)
{
    const PgQuery__ColumnDef *def = adding->column.def;

    for (size_t i = 0; i < def->n_constraints && !zdm_draft_failed(adding->alter->draft); i++)
        switch (def->constraints[i]->constraint->contype) {
        case PG_QUERY__CONSTR_TYPE__CONSTR_CHECK:
        case PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY:
        case PG_QUERY__CONSTR_TYPE__CONSTR_UNIQUE:
        case PG_QUERY__CONSTR_TYPE__CONSTR_FOREIGN:
            add_constraint(adding, i);
            break;
        default:
            break;
        }
}

/* The type and the functions behind the values. */
static void
lock_beside(struct adding *adding)
{
    struct zdm_draft *draft = adding->alter->draft;
    const struct zdm_type *type = adding->column.typed.type;

    if (type && type->element)
        type = type->element;
    if (type && type->relation)
        zdm_draft_lock_on(draft, type->relation, ZDM_LOCK_ACCESS_SHARE, ZDM_HELD_BRIEF);
    if (adding->column.value)
        zdm_call_locks(draft, adding->column.value);
}

void
zdm_alter_add_column(struct zdm_alter *alter)
{
    struct zdm_draft *draft = alter->draft;
    struct adding adding = {.alter = alter};

    zdm_alter_lock(alter, ZDM_HELD_BRIEF);
    if (!may_add(alter) || !zdm_new_column_read(alter, &adding.column) ||
        !identity_is_possible(&adding) || !row_type_is_free(&adding))
        return;
    draft->st->breaks_plans |= !draft->fresh;
    ZDM_FIND(draft, ADD_COLUMN, .table = alter->table, .column = adding.column.name);
    add_to(&adding, alter->relation);
    lock_beside(&adding);
    if (zdm_draft_failed(draft))
        return;
    const PgQuery__Constraint *identity = zdm_identity_of(adding.column.def);
    if (adding.column.serial || identity)
        zdm_object_make_sequence(draft, alter->relation, adding.column.def->colname,
            identity ? identity->n_options : 0, identity ? identity->options : NULL);
    zdm_new_column_tell(alter, &adding.column, adding.rewritten);
    add_constraints(&adding);
    tell_required(&adding);
}
