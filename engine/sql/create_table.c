#include <stdlib.h>
#include <string.h>

#include "sql/alter.h"
#include "sql/families.h"
#include "sql/grammar.h"
#include "sql/new_column.h"
#include "sql/object.h"
#include "sql/table_parts.h"

/*
 * A new table is an empty one to which its columns and constraints are added, as the server makes it
 * too: what ADD COLUMN and ADD CONSTRAINT know of names, types, indexes and foreign keys holds here.
 */
struct making {
    struct zdm_draft *draft;
    const PgQuery__CreateStmt *stmt;
    const char *text;
    struct zdm_relation *relation;
    PgQuery__AlterTableStmt alter; /* the parts as sub-commands */
};

static PgQuery__Node *
string_node(struct zdm_draft *draft, char *text)
{
    PgQuery__String *string = zdm_arena_alloc(draft->arena, sizeof *string);
    PgQuery__Node *node = zdm_arena_alloc(draft->arena, sizeof *node);

    pg_query__string__init(string);
    string->sval = text;
    pg_query__node__init(node);
    node->node_case = PG_QUERY__NODE__NODE_STRING;
    node->string = string;
    return node;
}

static void
add_command(struct making *making, PgQuery__AlterTableType type, PgQuery__Node *def)
{
    PgQuery__AlterTableCmd *cmd = zdm_arena_alloc(making->draft->arena, sizeof *cmd);
    PgQuery__Node *node = zdm_arena_alloc(making->draft->arena, sizeof *node);

    pg_query__alter_table_cmd__init(cmd);
    cmd->subtype = type;
    cmd->def = def;
    pg_query__node__init(node);
    node->node_case = PG_QUERY__NODE__NODE_ALTER_TABLE_CMD;
    node->alter_table_cmd = cmd;
    making->alter.cmds[making->alter.n_cmds++] = node;
}

static bool
is_table_constraint(const PgQuery__Constraint *constraint)
{
    switch (constraint->contype) {
    case PG_QUERY__CONSTR_TYPE__CONSTR_CHECK:
    case PG_QUERY__CONSTR_TYPE__CONSTR_PRIMARY:
    case PG_QUERY__CONSTR_TYPE__CONSTR_UNIQUE:
    case PG_QUERY__CONSTR_TYPE__CONSTR_EXCLUSION:
    case PG_QUERY__CONSTR_TYPE__CONSTR_FOREIGN:
        return true;
    case PG_QUERY__CONSTR_TYPE__CONSTR_NOTNULL: /* behind a column it is the column's */
        return constraint->n_keys > 0;
    default:
        return false;
    }
}

/* The same constraint, written behind the columns. DEFERRABLE and the like stand behind it in the
 * list of a column. */
static PgQuery__Node *
table_constraint(struct making *making, const PgQuery__ColumnDef *column, size_t at)
{
    struct zdm_draft *draft = making->draft;
    PgQuery__Constraint *copy = zdm_arena_alloc(draft->arena, sizeof *copy);
    PgQuery__Node *node = zdm_arena_alloc(draft->arena, sizeof *node);
    PgQuery__Node **keys = zdm_arena_alloc(draft->arena, sizeof *keys);

    *copy = *column->constraints[at]->constraint;
    *keys = string_node(draft, column->colname);
    if (copy->contype == PG_QUERY__CONSTR_TYPE__CONSTR_FOREIGN) {
        copy->fk_attrs = keys;
        copy->n_fk_attrs = 1;
    } else if (copy->contype != PG_QUERY__CONSTR_TYPE__CONSTR_CHECK) {
        copy->keys = keys;
        copy->n_keys = 1;
    }
    for (size_t i = at + 1; i < column->n_constraints; i++)
        if (!zdm_grammar_take_attribute(copy, column->constraints[i]->constraint))
            break;
    pg_query__node__init(node);
    node->node_case = PG_QUERY__NODE__NODE_CONSTRAINT;
    node->constraint = copy;
    return node;
}

/* Two passes: keys must be there before what references them. */
enum pass { CHECKS, KEYS, FOREIGN_KEYS };

static enum pass
pass_of(const PgQuery__Constraint *constraint)
{
    switch (constraint->contype) {
    case PG_QUERY__CONSTR_TYPE__CONSTR_CHECK:
        return CHECKS;
    case PG_QUERY__CONSTR_TYPE__CONSTR_FOREIGN:
        return FOREIGN_KEYS;
    default:
        return KEYS;
    }
}

