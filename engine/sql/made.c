/* Statement by statement: what each leaves behind. */
#include "sql/made.h"

#include <stdlib.h>

#include "base/mem.h"
#include "sql/made_private.h"
#include "sql/syntax.h"
#include "sql/tree.h"

#define NODE(name)   PG_QUERY__NODE__NODE_##name
#define AT(name)     PG_QUERY__ALTER_TABLE_TYPE__AT_##name
#define OBJECT(name) PG_QUERY__OBJECT_TYPE__OBJECT_##name

typedef struct zdm_made_list list_t;

static bool
is_temporary(const PgQuery__RangeVar *relation)
{
    return relation->relpersistence && relation->relpersistence[0] == 't';
}

static void
put_relation(list_t *list, enum zdm_made_state state, const PgQuery__RangeVar *relation)
{
    if (relation && !is_temporary(relation))
        zdm_made_put(list, ZDM_MADE_RELATION, state, relation->schemaname, relation->relname, "");
}

/* a.b: schema and name of a list of strings. */
static void
put_named(list_t *list, enum zdm_made_kind kind, enum zdm_made_state state, size_t n,
    PgQuery__Node *const *names)
{
    if (n > 0)
        zdm_made_put(list, kind, state, n > 1 ? zdm_node_string(names[n - 2]) : NULL,
            zdm_node_string(names[n - 1]), "");
}

static void
put_constraint(list_t *list, const PgQuery__RangeVar *table, const PgQuery__Constraint *constraint)
{
    if (constraint->contype == PG_QUERY__CONSTR_TYPE__CONSTR_NOTNULL && !constraint->n_keys)
        return; /* a column's, which has a name since 18 only */
    if (constraint->indexname && constraint->indexname[0])
        zdm_made_put(list, ZDM_MADE_INDEX, ZDM_MADE_UNKNOWN, table->schemaname, table->relname,
            constraint->indexname);
    if (constraint->conname && constraint->conname[0])
        zdm_made_put(list, ZDM_MADE_CONSTRAINT,
            constraint->skip_validation ? ZDM_MADE_LOOSE : ZDM_MADE_THERE, table->schemaname,
            table->relname, constraint->conname);
}

static void
put_column(list_t *list, const PgQuery__RangeVar *table, const PgQuery__ColumnDef *column)
{
    zdm_made_put(
        list, ZDM_MADE_COLUMN, ZDM_MADE_THERE, table->schemaname, table->relname, column->colname);
    for (size_t i = 0; i < column->n_constraints; i++) {
        const PgQuery__Constraint *constraint = column->constraints[i]->constraint;
        if (constraint->contype == PG_QUERY__CONSTR_TYPE__CONSTR_NOTNULL)
            zdm_made_put(list, ZDM_MADE_NOT_NULL, ZDM_MADE_THERE, table->schemaname, table->relname,
                column->colname);
        put_constraint(list, table, constraint);
    }
}

static void
create_table(list_t *list, const PgQuery__CreateStmt *stmt)
{
    const PgQuery__RangeVar *table = stmt->relation;

    if (is_temporary(table))
        return;
    put_relation(list, ZDM_MADE_THERE, table);
    if (stmt->if_not_exists)
        return;
    for (size_t i = 0; i < stmt->n_table_elts; i++) {
        if (stmt->table_elts[i]->node_case == NODE(COLUMN_DEF))
            put_column(list, table, stmt->table_elts[i]->column_def);
        else if (stmt->table_elts[i]->node_case == NODE(CONSTRAINT))
            put_constraint(list, table, stmt->table_elts[i]->constraint);
    }
}

static void
put_partition(list_t *list, const PgQuery__RangeVar *parent, const PgQuery__Node *def,
    enum zdm_made_state state)
{
    const PgQuery__RangeVar *child = def->partition_cmd->name;
    char *name = zdm_sql_quote_qualified(
        child->schemaname && child->schemaname[0] ? child->schemaname : NULL, child->relname);

    zdm_made_put(list, ZDM_MADE_PARTITION, state, parent->schemaname, parent->relname, name);
    list->items[list->count - 1].child = zdm_strdup(child->relname);
    free(name);
}

static void
drop_column(list_t *list, const PgQuery__RangeVar *table, const char *column)
{
    zdm_made_forget(list, table->schemaname, table->relname, column);
    zdm_made_put(list, ZDM_MADE_COLUMN, ZDM_MADE_GONE, table->schemaname, table->relname, column);
    list->last_drop = list->order;
}

