#include "sql/losses.h"

#include <stdlib.h>
#include <string.h>

#include "sql/families.h"
#include "sql/tree.h"

static void
add(struct zdm_sql_losses *out, enum zdm_loss_kind kind, const char *schema, const char *name,
    const char *column)
{
    out->items = zdm_grow(out->items, out->count, sizeof *out->items);
    out->items[out->count++] = (struct zdm_sql_loss){
        .kind = kind,
        .schema = schema && *schema ? zdm_strdup(schema) : NULL,
        .name = zdm_strdup(name),
        .column = zdm_strdup(column),
    };
}

static void
add_range(struct zdm_sql_losses *out, enum zdm_loss_kind kind, const PgQuery__RangeVar *range,
    const char *column)
{
    add(out, kind, range->schemaname, range->relname, column);
}

static void
of_alter_table(struct zdm_sql_losses *out, const PgQuery__AlterTableStmt *st)
{
    for (size_t i = 0; i < st->n_cmds; i++) {
        const PgQuery__AlterTableCmd *cmd = st->cmds[i]->alter_table_cmd;
        if (cmd->subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_DropColumn && st->relation)
            add_range(out, ZDM_LOSS_COLUMN, st->relation, cmd->name);
    }
}

static void
add_dependents(struct zdm_sql_losses *out, enum zdm_loss_kind kind, const char *what,
    const char *schema, const char *name)
{
    add(out, kind, schema, name, NULL);
    out->items[out->count - 1].what = what;
}

/* What others may be made of, and the catalog names them by its relation. */
static const char *
relation_word(PgQuery__ObjectType type)
{
    switch (type) {
    case PG_QUERY__OBJECT_TYPE__OBJECT_TABLE:
        return "table";
    case PG_QUERY__OBJECT_TYPE__OBJECT_FOREIGN_TABLE:
        return "foreign table";
    case PG_QUERY__OBJECT_TYPE__OBJECT_VIEW:
        return "view";
    case PG_QUERY__OBJECT_TYPE__OBJECT_MATVIEW:
        return "materialized view";
    case PG_QUERY__OBJECT_TYPE__OBJECT_SEQUENCE:
        return "sequence";
    default:
        return NULL;
    }
}

/* What a column may be made of: without it the column goes, too. */
static const char *
made_of(PgQuery__ObjectType type)
{
    switch (type) {
    case PG_QUERY__OBJECT_TYPE__OBJECT_TYPE:
        return "type";
    case PG_QUERY__OBJECT_TYPE__OBJECT_DOMAIN:
        return "domain";
    case PG_QUERY__OBJECT_TYPE__OBJECT_COLLATION:
        return "collation";
    case PG_QUERY__OBJECT_TYPE__OBJECT_EXTENSION:
        return "extension";
    case PG_QUERY__OBJECT_TYPE__OBJECT_ACCESS_METHOD:
        return "access method";
    default:
        return NULL;
    }
}

/* The name of an object of a DROP: alone, as a list a.b.c, or as that of a type. */
static void
name_of(const PgQuery__Node *object, const char **schema, const char **name)
{
    PgQuery__Node *const *names;
    size_t n;

    *schema = NULL;
    if (object->node_case == PG_QUERY__NODE__NODE_LIST) {
        n = object->list->n_items;
        names = object->list->items;
    } else if (object->node_case == PG_QUERY__NODE__NODE_TYPE_NAME) {
        n = object->type_name->n_names;
        names = object->type_name->names;
    } else {
        *name = zdm_node_string(object);
        return;
    }
    if (n > 1)
        *schema = zdm_node_string(names[n - 2]);
    *name = zdm_last_string(n, names);
}

static void
of_drop(struct zdm_sql_losses *out, const PgQuery__DropStmt *st)
{
    bool cascade = st->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE;
    const char *what = cascade ? made_of(st->remove_type) : NULL;
    const char *relation = cascade ? relation_word(st->remove_type) : NULL;

    for (size_t i = 0; i < st->n_objects; i++) {
        const char *schema, *name;
        name_of(st->objects[i], &schema, &name);
        if (st->remove_type == PG_QUERY__OBJECT_TYPE__OBJECT_TABLE)
            add(out, ZDM_LOSS_TABLE, schema, name, NULL);
        else if (st->remove_type == PG_QUERY__OBJECT_TYPE__OBJECT_SCHEMA && cascade)
            add(out, ZDM_LOSS_SCHEMA, NULL, name, NULL);
        else if (what)
            add_dependents(out, ZDM_LOSS_DEPENDENTS, what, schema, name);
        if (relation)
            add_dependents(out, ZDM_LOSS_CASCADE, relation, schema, name);
    }
}

static void
of_truncate(struct zdm_sql_losses *out, const PgQuery__TruncateStmt *st)
{
    for (size_t i = 0; i < st->n_relations; i++) {
        const PgQuery__RangeVar *range = st->relations[i]->range_var;
        if (st->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE)
            add_dependents(
                out, ZDM_LOSS_DEPENDENTS, "rows of table", range->schemaname, range->relname);
        else
            add_range(out, ZDM_LOSS_ROWS, range, NULL);
    }
}

static bool
deletes(const PgQuery__MergeStmt *st)
{
    for (size_t i = 0; i < st->n_merge_when_clauses; i++)
        if (st->merge_when_clauses[i]->merge_when_clause->command_type ==
            PG_QUERY__CMD_TYPE__CMD_DELETE)
            return true;
    return false;
}

