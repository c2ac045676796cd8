#include "sql/renames.h"

#include <stdlib.h>
#include <string.h>

#include "sql/tree.h"

bool
zdm_sql_rename_is_of(const struct zdm_sql_rename *rename, const char *schema, const char *table)
{
    return strcmp(rename->table, table) == 0 &&
           (!schema || !rename->schema || strcmp(rename->schema, schema) == 0);
}

bool
zdm_sql_renames_give(const struct zdm_sql_renames *renames, const char *schema, const char *table,
    const char *column)
{
    for (size_t i = 0; i < renames->count; i++)
        if (zdm_sql_rename_is_of(&renames->items[i], schema, table) &&
            strcmp(renames->items[i].to, column) == 0)
            return true;
    return false;
}

static void
add(struct zdm_sql_renames *renames, const char *schema, const PgQuery__RenameStmt *st)
{
    for (size_t i = 0; i < renames->count; i++) {
        struct zdm_sql_rename *known = &renames->items[i];
        if (zdm_sql_rename_is_of(known, schema, st->relation->relname) &&
            strcmp(known->to, st->subname) == 0) {
            free(known->to);
            known->to = zdm_strdup(st->newname);
            return;
        }
    }
    renames->items = zdm_grow(renames->items, renames->count, sizeof *renames->items);
    renames->items[renames->count++] = (struct zdm_sql_rename){
        .schema = zdm_strdup(schema),
        .table = zdm_strdup(st->relation->relname),
        .from = zdm_strdup(st->subname),
        .to = zdm_strdup(st->newname),
    };
}

static void
of_statement(void *self, const PgQuery__Node *node)
{
    const PgQuery__RenameStmt *st =
        node->node_case == PG_QUERY__NODE__NODE_RENAME_STMT ? node->rename_stmt : NULL;

    if (st && st->rename_type == PG_QUERY__OBJECT_TYPE__OBJECT_COLUMN && st->relation)
        add(self, st->relation->schemaname[0] ? st->relation->schemaname : NULL, st);
}

void
zdm_sql_renames_add(struct zdm_sql_renames *renames, const char *text)
{
    zdm_text_statements(text, of_statement, renames);
}

void
zdm_sql_renames_release(struct zdm_sql_renames *renames)
{
    for (size_t i = 0; i < renames->count; i++) {
        free(renames->items[i].schema);
        free(renames->items[i].table);
        free(renames->items[i].from);
        free(renames->items[i].to);
    }
    free(renames->items);
    *renames = (struct zdm_sql_renames){.items = NULL};
}