static void
alter_command(list_t *list, const PgQuery__RangeVar *t, const PgQuery__AlterTableCmd *cmd)
{
    const char *schema = t->schemaname, *table = t->relname;

    if (cmd->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE)
        list->nothing_before = list->order;
    switch (cmd->subtype) {
    case AT(AddColumn):
        put_column(list, t, cmd->def->column_def);
        break;
    case AT(DropColumn):
        drop_column(list, t, cmd->name);
        break;
    case AT(SetNotNull):
        zdm_made_put(list, ZDM_MADE_NOT_NULL, ZDM_MADE_THERE, schema, table, cmd->name);
        break;
    case AT(DropNotNull):
        zdm_made_put(list, ZDM_MADE_NOT_NULL, ZDM_MADE_UNKNOWN, schema, table, cmd->name);
        break;
    case AT(AddConstraint):
        put_constraint(list, t, cmd->def->constraint);
        break;
    case AT(ValidateConstraint):
        zdm_made_put(list, ZDM_MADE_CONSTRAINT, ZDM_MADE_THERE, schema, table, cmd->name);
        break;
    case AT(DropConstraint):
        zdm_made_put(list, ZDM_MADE_CONSTRAINT, ZDM_MADE_GONE, schema, table, cmd->name);
        break;
    case AT(EnableTrig):
    case AT(EnableAlwaysTrig):
        zdm_made_put(list, ZDM_MADE_TRIGGER, ZDM_MADE_THERE, schema, table, cmd->name);
        break;
    case AT(DisableTrig):
    case AT(EnableReplicaTrig):
        zdm_made_put(list, ZDM_MADE_TRIGGER, ZDM_MADE_LOOSE, schema, table, cmd->name);
        break;
    case AT(AttachPartition):
        put_partition(list, t, cmd->def, ZDM_MADE_THERE);
        break;
    case AT(DetachPartition):
    case AT(DetachPartitionFinalize):
        put_partition(list, t, cmd->def, ZDM_MADE_GONE);
        break;
    default:
        break;
    }
}

static void
alter_table(list_t *list, const PgQuery__AlterTableStmt *stmt)
{
    if (stmt->objtype != OBJECT(TABLE))
        return;
    for (size_t i = 0; i < stmt->n_cmds; i++)
        alter_command(list, stmt->relation, stmt->cmds[i]->alter_table_cmd);
}

/* A type, domain or function that has another name or schema now. */
static void
put_moved(list_t *list, const PgQuery__Node *object)
{
    if (!object)
        return;
    if (object->node_case == NODE(OBJECT_WITH_ARGS)) {
        put_named(list, ZDM_MADE_FUNCTION, ZDM_MADE_UNKNOWN, object->object_with_args->n_objname,
            object->object_with_args->objname);
    } else if (object->node_case == NODE(LIST)) {
        const PgQuery__List *name = object->list;
        put_named(list, ZDM_MADE_TYPE, ZDM_MADE_UNKNOWN, name->n_items, name->items);
        if (name->n_items > 0) /* and its values */
            zdm_made_forget(list,
                name->n_items > 1 ? zdm_node_string(name->items[name->n_items - 2]) : NULL,
                zdm_node_string(name->items[name->n_items - 1]), "");
    }
}

/* ALTER TABLE a.b SET SCHEMA c, ALTER TABLE a.b RENAME TO c. */
static void
move_relation(list_t *list, const PgQuery__RangeVar *from, const char *schema, const char *name)
{
    zdm_made_forget(list, from->schemaname, from->relname, "");
    put_relation(list, ZDM_MADE_GONE, from);
    zdm_made_forget(list, schema, name, "");
    zdm_made_put(list, ZDM_MADE_RELATION, ZDM_MADE_THERE, schema, name, "");
}

/* Of what has no table: nothing is said of it any more, nor of what was in a schema. */
static void
rename_named(list_t *list, const PgQuery__RenameStmt *stmt)
{
    if (stmt->rename_type == OBJECT(SCHEMA))
        list->nothing_before = list->order;
    else
        put_moved(list, stmt->object);
}

static void
rename_object(list_t *list, const PgQuery__RenameStmt *stmt)
{
    const PgQuery__RangeVar *on = stmt->relation;
    enum zdm_made_kind kind;

    if (!on) {
        rename_named(list, stmt);
        return;
    }
    switch (stmt->rename_type) {
    case OBJECT(TABLE):
    case OBJECT(VIEW):
    case OBJECT(MATVIEW):
    case OBJECT(SEQUENCE):
    case OBJECT(FOREIGN_TABLE):
        move_relation(list, on, on->schemaname, stmt->newname);
        list->items[list->count - 1].owned = stmt->rename_type == OBJECT(SEQUENCE);
        return;
    case OBJECT(INDEX):
        zdm_made_put(list, ZDM_MADE_INDEX, ZDM_MADE_GONE, on->schemaname, "", on->relname);
        zdm_made_put(list, ZDM_MADE_INDEX, ZDM_MADE_THERE, on->schemaname, "", stmt->newname);
        return;
    case OBJECT(COLUMN):
        drop_column(list, on, stmt->subname);
        kind = ZDM_MADE_COLUMN;
        break;
    case OBJECT(TABCONSTRAINT):
        kind = ZDM_MADE_CONSTRAINT;
        break;
    case OBJECT(TRIGGER):
        kind = ZDM_MADE_TRIGGER;
        break;
    case OBJECT(POLICY):
        kind = ZDM_MADE_POLICY;
        break;
    default:
        return;
    }
    zdm_made_put(list, kind, ZDM_MADE_GONE, on->schemaname, on->relname, stmt->subname);
    zdm_made_put(list, kind, ZDM_MADE_LOOSE, on->schemaname, on->relname, stmt->newname);
}

