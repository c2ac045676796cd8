/* The final sweep of a backfill, from its template. */
#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"
#include "base/mem.h"
#include "cli/psql.h"
#include "plan/sweep.h"
#include "sql/syntax.h"

extern const struct zdm_embedded zdm_cli_sql[];

/* Why it is not looked, NULL when it is; owned. */
static char *
why_not(const struct zdm_step_backfill *b, const struct zdm_sweep_outlook *outlook)
{
    if (!b->verify)
        return zdm_strdup("the plan says verify = false");
    if (b->into)
        return zdm_strdup("which rows are there already depends on the key of the other table");
    if (outlook->why_not)
        return zdm_strdup(outlook->why_not);
    return NULL;
}

static char *
columns_of(const struct zdm_step_backfill *b)
{
    char **names = zdm_alloc((b->n_set + 1) * sizeof *names);

    for (size_t i = 0; i < b->n_set; i++) {
        struct zdm_err err = ZDM_ERR_INIT;
        if (zdm_sql_identifier(b->set[i].column, &names[i], &err) < 0)
            zdm_die("a column that was checked is none");
    }
    char *array = zdm_psql_array((const char *const *)names, b->n_set);
    for (size_t i = 0; i < b->n_set; i++)
        free(names[i]);
    free(names);
    return array;
}

static char *
values_of(const struct zdm_step_backfill *b)
{
    const char **texts = zdm_alloc((b->n_set + 1) * sizeof *texts);

    for (size_t i = 0; i < b->n_set; i++)
        texts[i] = b->set[i].expr.text;
    char *array = zdm_psql_array(texts, b->n_set);
    free(texts);
    return array;
}

static void
look(struct zdm_buf *out, const struct zdm_plan *plan, size_t index,
    const struct zdm_sweep_outlook *outlook)
{
    const struct zdm_step *step = &plan->steps[index];
    const struct zdm_step_backfill *b = &step->u.backfill;
    char *message =
        zdm_strf("rows are left that need backfill \"%s\": they were written behind it. Delete its "
                 "row of zdm.by_hand, and go on with -v zdm_from=%zu",
            step->id, index + 1);
    /* A comment at its end must not swallow what follows. */
    char *where = b->where.text ? zdm_strf("\n%s\n", b->where.text) : zdm_strdup("true");
    /* Where the change makes `where` false, that alone tells. */
    const struct zdm_step_backfill compared =
        b->where_becomes_false ? (struct zdm_step_backfill){.n_set = 0} : *b;
    struct zdm_psql_word words[] = {
        {"table", zdm_psql_literal_of(b->table)},
        {"inputs", zdm_psql_array((const char *const *)outlook->inputs, outlook->n_inputs)},
        {"calls", zdm_psql_array((const char *const *)outlook->calls, outlook->n_calls)},
        {"operators",
            zdm_psql_array((const char *const *)outlook->operators, outlook->n_operators)},
        {"columns", columns_of(&compared)},
        {"values", values_of(&compared)},
        {"where", zdm_psql_literal_of(where)},
        {"message", zdm_psql_literal_of(message)},
    };

    zdm_buf_add(
        out, "-- Is a row left that somebody wrote meanwhile? This reads the whole table.\n");
    zdm_psql_fill(
        out, zdm_embedded_text(zdm_cli_sql, "psql_sweep.sql"), words, sizeof words / sizeof *words);
    free(where);
    free(message);
}

void
zdm_psql_sweep(struct zdm_buf *out, const struct zdm_plan *plan, size_t index)
{
    const struct zdm_step_backfill *b = &plan->steps[index].u.backfill;
    struct zdm_sweep_outlook outlook;

    zdm_sweep_outlook(b, &outlook);
    char *why = why_not(b, &outlook);
    if (why) {
        char *text = zdm_strf("Rows that were written meanwhile are not looked for: %s.", why);
        zdm_psql_comment(out, text);
        free(text);
    } else {
        look(out, plan, index, &outlook);
    }
    free(why);
    zdm_sweep_outlook_release(&outlook);
}
