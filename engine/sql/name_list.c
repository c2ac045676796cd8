/* Lists of names that grow. */
#include <string.h>

#include "sql/table_parts.h"

struct collecting {
    struct zdm_draft *draft;
    struct zdm_names *names;
};

void
zdm_names_add(struct zdm_draft *draft, struct zdm_names *names, const char *name)
{
    if (zdm_names_have(names->items, names->n, name))
        return;
    const char **grown = zdm_arena_alloc(draft->arena, (names->n + 1) * sizeof *grown);
    if (names->n)
        memcpy(grown, names->items, names->n * sizeof *grown);
    grown[names->n++] = name;
    names->items = grown;
}

static bool
see_reference(void *self, const ProtobufCMessage *message)
{
    struct collecting *collecting = self;

    if (message->descriptor == &pg_query__sub_link__descriptor)
        return false;
    if (message->descriptor == &pg_query__column_ref__descriptor) {
        const PgQuery__ColumnRef *ref = (const PgQuery__ColumnRef *)message;
        const char *name = zdm_last_string(ref->n_fields, ref->fields);
        if (name[0])
            zdm_names_add(collecting->draft, collecting->names, name);
    }
    return true;
}

void
zdm_names_of_expression(struct zdm_draft *draft, const PgQuery__Node *expr, struct zdm_names *names)
{
    struct collecting collecting = {.draft = draft, .names = names};

    zdm_node_walk(expr, see_reference, &collecting);
}

const char **
zdm_names_keep(struct zdm_draft *draft, const struct zdm_names *names)
{
    const char **kept = zdm_catalog_alloc(draft->catalog, (names->n + 1) * sizeof *kept);

    for (size_t i = 0; i < names->n; i++)
        kept[i] = zdm_catalog_string(draft->catalog, names->items[i]);
    return kept;
}