/* DROP TRIGGER x ON a.b: the names are a, b, x. */
static void
drop_part(list_t *list, enum zdm_made_kind kind, size_t n, PgQuery__Node *const *names)
{
    if (n >= 2)
        zdm_made_put(list, kind, ZDM_MADE_GONE, n > 2 ? zdm_node_string(names[n - 3]) : NULL,
            zdm_node_string(names[n - 2]), zdm_node_string(names[n - 1]));
}

static void
drop_named(list_t *list, PgQuery__ObjectType type, size_t n, PgQuery__Node *const *names)
{
    const char *schema = n > 1 ? zdm_node_string(names[n - 2]) : NULL;
    const char *name = n > 0 ? zdm_node_string(names[n - 1]) : "";

    switch (type) {
    case OBJECT(TABLE):
    case OBJECT(VIEW):
    case OBJECT(MATVIEW):
    case OBJECT(SEQUENCE):
    case OBJECT(FOREIGN_TABLE):
        zdm_made_forget(list, schema, name, "");
        zdm_made_put(list, ZDM_MADE_RELATION, ZDM_MADE_GONE, schema, name, "");
        list->last_drop = list->order;
        break;
    case OBJECT(INDEX):
        zdm_made_put(list, ZDM_MADE_INDEX, ZDM_MADE_GONE, schema, "", name);
        break;
    case OBJECT(TRIGGER):
        drop_part(list, ZDM_MADE_TRIGGER, n, names);
        break;
    case OBJECT(POLICY):
        drop_part(list, ZDM_MADE_POLICY, n, names);
        break;
    case OBJECT(SCHEMA):
        zdm_made_put(list, ZDM_MADE_SCHEMA, ZDM_MADE_GONE, NULL, name, "");
        break;
    case OBJECT(EXTENSION):
        zdm_made_put(list, ZDM_MADE_EXTENSION, ZDM_MADE_GONE, NULL, name, "");
        break;
    default:
        break;
    }
}

static void
drop(list_t *list, const PgQuery__DropStmt *stmt)
{
    if (stmt->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE)
        list->nothing_before = list->order;
    if (stmt->remove_type == OBJECT(INDEX) && !stmt->concurrent) /* of partitions go along */
        list->last_whole = list->order;
    for (size_t i = 0; i < stmt->n_objects; i++) {
        PgQuery__Node *object = stmt->objects[i];
        switch (object->node_case) {
        case NODE(LIST):
            drop_named(list, stmt->remove_type, object->list->n_items, object->list->items);
            break;
        case NODE(STRING):
            drop_named(list, stmt->remove_type, 1, &object);
            break;
        case NODE(TYPE_NAME):
            zdm_made_forget(list, NULL,
                zdm_last_string(object->type_name->n_names, object->type_name->names), "");
            put_named(list, ZDM_MADE_TYPE, ZDM_MADE_GONE, object->type_name->n_names,
                object->type_name->names);
            break;
        case NODE(OBJECT_WITH_ARGS): /* others of that name may stay */
            put_named(list, ZDM_MADE_FUNCTION, ZDM_MADE_UNKNOWN,
                object->object_with_args->n_objname, object->object_with_args->objname);
            break;
        default:
            break;
        }
    }
}

static void
alter_enum(list_t *list, const PgQuery__AlterEnumStmt *stmt)
{
    const char *type = zdm_last_string(stmt->n_type_name, stmt->type_name);
    const char *schema =
        stmt->n_type_name > 1 ? zdm_node_string(stmt->type_name[stmt->n_type_name - 2]) : NULL;

    if (stmt->old_val && stmt->old_val[0])
        zdm_made_put(list, ZDM_MADE_VALUE, ZDM_MADE_GONE, schema, type, stmt->old_val);
    zdm_made_put(list, ZDM_MADE_VALUE, ZDM_MADE_THERE, schema, type, stmt->new_val);
}

