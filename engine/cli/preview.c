#include "cli/preview.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "ledger/ledger.h"
#include "pg/journal.h"
#include "run/backfill_spec.h"
#include "sql/syntax.h"

/* A backfill is looked at as quickly as a page of a catalog is read; a lock in the way is news too. */
#define BEGIN                                                                                      \
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"                                             \
    " SET LOCAL statement_timeout = 10000; SET LOCAL lock_timeout = 1000"

/* The columns that an expression reads. */
static void
read_sources(struct zdm_arena *arena, const char *expr, struct zdm_foreseen_set *set)
{
    struct zdm_err err = ZDM_ERR_INIT;
    char **names = NULL;
    size_t n = 0;

    if (zdm_sql_expression_columns(expr, &names, &n, &err) < 0)
        n = 0; /* cannot be: the plan was checked */
    zdm_err_clear(&err);
    char **sources = zdm_arena_alloc(arena, (n + 1) * sizeof *sources);
    for (size_t i = 0; i < n; i++) {
        sources[i] = zdm_arena_strdup(arena, names[i]);
        free(names[i]);
    }
    free(names);
    set->sources = sources;
    set->n_sources = n;
}

static void
read_set(struct zdm_arena *arena, const struct zdm_step_backfill *b, struct zdm_foreseen *out)
{
    struct zdm_foreseen_set *set = zdm_arena_alloc(arena, (b->n_set + 1) * sizeof *set);
    struct zdm_err err = ZDM_ERR_INIT;

    for (size_t i = 0; i < b->n_set; i++) {
        char *name = NULL;
        if (zdm_sql_identifier(b->set[i].column, &name, &err) < 0)
            zdm_err_clear(&err); /* cannot be: the plan was checked */
        set[i].column = zdm_arena_strdup(arena, name ? name : "");
        free(name);
        read_sources(arena, b->set[i].expr.text, &set[i]);
    }
    out->set = set;
}

static void
foresee(struct zdm_arena *arena, const struct zdm_plan_report *report, size_t step,
    const struct zdm_step_backfill *b, struct zdm_foreseen *out)
{
    const struct zdm_plan_table *table = NULL;

    read_set(arena, b, out);
    for (size_t i = 0; i < report->n_tables; i++)
        if (report->tables[i].step == step)
            table = &report->tables[i];
    if (!table || !table->known)
        return;
    struct zdm_foreseen_column *columns =
        zdm_arena_alloc(arena, (table->n_columns + 1) * sizeof *columns);
    for (size_t i = 0; i < table->n_columns; i++) {
        const struct zdm_plan_column *c = &table->columns[i];
        columns[i] = (struct zdm_foreseen_column){
            .name = c->name,
            .type = c->type,
            .value = c->value,
            .index = c->index,
            .not_null = c->not_null,
            .not_null_later = c->not_null_later,
        };
    }
    out->known = true;
    out->fresh = table->fresh;
    out->columns = columns;
    out->n_columns = table->n_columns;
}

/* Rows a second while a batch ran; 0: too few were seen to tell. */
static double
rate_of(const struct zdm_ledger_sample *samples, size_t n)
{
    double rows = 0, ms = 0;

    for (size_t i = 0; i < n; i++) {
        rows += (double)samples[i].batch_rows;
        ms += samples[i].batch_ms;
    }
    return ms >= 100 ? rows * 1000 / ms : 0;
}

/* The pace of an earlier run of this step, here or, when there was none, wherever it ran last. */
static int
earlier(struct zdm_ledger *ledger, const char *target, const char *plan, const char *step,
    struct zdm_previews *out, struct zdm_step_preview *preview, double *rate, struct zdm_err *err)
{
    struct zdm_ledger_plan *known = NULL;
    struct zdm_ledger_sample *samples = NULL;
    size_t n = 0;
    int rc = -1;

    *rate = 0;
    if ((*target && zdm_ledger_plan_find(ledger, target, plan, &known, err) < 0) ||
        (!known && zdm_ledger_plan_find(ledger, NULL, plan, &known, err) < 0))
        return -1;
    if (!known)
        return 0;
    if (zdm_ledger_sample_list(ledger, known->id, step, &samples, &n, err) == 0) {
        *rate = rate_of(samples, n);
        if (*rate > 0)
            preview->rate_from = zdm_arena_strdup(out->arena, known->where);
        zdm_ledger_sample_list_free(samples);
        rc = 0;
    }
    zdm_ledger_plan_list_free(known, 1);
    return rc;
}

/* NULL: there is none, which is nothing to speak of. */
static int
open_ledger(const char *path, struct zdm_ledger **out, struct zdm_err *err)
{
    *out = NULL;
    return access(path, F_OK) == 0 ? zdm_ledger_open(path, ZDM_LEDGER_INSPECT, out, err) : 0;
}

static int
find_target(struct zdm_conn *conn, char target[33], struct zdm_err *err)
{
    bool exists;

    *target = '\0';
    if (zdm_journal_exists(conn, &exists, err) < 0)
        return -1;
    return exists ? zdm_journal_target(conn, target, err) : 0;
}

int
zdm_previews_read(struct zdm_conn *conn, const struct zdm_loaded *loaded,
    const struct zdm_plan_status *status, const char *ledger_path, struct zdm_previews *out,
    struct zdm_err *err)
{
    const struct zdm_plan *plan = loaded->plan;
    struct zdm_ledger *ledger;
    char target[33];
    int rc = -1;

    *out = (struct zdm_previews){.n = plan->n_steps, .arena = zdm_arena_new()};
    out->steps = zdm_alloc((plan->n_steps + 1) * sizeof *out->steps);
    if (open_ledger(ledger_path, &ledger, err) < 0)
        return -1;
    if (find_target(conn, target, err) < 0)
        goto out;
    for (size_t i = 0; i < plan->n_steps; i++) {
        const struct zdm_step *step = &plan->steps[i];
        struct zdm_step_preview *preview = &out->steps[i];
        double rate = 0;
        if (step->kind != ZDM_STEP_BACKFILL || status->steps[i].state == ZDM_STATE_DONE ||
            status->steps[i].state == ZDM_STATE_CHANGED)
            continue;
        const struct zdm_step_backfill *b = &step->u.backfill;
        struct zdm_assignment *set = zdm_arena_alloc(out->arena, (b->n_set + 1) * sizeof *set);
        preview->spec = zdm_backfill_spec_of(plan, step, set);
        foresee(out->arena, &loaded->report, i, b, &preview->foreseen);
        if (ledger && earlier(ledger, target, plan->name, step->id, out, preview, &rate, err) < 0)
            goto out;
        if (zdm_conn_exec(conn, BEGIN, NULL, err) < 0 ||
            zdm_backfill_preview(
                conn, &preview->spec, &preview->foreseen, rate, &preview->seen, err) < 0)
            goto out;
        preview->looked = true;
        zdm_conn_rollback(conn);
    }
    rc = 0;
out:
    zdm_conn_rollback(conn);
    zdm_ledger_close(ledger);
    return rc;
}

void
zdm_previews_release(struct zdm_previews *previews)
{
    for (size_t i = 0; previews->steps && i < previews->n; i++)
        if (previews->steps[i].looked)
            zdm_backfill_preview_release(&previews->steps[i].seen);
    free(previews->steps);
    zdm_arena_free(previews->arena);
    *previews = (struct zdm_previews)ZDM_PREVIEWS_INIT;
}