static void
add_constraints(struct making *making, enum pass pass)
{
    for (size_t i = 0; i < making->stmt->n_table_elts; i++) {
        PgQuery__Node *node = making->stmt->table_elts[i];
        if (node->node_case == PG_QUERY__NODE__NODE_CONSTRAINT &&
            is_table_constraint(node->constraint) && pass_of(node->constraint) == pass)
            add_command(making, PG_QUERY__ALTER_TABLE_TYPE__AT_AddConstraint, node);
        if (node->node_case != PG_QUERY__NODE__NODE_COLUMN_DEF)
            continue;
        const PgQuery__ColumnDef *column = node->column_def;
        for (size_t k = 0; k < column->n_constraints; k++) {
            const PgQuery__Constraint *constraint = column->constraints[k]->constraint;
            if (is_table_constraint(constraint) && pass_of(constraint) == pass)
                add_command(making, PG_QUERY__ALTER_TABLE_TYPE__AT_AddConstraint,
                    table_constraint(making, column, k));
        }
    }
}

/* The column without what is added behind it. */
static PgQuery__Node *
bare_column(struct making *making, PgQuery__Node *node)
{
    struct zdm_draft *draft = making->draft;
    const PgQuery__ColumnDef *column = node->column_def;
    PgQuery__ColumnDef *copy = zdm_arena_alloc(draft->arena, sizeof *copy);
    PgQuery__Node *out = zdm_arena_alloc(draft->arena, sizeof *out);

    *copy = *column;
    copy->n_constraints = 0;
    copy->constraints =
        zdm_arena_alloc(draft->arena, (column->n_constraints + 1) * sizeof *copy->constraints);
    for (size_t i = 0; i < column->n_constraints; i++)
        if (!is_table_constraint(column->constraints[i]->constraint))
            copy->constraints[copy->n_constraints++] = column->constraints[i];
    *out = *node;
    out->column_def = copy;
    return out;
}

static size_t
count_parts(const PgQuery__CreateStmt *stmt)
{
    size_t n = stmt->n_table_elts;

    for (size_t i = 0; i < stmt->n_table_elts; i++)
        if (stmt->table_elts[i]->node_case == PG_QUERY__NODE__NODE_COLUMN_DEF)
            n += stmt->table_elts[i]->column_def->n_constraints;
    return n;
}

static void
run_command(struct making *making, const PgQuery__AlterTableCmd *cmd)
{
    struct zdm_draft *draft = making->draft;
    struct zdm_alter alter = {.draft = draft,
        .stmt = &making->alter,
        .cmd = cmd,
        .table = making->text,
        .relation = making->relation,
        .mode = ZDM_LOCK_ACCESS_EXCLUSIVE,
        .recurse = true,
        .making = true};

    draft->fresh = true;
    if (cmd->subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_AddColumn) {
        draft->location = cmd->def->column_def->location;
        zdm_alter_add_column(&alter);
    } else {
        draft->location = cmd->def->constraint->location;
        zdm_alter_add_constraint(&alter);
    }
    draft->location = -1;
}

/* A column that a parent has too, or that PARTITION OF or OF only adds to. */
static void
merge_column(struct making *making, const PgQuery__ColumnDef *def)
{
    struct zdm_draft *draft = making->draft;
    struct zdm_column *column = zdm_relation_column(making->relation, def->colname);

    if (!column) {
        if (making->relation->known)
            zdm_draft_fails(draft, "42703", "column %s does not exist",
                zdm_ident_text(draft->arena, def->colname));
        return;
    }
    const struct zdm_type *type = def->type_name ? zdm_object_type(draft, def->type_name) : NULL;
    if (type && column->type && type != column->type)
        zdm_draft_fails(draft, "42804", "column %s has another type in the parent",
            zdm_ident_text(draft->arena, def->colname));
    zdm_catalog_touch(draft->catalog, column, sizeof *column);
    column->local |= def->type_name != NULL;
    for (size_t i = 0; i < def->n_constraints; i++) {
        const PgQuery__Constraint *constraint = def->constraints[i]->constraint;
        if (constraint->contype == PG_QUERY__CONSTR_TYPE__CONSTR_NOTNULL)
            column->not_null = true;
        if (constraint->contype == PG_QUERY__CONSTR_TYPE__CONSTR_DEFAULT)
            column->default_sql = zdm_catalog_string(
                draft->catalog, zdm_deparse_expr(draft->arena, constraint->raw_expr));
    }
}

