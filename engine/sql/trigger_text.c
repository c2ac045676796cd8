/* The triggers that a script makes and drops, by its text alone. */
#include <stdlib.h>

#include "base/mem.h"
#include "sql/syntax.h"
#include "sql/tree.h"

static char *
part(const char *name)
{
    return name && name[0] ? zdm_strdup(name) : NULL;
}

static struct zdm_sql_trigger *
add(struct zdm_sql_triggers *out)
{
    out->items = zdm_grow(out->items, out->count + 1, sizeof *out->items);
    out->items[out->count] = (struct zdm_sql_trigger){.n_args = 0};
    return &out->items[out->count++];
}

static void
add_made(struct zdm_sql_triggers *out, const PgQuery__CreateTrigStmt *made)
{
    struct zdm_sql_trigger *t = add(out);

    t->name = zdm_strdup(made->trigname);
    t->schema = part(made->relation->schemaname);
    t->table = zdm_strdup(made->relation->relname);
    t->args = zdm_alloc((made->n_args + 1) * sizeof *t->args);
    for (; t->n_args < made->n_args; t->n_args++)
        t->args[t->n_args] = zdm_strdup(zdm_node_string(made->args[t->n_args]));
}

/* DROP TRIGGER x ON a.b: the names are a, b, x. */
static void
add_dropped(struct zdm_sql_triggers *out, const PgQuery__DropStmt *dropped)
{
    for (size_t i = 0; i < dropped->n_objects; i++) {
        if (dropped->objects[i]->node_case != PG_QUERY__NODE__NODE_LIST)
            continue;
        const PgQuery__List *names = dropped->objects[i]->list;
        size_t n = names->n_items;
        if (n < 2)
            continue;
        struct zdm_sql_trigger *t = add(out);
        t->dropped = true;
        t->name = zdm_strdup(zdm_node_string(names->items[n - 1]));
        t->table = zdm_strdup(zdm_node_string(names->items[n - 2]));
        t->schema = n > 2 ? part(zdm_node_string(names->items[n - 3])) : NULL;
    }
}

static void
of_statement(void *self, const PgQuery__Node *stmt)
{
    if (stmt->node_case == PG_QUERY__NODE__NODE_CREATE_TRIG_STMT)
        add_made(self, stmt->create_trig_stmt);
    else if (stmt->node_case == PG_QUERY__NODE__NODE_DROP_STMT &&
             stmt->drop_stmt->remove_type == PG_QUERY__OBJECT_TYPE__OBJECT_TRIGGER)
        add_dropped(self, stmt->drop_stmt);
}

void
zdm_sql_triggers_of(const char *text, struct zdm_sql_triggers *out)
{
    *out = (struct zdm_sql_triggers){.count = 0};
    zdm_text_statements(text, of_statement, out);
}

void
zdm_sql_triggers_release(struct zdm_sql_triggers *triggers)
{
    for (size_t i = 0; i < triggers->count; i++) {
        struct zdm_sql_trigger *t = &triggers->items[i];
        free(t->name);
        free(t->schema);
        free(t->table);
        for (size_t k = 0; k < t->n_args; k++)
            free(t->args[k]);
        free(t->args);
    }
    free(triggers->items);
    *triggers = (struct zdm_sql_triggers){.count = 0};
}
