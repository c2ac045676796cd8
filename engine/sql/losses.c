#include "sql/losses.h"

#include <stdlib.h>
#include <string.h>

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

/* An object of a DROP: its name as a list, a.b.c. */
static void
of_drop(struct zdm_sql_losses *out, const PgQuery__DropStmt *st)
{
    bool cascade = st->behavior == PG_QUERY__DROP_BEHAVIOR__DROP_CASCADE;

    for (size_t i = 0; i < st->n_objects; i++) {
        const PgQuery__Node *object = st->objects[i];
        if (st->remove_type == PG_QUERY__OBJECT_TYPE__OBJECT_TABLE &&
            object->node_case == PG_QUERY__NODE__NODE_LIST) {
            const PgQuery__List *name = object->list;
            size_t n = name->n_items;
            add(out, ZDM_LOSS_TABLE, n > 1 ? zdm_node_string(name->items[n - 2]) : NULL,
                zdm_last_string(n, name->items), NULL);
        } else if (st->remove_type == PG_QUERY__OBJECT_TYPE__OBJECT_SCHEMA && cascade) {
            add(out, ZDM_LOSS_SCHEMA, NULL, zdm_node_string(object), NULL);
        }
    }
}

static void
of_statement(struct zdm_sql_losses *out, const PgQuery__Node *node)
{
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT:
        of_alter_table(out, node->alter_table_stmt);
        break;
    case PG_QUERY__NODE__NODE_DROP_STMT:
        of_drop(out, node->drop_stmt);
        break;
    case PG_QUERY__NODE__NODE_TRUNCATE_STMT:
        for (size_t i = 0; i < node->truncate_stmt->n_relations; i++)
            add_range(out, ZDM_LOSS_ROWS, node->truncate_stmt->relations[i]->range_var, NULL);
        break;
    case PG_QUERY__NODE__NODE_DELETE_STMT:
        add_range(out, ZDM_LOSS_ROWS, node->delete_stmt->relation, NULL);
        break;
    default:
        break;
    }
}

void
zdm_sql_losses_of(const char *text, struct zdm_sql_losses *out)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_tree tree;

    *out = (struct zdm_sql_losses){.items = NULL};
    if (zdm_tree_parse(text, &tree, &err) < 0) {
        zdm_err_release(&err);
        return;
    }
    for (size_t i = 0; i < tree.parsed->n_stmts; i++)
        of_statement(out, tree.parsed->stmts[i]->stmt);
    zdm_tree_release(&tree);
}

void
zdm_sql_losses_release(struct zdm_sql_losses *losses)
{
    for (size_t i = 0; i < losses->count; i++) {
        free(losses->items[i].schema);
        free(losses->items[i].name);
        free(losses->items[i].column);
    }
    free(losses->items);
    *losses = (struct zdm_sql_losses){.items = NULL};
}
