#include <string.h>

#include "sql/table_parts.h"

/* MINVALUE and MAXVALUE are column references in the tree. */
static const char *
datum_text(struct zdm_arena *arena, PgQuery__Node *datum)
{
    if (datum->node_case == PG_QUERY__NODE__NODE_COLUMN_REF) {
        const PgQuery__ColumnRef *ref = datum->column_ref;
        const char *name = zdm_last_string(ref->n_fields, ref->fields);
        if (strcmp(name, "minvalue") == 0)
            return "MINVALUE";
        if (strcmp(name, "maxvalue") == 0)
            return "MAXVALUE";
    }
    const char *text = zdm_deparse_expr(arena, datum);
    return text ? text : "NULL";
}

static const char *
list_text(struct zdm_arena *arena, size_t n, PgQuery__Node *const *data)
{
    const char *text = "";

    for (size_t i = 0; i < n; i++)
        text = zdm_arena_strf(arena, "%s%s%s", text, i ? ", " : "", datum_text(arena, data[i]));
    return text;
}

char *
zdm_bound_text(struct zdm_arena *arena, const PgQuery__PartitionBoundSpec *bound)
{
    if (bound->is_default)
        return zdm_arena_strdup(arena, "DEFAULT");
    if (bound->strategy[0] == 'h')
        return zdm_arena_strf(
            arena, "FOR VALUES WITH (modulus %d, remainder %d)", bound->modulus, bound->remainder);
    if (bound->strategy[0] == 'l')
        return zdm_arena_strf(
            arena, "FOR VALUES IN (%s)", list_text(arena, bound->n_listdatums, bound->listdatums));
    return zdm_arena_strf(arena, "FOR VALUES FROM (%s) TO (%s)",
        list_text(arena, bound->n_lowerdatums, bound->lowerdatums),
        list_text(arena, bound->n_upperdatums, bound->upperdatums));
}
