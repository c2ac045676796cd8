#include "cli/preview.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "ledger/ledger.h"
#include "pg/journal.h"
#include "plan/sweep.h"
#include "run/backfill_spec.h"
#include "sql/syntax.h"

/* A backfill is looked at as quickly as a page of a catalog is read; a lock in the way is news too. */
#define BEGIN                                                                                      \
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"                                             \
    " SET LOCAL statement_timeout = 10000; SET LOCAL lock_timeout = 1000"

static void
foresee(struct zdm_arena *arena, const struct zdm_plan_report *report, size_t step,
    const struct zdm_step_backfill *b, struct zdm_foreseen *out)
{
    const struct zdm_plan_table *table = NULL;

    out->set = zdm_foreseen_set_of(arena, b);
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
    struct zdm_foreseen_check *checks =
        zdm_arena_alloc(arena, (table->n_checks + 1) * sizeof *checks);
    for (size_t i = 0; i < table->n_checks; i++)
        checks[i] = (struct zdm_foreseen_check){
            .name = table->checks[i].name,
            .condition = table->checks[i].condition,
            .columns = table->checks[i].columns,
            .n_columns = table->checks[i].n_columns,
        };
    out->checks = checks;
    out->n_checks = table->n_checks;
    out->uncertain = table->uncertain;
    out->known = true;
    out->fresh = table->fresh;
    out->into_fresh = table->into_fresh;
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

static bool
same_table(const char *a, const char *b)
{
    char *names[4] = {NULL};
    struct zdm_err err = ZDM_ERR_INIT;
    bool same = zdm_sql_split_name(a, &names[0], &names[1], &err) == 0 &&
                zdm_sql_split_name(b, &names[2], &names[3], &err) == 0 &&
                strcmp(names[1], names[3]) == 0 &&
                (!names[0] || !names[2] || strcmp(names[0], names[2]) == 0);

    for (size_t i = 0; i < 4; i++)
        free(names[i]);
    zdm_err_clear(&err);
    return same;
}

static const char *
identifier(struct zdm_arena *arena, const char *written)
{
    struct zdm_err err = ZDM_ERR_INIT;
    char *name = NULL;

    if (zdm_sql_identifier(written, &name, &err) < 0)
        zdm_err_clear(&err); /* cannot be: the plan was checked */
    const char *copy = zdm_arena_strdup(arena, name ? name : "");
    free(name);
    return copy;
}

static const struct zdm_sync *
sync_of(const struct zdm_step *step)
{
    return step->kind == ZDM_STEP_SQL ? step->u.sql.sync : NULL;
}

/* The syncs of the plan, before the backfill, that have a column which it sets. */
static size_t
find_syncs(struct zdm_arena *arena, const struct zdm_plan *plan, size_t index,
    const struct zdm_foreseen *foreseen, const struct zdm_sample_sync **out)
{
    const struct zdm_step_backfill *b = &plan->steps[index].u.backfill;
    struct zdm_sample_sync *syncs;
    size_t n = 0;

    for (size_t i = 0; i < index; i++)
        for (const struct zdm_sync *sync = sync_of(&plan->steps[i]); sync; sync = sync->next)
            n++;
    syncs = zdm_arena_alloc(arena, (n + 1) * sizeof *syncs);
    n = 0;
    for (size_t i = 0; i < index; i++) {
        for (const struct zdm_sync *sync = sync_of(&plan->steps[i]); sync; sync = sync->next) {
            if (!same_table(sync->table, b->table))
                continue;
            const char *from = identifier(arena, sync->from), *to = identifier(arena, sync->to);
            bool sets = false;
            for (size_t k = 0; k < b->n_set; k++)
                sets |= strcmp(foreseen->set[k].column, from) == 0 ||
                        strcmp(foreseen->set[k].column, to) == 0;
            if (sets)
                syncs[n++] = (struct zdm_sample_sync){
                    .from = from, .to = to, .up = sync->up.text, .down = sync->down.text};
        }
    }
    *out = syncs;
    return n;
}

/* May a step before make a function, or an operator? Those of zdm are triggers'. */
static bool
makes_functions(const struct zdm_plan *plan, size_t index)
{
    static const char *const words[] = {"function", "operator", "extension", "aggregate"};

    for (size_t i = 0; i < index; i++) {
        const struct zdm_step *step = &plan->steps[i];
        if (step->kind != ZDM_STEP_SQL || step->u.sql.sync)
            continue;
        for (size_t k = 0; k < sizeof words / sizeof *words; k++)
            if (strcasestr(step->u.sql.up.text, words[k]))
                return true;
    }
    return false;
}

static int
take_sample(struct zdm_conn *conn, const struct zdm_loaded *loaded, size_t index,
    const struct zdm_preview_options *options, struct zdm_previews *out, struct zdm_err *err)
{
    const struct zdm_plan *plan = loaded->plan;
    struct zdm_mapper mapper = {.self = NULL};
    struct zdm_step_preview *preview = &out->steps[index];
    struct zdm_sample_request request = {
        .spec = &preview->spec,
        .foreseen = &preview->foreseen,
        .seen = &preview->seen,
        .rows = options->sample,
        .values = options->values,
    };

    if (preview->seen.later || preview->seen.problem.code != ZDM_OK)
        return 0;
    request.n_syncs = find_syncs(out->arena, plan, index, &preview->foreseen, &request.syncs);
    if (options->sample == 0)
        return zdm_backfill_sample_names(
            conn, &request, !makes_functions(plan, index), &preview->seen.problem, err);
    if (preview->spec.into_later)
        return 0;
    if (plan->steps[index].u.backfill.map) {
        const struct zdm_host host = zdm_plan_file_host(loaded->file);
        if (host.mapper(host.self, plan->steps[index].id, &mapper, err) < 0)
            return -1;
        request.mapper = &mapper;
    }
    int rc = zdm_backfill_sample(conn, &request, &preview->sample, err);
    if (mapper.self)
        mapper.free(mapper.self);
    if (rc < 0)
        return -1;
    preview->sampled = true;
    zdm_backfill_sample_refine(&preview->sample, &preview->seen);
    return 0;
}

/* How long the steps took that ran from this ledger. */
static int
elapsed(struct zdm_ledger *ledger, const char *target, const struct zdm_plan *plan,
    struct zdm_previews *out, struct zdm_err *err)
{
    struct zdm_ledger_plan *known = NULL;
    struct zdm_ledger_event *events = NULL;
    size_t n = 0;

    if (!ledger || !*target)
        return 0;
    if (zdm_ledger_plan_find(ledger, target, plan->name, &known, err) < 0)
        return -1;
    if (!known)
        return 0;
    int rc = zdm_ledger_event_list(ledger, known->id, &events, &n, err);
    size_t at = 0; /* steps are done in their order, so the next one is not far */
    for (size_t i = 0; i < n; i++) {
        long long ms;
        if (!events[i].step || strcmp(events[i].kind, "step-done") != 0 || !events[i].detail ||
            sscanf(events[i].detail, "{\"elapsed_ms\":%lld", &ms) != 1)
            continue;
        for (size_t k = 0; k < plan->n_steps; k++) {
            size_t step = (at + k) % plan->n_steps;
            if (strcmp(plan->steps[step].id, events[i].step) != 0)
                continue;
            out->steps[step].ran_ms = ms;
            at = step;
            break;
        }
    }
    zdm_ledger_event_list_free(events, n);
    zdm_ledger_plan_list_free(known, 1);
    return rc;
}

/* What the step asks for when it begins, and is not so now. */
static int
ask_early(struct zdm_conn *conn, const struct zdm_step *step, struct zdm_arena *arena,
    struct zdm_step_preview *out, struct zdm_err *err)
{
    const struct zdm_step_sql *sql = &step->u.sql;

    out->stops = zdm_arena_alloc(arena, (sql->n_requires + 1) * sizeof(struct zdm_require *));
    for (size_t i = 0; i < sql->n_requires; i++) {
        struct zdm_result *r = NULL;
        if (!sql->requires[i].early)
            continue;
        if (zdm_conn_exec(conn, BEGIN, NULL, err) < 0)
            return -1;
        if (zdm_conn_query(conn, sql->requires[i].sql.text, 0, NULL, &r, err) < 0) {
            if (zdm_conn_lost(conn) || err->code == ZDM_ERR_INTERRUPTED)
                return -1;
            if (strncmp(err->sqlstate, "22", 2) == 0) /* what the plan says: no lock, no right */
            out->stops[out->n_stops++] = &sql->requires[i];
            zdm_err_clear(err); /* the step itself asks again */
        } else if (zdm_result_rows(r) != 1 || !zdm_result_bool(r, 0, 0))
        out->stops[out->n_stops++] = &sql->requires[i];
        zdm_result_free(r);
        zdm_conn_rollback(conn);
    }
    return 0;
}

int
zdm_previews_read(struct zdm_conn *conn, const struct zdm_loaded *loaded,
    const struct zdm_plan_status *status, const struct zdm_preview_options *options,
    struct zdm_previews *out, struct zdm_err *err)
{
    const struct zdm_plan *plan = loaded->plan;
    struct zdm_ledger *ledger;
    char target[33];
    int rc = -1;

    *out = (struct zdm_previews){.n = plan->n_steps, .arena = zdm_arena_new()};
    out->steps = zdm_alloc((plan->n_steps + 1) * sizeof *out->steps);
    if (open_ledger(options->ledger, &ledger, err) < 0)
        return -1;
    for (size_t i = 0; i < plan->n_steps; i++)
        out->steps[i].ran_ms = -1;
    if (find_target(conn, target, err) < 0 || zdm_journal_foresee(conn, &out->stop, err) < 0 ||
        elapsed(ledger, target, plan, out, err) < 0)
        goto out;
    for (size_t i = 0; i < plan->n_steps; i++) {
        const struct zdm_step *step = &plan->steps[i];
        struct zdm_step_preview *preview = &out->steps[i];
        double rate = 0;
        if (step->kind == ZDM_STEP_SQL && status->steps[i].state != ZDM_STATE_DONE &&
            ask_early(conn, step, out->arena, preview, err) < 0)
            goto out;
        if (step->kind != ZDM_STEP_BACKFILL || status->steps[i].state == ZDM_STATE_DONE ||
            status->steps[i].state == ZDM_STATE_CHANGED)
            continue;
        const struct zdm_step_backfill *b = &step->u.backfill;
        struct zdm_assignment *set =
            zdm_arena_alloc(out->arena, (zdm_backfill_spec_columns(step) + 1) * sizeof *set);
        preview->spec = zdm_backfill_spec_of(plan, step, set);
        foresee(out->arena, &loaded->report, i, b, &preview->foreseen);
        preview->spec.into_later = preview->foreseen.into_fresh;
        if (ledger && earlier(ledger, target, plan->name, step->id, out, preview, &rate, err) < 0)
            goto out;
        struct zdm_sweep_outlook outlook;
        zdm_sweep_outlook(b, &outlook);
        preview->spec.sweep = zdm_sweep_wish_of(b->verify, &outlook);
        int seen = zdm_conn_exec(conn, BEGIN, NULL, err) < 0
                       ? -1
                       : zdm_backfill_preview(
                             conn, &preview->spec, &preview->foreseen, rate, &preview->seen, err);
        preview->spec.sweep = (struct zdm_sweep_wish){.on = false};
        zdm_sweep_outlook_release(&outlook);
        if (seen < 0)
            goto out;
        preview->looked = true;
        if (take_sample(conn, loaded, i, options, out, err) < 0)
            goto out;
        zdm_conn_rollback(conn);
    }
    rc = 0;
out:
    zdm_conn_rollback(conn);
    zdm_ledger_close(ledger);
    return rc;
}

int
zdm_previews_exit_code(const struct zdm_previews *previews)
{
    bool unable = false;

    for (size_t i = 0; i < previews->n; i++) {
        const struct zdm_step_preview *preview = &previews->steps[i];
        const struct zdm_backfill_sample *sample = &preview->sample;
        for (size_t k = 0; preview->sampled && k < sample->n_findings; k++)
            if (zdm_sample_is_error(sample->findings[k].kind))
                return zdm_err_exit_code(ZDM_ERR_REFUSED);
        if (preview->sampled && sample->scans)
            return zdm_err_exit_code(ZDM_ERR_REFUSED);
        unable |= preview->sampled && sample->unable.code != ZDM_OK;
    }
    return unable ? zdm_err_exit_code(ZDM_ERR_USAGE) : 0;
}

void
zdm_previews_release(struct zdm_previews *previews)
{
    for (size_t i = 0; previews->steps && i < previews->n; i++) {
        struct zdm_step_preview *preview = &previews->steps[i];
        if (preview->looked)
            zdm_backfill_preview_release(&preview->seen);
        if (preview->sampled)
            zdm_backfill_sample_release(&preview->sample);
    }
    free(previews->steps);
    zdm_err_release(&previews->stop);
    zdm_arena_free(previews->arena);
    *previews = (struct zdm_previews)ZDM_PREVIEWS_INIT;
}
