#include "sql/style.h"

#include <string.h>

/* Which one it is should not depend on the search path. */
static void
schema(struct zdm_draft *draft, const PgQuery__RangeVar *range)
{
    if (!range || range->schemaname[0] || range->relpersistence[0] == 't')
        return;
    draft->location = range->location;
    ZDM_FIND(draft, STYLE_SCHEMA, .table = zdm_range_text(draft->arena, range));
}

static void
schemas(struct zdm_draft *draft)
{
    const PgQuery__Node *node = draft->node;

    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_CREATE_STMT:
        schema(draft, node->create_stmt->relation);
        break;
    case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT:
        schema(draft, node->alter_table_stmt->relation);
        break;
    case PG_QUERY__NODE__NODE_INDEX_STMT:
        schema(draft, node->index_stmt->relation);
        break;
    case PG_QUERY__NODE__NODE_VIEW_STMT:
        schema(draft, node->view_stmt->view);
        break;
    case PG_QUERY__NODE__NODE_CREATE_TABLE_AS_STMT:
        schema(draft, node->create_table_as_stmt->into->rel);
        break;
    case PG_QUERY__NODE__NODE_RENAME_STMT:
        schema(draft, node->rename_stmt->relation);
        break;
    case PG_QUERY__NODE__NODE_TRUNCATE_STMT:
        for (size_t i = 0; i < node->truncate_stmt->n_relations; i++)
            schema(draft, node->truncate_stmt->relations[i]->range_var);
        break;
    case PG_QUERY__NODE__NODE_DROP_STMT:
        if (node->drop_stmt->remove_type != PG_QUERY__OBJECT_TYPE__OBJECT_TABLE)
            break;
        for (size_t i = 0; i < node->drop_stmt->n_objects; i++) {
            const PgQuery__List *name = node->drop_stmt->objects[i]->list;
            if (name->n_items == 1)
                ZDM_FIND(draft, STYLE_SCHEMA,
                    .table = zdm_list_text(draft->arena, name->n_items, name->items));
        }
        break;
    default:
        break;
    }
    draft->location = -1;
}

static void
alter_table(struct zdm_draft *draft, const PgQuery__AlterTableStmt *stmt)
{
    const char *table = zdm_range_text(draft->arena, stmt->relation);

    for (size_t i = 0; i < stmt->n_cmds; i++) {
        const PgQuery__AlterTableCmd *cmd = stmt->cmds[i]->alter_table_cmd;
        if (!cmd->def)
            continue;
        if (cmd->def->node_case == PG_QUERY__NODE__NODE_CONSTRAINT) {
            zdm_style_constraint(draft, cmd->def->constraint, table);
        } else if (cmd->def->node_case == PG_QUERY__NODE__NODE_COLUMN_DEF) {
            PgQuery__ColumnDef column = *cmd->def->column_def;
            /* ALTER COLUMN ... TYPE has the name beside it. */
            bool added = cmd->subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_AddColumn;
            column.colname = added ? column.colname : cmd->name;
            zdm_style_column(draft, &column, false);
            if (added)
                zdm_style_name(draft, column.colname, column.location);
            for (size_t k = 0; k < column.n_constraints; k++)
                zdm_style_constraint(draft, column.constraints[k]->constraint, table);
        }
    }
}

static void
role(struct zdm_draft *draft, const char *name, size_t n, PgQuery__Node *const *options)
{
    for (size_t i = 0; i < n; i++) {
        const PgQuery__DefElem *option = options[i]->def_elem;
        if (strcmp(option->defname, "superuser") == 0 && option->arg &&
            option->arg->node_case == PG_QUERY__NODE__NODE_BOOLEAN && option->arg->boolean->boolval)
            ZDM_FIND(draft, STYLE_SUPERUSER, .name = zdm_ident_text(draft->arena, name));
    }
}

void
zdm_style_rules(struct zdm_draft *draft)
{
    const PgQuery__Node *node = draft->node;

    draft->fresh = false; /* new things are what they are about */
    draft->location = -1;
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_CREATE_STMT:
        zdm_style_table(draft, node->create_stmt);
        break;
    case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT:
        alter_table(draft, node->alter_table_stmt);
        break;
    case PG_QUERY__NODE__NODE_INDEX_STMT:
        zdm_style_index(draft, node->index_stmt);
        break;
    case PG_QUERY__NODE__NODE_RENAME_STMT:
        zdm_style_name(draft, node->rename_stmt->newname, -1);
        break;
    case PG_QUERY__NODE__NODE_VIEW_STMT:
        zdm_style_name(draft, node->view_stmt->view->relname, node->view_stmt->view->location);
        break;
    case PG_QUERY__NODE__NODE_CREATE_SCHEMA_STMT:
        if (node->create_schema_stmt->schemaname[0])
            zdm_style_name(draft, node->create_schema_stmt->schemaname, -1);
        break;
    case PG_QUERY__NODE__NODE_CREATE_ENUM_STMT:
        ZDM_FIND(draft, STYLE_ENUM,
            .name = zdm_list_text(draft->arena, node->create_enum_stmt->n_type_name,
                node->create_enum_stmt->type_name));
        break;
    case PG_QUERY__NODE__NODE_CREATE_ROLE_STMT:
        role(draft, node->create_role_stmt->role, node->create_role_stmt->n_options,
            node->create_role_stmt->options);
        break;
    case PG_QUERY__NODE__NODE_ALTER_ROLE_STMT:
        role(draft, node->alter_role_stmt->role->rolename, node->alter_role_stmt->n_options,
            node->alter_role_stmt->options);
        break;
    default:
        break;
    }
    draft->location = -1;
    schemas(draft);
    zdm_style_repeat(draft);
    zdm_style_long_names(draft);
    draft->location = -1;
}