/* Any WITH may have a DELETE in it, and one of PostgreSQL 17 a MERGE. */
static bool
of_query(void *self, const ProtobufCMessage *message)
{
    struct zdm_sql_losses *out = self;

    if (message->descriptor == &pg_query__delete_stmt__descriptor) {
        add_range(out, ZDM_LOSS_ROWS, ((const PgQuery__DeleteStmt *)message)->relation, NULL);
    } else if (message->descriptor == &pg_query__merge_stmt__descriptor) {
        const PgQuery__MergeStmt *st = (const PgQuery__MergeStmt *)message;
        if (deletes(st))
            add_range(out, ZDM_LOSS_ROWS, st->relation, NULL);
    }
    return true;
}

static void
of_drop_owned(struct zdm_sql_losses *out, const PgQuery__DropOwnedStmt *st)
{
    for (size_t i = 0; i < st->n_roles; i++) {
        const PgQuery__RoleSpec *role = st->roles[i]->role_spec;
        add_dependents(out, ZDM_LOSS_DEPENDENTS, "what is owned by role", NULL,
            role->rolename && *role->rolename ? role->rolename : "current_user");
    }
}

static void
of_statement(struct zdm_sql_losses *out, const PgQuery__Node *node)
{
    /* With ANALYZE it does what it explains. */
    if (node->node_case == PG_QUERY__NODE__NODE_EXPLAIN_STMT &&
        zdm_option_is_on(node->explain_stmt->n_options, node->explain_stmt->options, "analyze"))
        node = node->explain_stmt->query;
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT:
        of_alter_table(out, node->alter_table_stmt);
        break;
    case PG_QUERY__NODE__NODE_DROP_STMT:
        of_drop(out, node->drop_stmt);
        break;
    case PG_QUERY__NODE__NODE_DROP_OWNED_STMT:
        of_drop_owned(out, node->drop_owned_stmt);
        break;
    case PG_QUERY__NODE__NODE_TRUNCATE_STMT:
        of_truncate(out, node->truncate_stmt);
        break;
    /* The body of a function or a rule only says what will be done. */
    case PG_QUERY__NODE__NODE_SELECT_STMT:
    case PG_QUERY__NODE__NODE_INSERT_STMT:
    case PG_QUERY__NODE__NODE_UPDATE_STMT:
    case PG_QUERY__NODE__NODE_DELETE_STMT:
    case PG_QUERY__NODE__NODE_MERGE_STMT:
    case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT:
    case PG_QUERY__NODE__NODE_COPY_STMT:
        zdm_node_walk(node, of_query, out);
        break;
    default:
        break;
    }
}

static void
release_loss(struct zdm_sql_loss *loss)
{
    free(loss->schema);
    free(loss->name);
    free(loss->column);
}

/* Tables that the text itself has made: nobody else has seen them. A name may be another table's after a RENAME. */
struct made {
    const PgQuery__RangeVar **tables;
    size_t count;
};

static void
note_made(struct made *made, const PgQuery__Node *node)
{
    const PgQuery__RangeVar *table = NULL;

    if (node->node_case == PG_QUERY__NODE__NODE_CREATE_STMT && !node->create_stmt->if_not_exists)
        table = node->create_stmt->relation;
    if (node->node_case == PG_QUERY__NODE__NODE_RENAME_STMT ||
        node->node_case == PG_QUERY__NODE__NODE_ALTER_OBJECT_SCHEMA_STMT)
        made->count = 0;
    if (!table)
        return;
    made->tables = zdm_grow(made->tables, made->count, sizeof(PgQuery__RangeVar *));
    made->tables[made->count++] = table;
}

static bool
is_made(const struct made *made, const struct zdm_sql_loss *loss)
{
    for (size_t i = 0; loss->kind == ZDM_LOSS_TABLE && i < made->count; i++)
        if (strcmp(made->tables[i]->relname, loss->name) == 0 &&
            strcmp(made->tables[i]->schemaname, loss->schema ? loss->schema : "") == 0)
            return true;
    return false;
}

/* Takes out those behind `from` that are of tables which the text has made. */
static void
forget_made(struct zdm_sql_losses *out, size_t from, const struct made *made)
{
    size_t kept = from;

    for (size_t i = from; i < out->count; i++) {
        if (is_made(made, &out->items[i]))
            release_loss(&out->items[i]);
        else
            out->items[kept++] = out->items[i];
    }
    out->count = kept;
}

struct walk {
    struct zdm_sql_losses *out;
    struct made made; /* views until the text's end */
};

static void
of_next(void *self, const PgQuery__Node *node)
{
    struct walk *walk = self;
    size_t before = walk->out->count;

    note_made(&walk->made, node);
    of_statement(walk->out, node);
    forget_made(walk->out, before, &walk->made);
}

void
zdm_sql_losses_of(const char *text, struct zdm_sql_losses *out)
{
    struct walk walk = {.out = out};

    *out = (struct zdm_sql_losses){.items = NULL};
    zdm_text_statements(text, of_next, &walk);
    free((void *)walk.made.tables);
}

void
zdm_sql_losses_release(struct zdm_sql_losses *losses)
{
    for (size_t i = 0; i < losses->count; i++)
        release_loss(&losses->items[i]);
    free(losses->items);
    *losses = (struct zdm_sql_losses){.items = NULL};
}
