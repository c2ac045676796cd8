#include "rehearse/load.h"

#include <string.h>

#include "base/text.h"
#include "sql/script.h"

static void
add_query(struct zdm_plan *plan, const char *text, const struct zdm_piece *piece, size_t *room)
{
    struct zdm_compat *compat = &plan->compat;
    size_t n = compat->n[ZDM_COMPAT_OLD];
    struct zdm_compat_query *queries = compat->queries[ZDM_COMPAT_OLD];

    if (n == *room) {
        *room = *room ? 2 * *room : 16;
        queries = zdm_arena_alloc(plan->arena, *room * sizeof *queries);
        if (n > 0)
            memcpy(queries, compat->queries[ZDM_COMPAT_OLD], n * sizeof *queries);
        compat->queries[ZDM_COMPAT_OLD] = queries;
    }
    queries[n].statements = zdm_arena_alloc(plan->arena, sizeof *queries[n].statements);
    queries[n].statements[0] =
        zdm_arena_strndup(plan->arena, text + piece->start, piece->end - piece->start);
    queries[n].n = 1;
    compat->n[ZDM_COMPAT_OLD] = n + 1;
}

int
zdm_load_sql(const char *path, const char *text, struct zdm_plan **out, struct zdm_err *err)
{
    struct zdm_plan *plan = zdm_plan_new();
    struct zdm_place at = {.file = path};
    struct zdm_script script;
    struct zdm_piece piece;
    size_t room = 0;

    zdm_script_open(&script, text);
    while (zdm_script_next(&script, &piece)) {
        if (piece.command || piece.reads) {
            zdm_line_column(text, piece.start, &at.line, &at.column);
            zdm_fail(err, ZDM_ERR_USAGE, "a load has no commands of psql, and no COPY FROM stdin");
            zdm_err_at(err, at);
            zdm_plan_free(plan);
            return -1;
        }
        add_query(plan, text, &piece, &room);
    }
    if (plan->compat.n[ZDM_COMPAT_OLD] == 0) {
        zdm_fail(err, ZDM_ERR_USAGE, "the load has no statement");
        zdm_err_at(err, at);
        zdm_plan_free(plan);
        return -1;
    }
    *out = plan;
    return 0;
}