/* What a column is made of is locked while it is looked up. */
static void
looked_up(struct making *making, const PgQuery__ColumnDef *def)
{
    struct zdm_draft *draft = making->draft;
    const struct zdm_column *column = zdm_relation_column(making->relation, def->colname);

    if (!column)
        return;
    const struct zdm_type *type =
        column->type && column->type->element ? column->type->element : column->type;
    if (type && type->relation)
        zdm_draft_lock_on(draft, type->relation, ZDM_LOCK_ACCESS_SHARE, ZDM_HELD_BRIEF);
    const struct zdm_relation *sequence =
        column->default_sql ? zdm_sequence_of_default(draft, column->default_sql) : NULL;
    if (sequence)
        zdm_draft_lock_on(draft, sequence, ZDM_LOCK_ACCESS_SHARE, ZDM_HELD_BRIEF);
}

static void
add_columns(struct making *making)
{
    const PgQuery__CreateStmt *stmt = making->stmt;
    /* Only these may be merged; a name twice in the list is an error. */
    size_t inherited = making->relation->columns.n;

    for (size_t i = 0; i < stmt->n_table_elts; i++) {
        PgQuery__Node *node = stmt->table_elts[i];
        if (node->node_case == PG_QUERY__NODE__NODE_TABLE_LIKE_CLAUSE) {
            zdm_table_like(making->draft, making->relation, node->table_like_clause);
            continue;
        }
        if (node->node_case != PG_QUERY__NODE__NODE_COLUMN_DEF)
            continue;
        const PgQuery__ColumnDef *def = node->column_def;
        bool merged = !def->type_name;
        for (size_t k = 0; k < inherited && !merged; k++)
            merged = strcmp(making->relation->columns.items[k]->name, def->colname) == 0;
        if (merged) {
            merge_column(making, def);
            continue;
        }
        add_command(making, PG_QUERY__ALTER_TABLE_TYPE__AT_AddColumn, bare_column(making, node));
        run_command(making, making->alter.cmds[making->alter.n_cmds - 1]->alter_table_cmd);
        looked_up(making, def);
    }
}

/* What a column is computed of may stand behind it. */
static void
check_computed(struct making *making)
{
    struct zdm_draft *draft = making->draft;
    struct zdm_alter alter = {.draft = draft, .table = making->text, .relation = making->relation};

    for (size_t i = 0; i < making->stmt->n_table_elts; i++) {
        const PgQuery__Node *node = making->stmt->table_elts[i];
        if (node->node_case != PG_QUERY__NODE__NODE_COLUMN_DEF)
            continue;
        const PgQuery__ColumnDef *def = node->column_def;
        for (size_t k = 0; k < def->n_constraints; k++)
            if (def->constraints[k]->constraint->contype == PG_QUERY__CONSTR_TYPE__CONSTR_GENERATED)
                zdm_computed_is_right(&alter, def->colname,
                    zdm_ident_text(draft->arena, def->colname),
                    def->constraints[k]->constraint->raw_expr);
    }
}

static void
partition_key(struct making *making)
{
    struct zdm_draft *draft = making->draft;
    const PgQuery__PartitionSpec *spec = making->stmt->partspec;
    struct zdm_relation *relation = making->relation;

    if (!spec)
        return;
    zdm_catalog_touch(draft->catalog, relation, sizeof *relation);
    relation->partition_strategy = zdm_grammar_strategy(spec);
    relation->n_partition_columns = spec->n_part_params;
    relation->partition_columns = zdm_catalog_alloc(
        draft->catalog, (spec->n_part_params + 1) * sizeof *relation->partition_columns);
    struct zdm_names uses = {0};
    for (size_t i = 0; i < spec->n_part_params; i++) {
        const PgQuery__PartitionElem *element = spec->part_params[i]->partition_elem;
        if (!element->name[0]) {
            zdm_names_of_expression(draft, element->expr, &uses);
            continue;
        }
        relation->partition_columns[i] = zdm_catalog_string(draft->catalog, element->name);
        zdm_names_add(draft, &uses, element->name);
    }
    for (size_t i = 0; i < uses.n; i++)
        if (relation->known && !zdm_relation_column(relation, uses.items[i]))
            zdm_draft_fails(draft, "42703", "column %s of the partition key does not exist",
                zdm_ident_text(draft->arena, uses.items[i]));
    relation->partition_uses = zdm_names_keep(draft, &uses);
    relation->n_partition_uses = uses.n;
}

