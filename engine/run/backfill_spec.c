#include "run/backfill_spec.h"

#include <stdlib.h>

#include "sql/syntax.h"

/* The columns that an expression reads. */
static void
read_sources(struct zdm_arena *arena, const char *expr, struct zdm_foreseen_set *set)
{
    struct zdm_err err = ZDM_ERR_INIT;
    char **names = NULL;
    size_t n = 0;

    if (zdm_sql_expression_columns(expr, &names, &n, &err) < 0)
        zdm_die("an expression that was checked cannot be read");
    char **sources = zdm_arena_alloc(arena, (n + 1) * sizeof *sources);
    for (size_t i = 0; i < n; i++) {
        sources[i] = zdm_arena_strdup(arena, names[i]);
        free(names[i]);
    }
    free(names);
    set->sources = sources;
    set->n_sources = n;
}

/* A column as it is called. */
static char *
unquoted(struct zdm_arena *arena, const char *written)
{
    struct zdm_err err = ZDM_ERR_INIT;
    char *name;

    if (zdm_sql_identifier(written, &name, &err) < 0)
        zdm_die("a column that was checked has no name");
    char *copy = zdm_arena_strdup(arena, name);
    free(name);
    return copy;
}

struct zdm_foreseen_set *
zdm_foreseen_set_of(struct zdm_arena *arena, const struct zdm_step_backfill *backfill)
{
    size_t n = backfill->map ? backfill->n_write : backfill->n_set;
    struct zdm_foreseen_set *set = zdm_arena_alloc(arena, (n + 1) * sizeof *set);
    char **read = zdm_arena_alloc(arena, (backfill->n_read + 1) * sizeof *read);

    for (size_t i = 0; i < backfill->n_read; i++)
        read[i] = unquoted(arena, backfill->read[i]);
    for (size_t i = 0; i < n; i++) {
        set[i].column =
            unquoted(arena, backfill->map ? backfill->write[i] : backfill->set[i].column);
        set[i].sources = read;
        set[i].n_sources = backfill->n_read;
        if (!backfill->map)
            read_sources(arena, backfill->set[i].expr.text, &set[i]);
    }
    return set;
}

struct zdm_sweep_wish
zdm_sweep_wish_of(bool on, const struct zdm_sweep_outlook *outlook)
{
    return (struct zdm_sweep_wish){
        .on = on,
        .why_not = outlook->why_not,
        .calls = (const char *const *)outlook->calls,
        .n_calls = outlook->n_calls,
        .operators = (const char *const *)outlook->operators,
        .n_operators = outlook->n_operators,
        .inputs = (const char *const *)outlook->inputs,
        .n_inputs = outlook->n_inputs,
    };
}