static void
create_index(list_t *list, const PgQuery__IndexStmt *stmt)
{
    if (stmt->idxname && stmt->idxname[0])
        zdm_made_put(list, ZDM_MADE_INDEX, ZDM_MADE_THERE, stmt->relation->schemaname,
            stmt->relation->relname, stmt->idxname);
}

static void
statement(list_t *list, const PgQuery__Node *stmt)
{
    switch (stmt->node_case) {
    case NODE(CREATE_STMT):
        create_table(list, stmt->create_stmt);
        break;
    case NODE(CREATE_FOREIGN_TABLE_STMT):
        create_table(list, stmt->create_foreign_table_stmt->base_stmt);
        break;
    case NODE(CREATE_TABLE_AS_STMT):
        put_relation(list, ZDM_MADE_THERE, stmt->create_table_as_stmt->into->rel);
        break;
    case NODE(CREATE_SEQ_STMT):
        put_relation(list, ZDM_MADE_THERE, stmt->create_seq_stmt->sequence);
        list->items[list->count - 1].owned = true;
        break;
    case NODE(VIEW_STMT):
        put_relation(list, ZDM_MADE_THERE, stmt->view_stmt->view);
        break;
    case NODE(INDEX_STMT):
        create_index(list, stmt->index_stmt);
        break;
    case NODE(ALTER_TABLE_STMT):
        alter_table(list, stmt->alter_table_stmt);
        break;
    case NODE(RENAME_STMT):
        rename_object(list, stmt->rename_stmt);
        break;
    case NODE(ALTER_OBJECT_SCHEMA_STMT):
        if (stmt->alter_object_schema_stmt->relation)
            move_relation(list, stmt->alter_object_schema_stmt->relation,
                stmt->alter_object_schema_stmt->newschema,
                stmt->alter_object_schema_stmt->relation->relname);
        else
            put_moved(list, stmt->alter_object_schema_stmt->object);
        break;
    case NODE(CREATE_TRIG_STMT):
        zdm_made_put(list, ZDM_MADE_TRIGGER, ZDM_MADE_THERE,
            stmt->create_trig_stmt->relation->schemaname, stmt->create_trig_stmt->relation->relname,
            stmt->create_trig_stmt->trigname);
        break;
    case NODE(CREATE_POLICY_STMT):
        zdm_made_put(list, ZDM_MADE_POLICY, ZDM_MADE_THERE,
            stmt->create_policy_stmt->table->schemaname, stmt->create_policy_stmt->table->relname,
            stmt->create_policy_stmt->policy_name);
        break;
    case NODE(CREATE_FUNCTION_STMT):
        put_named(list, ZDM_MADE_FUNCTION, ZDM_MADE_THERE, stmt->create_function_stmt->n_funcname,
            stmt->create_function_stmt->funcname);
        break;
    case NODE(CREATE_ENUM_STMT):
        put_named(list, ZDM_MADE_TYPE, ZDM_MADE_THERE, stmt->create_enum_stmt->n_type_name,
            stmt->create_enum_stmt->type_name);
        break;
    case NODE(CREATE_DOMAIN_STMT):
        put_named(list, ZDM_MADE_TYPE, ZDM_MADE_THERE, stmt->create_domain_stmt->n_domainname,
            stmt->create_domain_stmt->domainname);
        break;
    case NODE(ALTER_ENUM_STMT):
        alter_enum(list, stmt->alter_enum_stmt);
        break;
    case NODE(CREATE_SCHEMA_STMT):
        if (stmt->create_schema_stmt->schemaname && stmt->create_schema_stmt->schemaname[0])
            zdm_made_put(list, ZDM_MADE_SCHEMA, ZDM_MADE_THERE, NULL,
                stmt->create_schema_stmt->schemaname, "");
        break;
    case NODE(CREATE_EXTENSION_STMT):
        zdm_made_put(list, ZDM_MADE_EXTENSION, ZDM_MADE_THERE, NULL,
            stmt->create_extension_stmt->extname, "");
        break;
    case NODE(DROP_STMT):
        drop(list, stmt->drop_stmt);
        break;
    default:
        break;
    }
}

void
zdm_made_add(struct zdm_made_list *list, const char *sql, size_t step)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_tree tree;

    if (zdm_tree_parse(sql, &tree, &err) < 0) { /* of a newer grammar: it says nothing */
        zdm_err_release(&err);
        return;
    }
    for (size_t i = 0; i < tree.parsed->n_stmts; i++) {
        size_t before = list->count, start, end;
        statement(list, tree.parsed->stmts[i]->stmt);
        zdm_tree_extent(&tree, i, &start, &end);
        for (size_t k = before; k < list->count; k++) {
            list->items[k].step = step;
            list->items[k].text = zdm_strndup(tree.text + start, end - start);
        }
    }
    zdm_tree_release(&tree);
}