/* CREATE TABLE ... OF a composite type. */
static void
of_type(struct making *making)
{
    struct zdm_draft *draft = making->draft;
    struct zdm_relation *source = zdm_typed_table_type(draft, making->stmt->of_typename);

    if (!source) {
        making->relation->known = false;
        return;
    }
    zdm_draft_lock_on(draft, source, ZDM_LOCK_ACCESS_SHARE, ZDM_HELD_BRIEF);
    zdm_table_copy_columns(draft, making->relation, source, 0);
    making->relation->of_type = source;
}

/* A partition follows its parent; what nobody says is in that of the database. */
static void
place(struct making *making)
{
    const struct zdm_catalog *catalog = making->draft->catalog;
    struct zdm_relation *relation = making->relation;
    const char *to = making->stmt->tablespacename;

    if (!to[0] && making->stmt->partbound && relation->parents.n)
        to = relation->parents.items[0]->tablespace;
    if (!to || !to[0])
        to = catalog->default_tablespace;
    if (to && to[0] && strcmp(to, "pg_default") != 0 && !relation->temporary &&
        strchr("rp", (int)relation->kind))
        relation->tablespace = zdm_catalog_string(making->draft->catalog, to);
}

static void
add_parts(struct making *making)
{
    struct zdm_draft *draft = making->draft;
    const PgQuery__CreateStmt *stmt = making->stmt;

    making->alter.cmds =
        zdm_arena_alloc(draft->arena, (count_parts(stmt) + 1) * sizeof *making->alter.cmds);
    for (size_t i = 0; i < stmt->n_inh_relations; i++)
        zdm_table_inherits(draft, making->relation, stmt->inh_relations[i]->range_var, stmt);
    if (stmt->of_typename)
        of_type(making);
    add_columns(making);
    check_computed(making);
    size_t columns = making->alter.n_cmds;
    partition_key(making);
    for (int pass = CHECKS; pass <= FOREIGN_KEYS; pass++)
        add_constraints(making, (enum pass)pass);
    for (size_t i = columns; i < making->alter.n_cmds; i++)
        run_command(making, making->alter.cmds[i]->alter_table_cmd);
    if (stmt->partbound && stmt->n_inh_relations)
        zdm_table_becomes_partition(draft, making->relation, stmt);
    place(making);
}

void
zdm_family_create_table(struct zdm_draft *draft)
{
    bool foreign = draft->node->node_case == PG_QUERY__NODE__NODE_CREATE_FOREIGN_TABLE_STMT;
    const PgQuery__CreateStmt *stmt =
        foreign ? draft->node->create_foreign_table_stmt->base_stmt : draft->node->create_stmt;
    struct making making = {.draft = draft,
        .stmt = stmt,
        .text = zdm_range_text(draft->arena, stmt->relation),
        .alter = PG_QUERY__ALTER_TABLE_STMT__INIT};
    enum zdm_relation_kind kind = foreign          ? ZDM_RELATION_FOREIGN
                                  : stmt->partspec ? ZDM_RELATION_PARTITIONED
                                                   : ZDM_RELATION_TABLE;
    enum zdm_made made =
        zdm_object_make(draft, stmt->relation, kind, stmt->if_not_exists, &making.relation);

    if (made == ZDM_MADE_OLD || made == ZDM_MADE_FAILED)
        return;
    making.alter.relation = stmt->relation;
    making.alter.objtype = PG_QUERY__OBJECT_TYPE__OBJECT_TABLE;
    if (made == ZDM_MADE_NEW) {
        add_parts(&making);
        /* Whoever uses the old parent may come to use it. */
        for (size_t i = 0; i < making.relation->parents.n; i++)
            making.relation->fresh &= making.relation->parents.items[i]->fresh;
        draft->fresh = false;
        return;
    }
    /* If it is new this is what happens; what the table is like afterwards nobody knows. */
    size_t mark = zdm_catalog_mark(draft->catalog);
    making.relation = zdm_catalog_add_relation(
        draft->catalog, making.relation->schema, stmt->relation->relname, kind);
    making.relation->known = making.relation->fresh = making.relation->empty = true;
    add_parts(&making);
    zdm_catalog_rollback(draft->catalog, mark);
    draft->fresh = false;
}
