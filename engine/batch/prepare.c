#include "batch/loop.h"

#include <stdlib.h>
#include <string.h>

#include "base/failpoint.h"
#include "base/mem.h"
#include "base/text.h"
#include "batch/needs.h"
#include "pg/journal.h"

/* Up to this many rows are counted: it takes milliseconds and the estimate may be far off. */
#define COUNT_UPTO "100000"

/* "Seq Scan on users  (cost=0.00..1.10 rows=10 width=4)" -> 10 */
static int64_t
plan_rows(const char *line)
{
    const char *at = line ? strstr(line, " rows=") : NULL;
    int64_t rows = -1;

    if (at) {
        at += strlen(" rows=");
        char *digits = zdm_strndup(at, strspn(at, "0123456789"));
        if (!zdm_parse_i64(digits, &rows))
            rows = -1;
        free(digits);
    }
    return rows;
}

const struct zdm_backfill_target *
zdm_job_target(const struct zdm_job *job)
{
    return job->n_tables > 0 ? &job->tables[0]->target : NULL;
}

static int
pages_ahead(const struct zdm_batch_sql *sql, const char *after, const char *bound, int64_t *keys,
    struct zdm_err *err)
{
    struct zdm_page from = {.page = 0}, end;

    if (zdm_page_parse(bound, &end, err) < 0 || (after && zdm_page_parse(after, &from, err) < 0))
        return -1;
    *keys = (int64_t)((double)(end.page - from.page) * sql->rows_a_page);
    return 0;
}

/* The planner's estimate of the keys behind `after` (NULL: from the first on) up to `bound`. */
static int
estimate_ahead(struct zdm_job *job, const struct zdm_batch_sql *sql, const char *after,
    const char *bound, int64_t *keys, struct zdm_err *err)
{
    struct zdm_parameters p = {.n = 0};
    struct zdm_position from = {.n = 0}, last = {.n = 0};
    struct zdm_result *r = NULL;
    int rc = -1;

    if (sql->by_page)
        return pages_ahead(sql, after, bound, keys, err);
    if (zdm_position_split(bound, sql->n_keys, &last, err) < 0 ||
        (after && zdm_position_split(after, sql->n_keys, &from, err) < 0))
        goto out;
    zdm_parameters_add(&p, last.keys[0]);
    if (after)
        zdm_parameters_add(&p, from.keys[0]);
    while (zdm_conn_query(job->control, after ? sql->ahead_next : sql->ahead_first, p.n, p.values,
               &r, err) < 0)
        if (zdm_control_again(job, err) < 0)
            goto out;
    *keys = plan_rows(zdm_result_get(r, 0, 0));
    zdm_result_free(r);
    rc = 0;
out:
    zdm_position_release(&from);
    zdm_position_release(&last);
    return rc;
}

/* Rows to walk: counted when they are few, else the planner's estimate. */
static int
count_rows(struct zdm_worker *w, const char *bound, int64_t *total, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    int64_t most, counted;

    *total = w->target->estimated_rows;
    zdm_parse_i64(COUNT_UPTO, &most);
    if (*total > most)
        return 0;
    while (ZDM_QUERY(w->conn, w->sql->count, &r, err, COUNT_UPTO) < 0)
        if (zdm_worker_again(w, err) < 0)
            return -1;
    counted = zdm_result_i64(r, 0, 0);
    zdm_result_free(r);
    if (counted < most) {
        *total = counted;
        return 0;
    }
    /* Statistics that are missing or older than the rows. */
    return bound ? estimate_ahead(w->job, w->sql, NULL, bound, total, err) : 0;
}

static int
find_bound(struct zdm_worker *w, char **bound, struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    while (zdm_conn_query(w->conn, w->sql->bound, 0, NULL, &r, err) < 0)
        if (zdm_worker_again(w, err) < 0)
            return -1;
    int rc = 0;
    if (zdm_result_rows(r) > 0)
        rc = zdm_position_of_row(r, 0, w->sql->n_keys, bound, err);
    zdm_result_free(r);
    return rc;
}

/* One transaction: the plan is ours, and so are its cursors from now on. slices NULL: those that are
 * there, as they are. */
static int
claim(struct zdm_job *job, const struct zdm_cursors *slices, struct zdm_err *err)
{
    const struct zdm_backfill_spec *spec = job->spec;

    if (zdm_conn_exec(job->control, "BEGIN", NULL, err) < 0 ||
        zdm_journal_fence(job->control, spec->plan, job->epoch, err) < 0)
        goto failed;
    if (!slices && zdm_cursors_raise(job->control, spec->plan, spec->step, job->epoch, err) < 0)
        goto failed;
    for (size_t i = 0; slices && i < slices->count; i++)
        if (zdm_cursor_claim(
                job->control, spec->plan, spec->step, job->epoch, &slices->items[i], err) < 0)
            goto failed;
    if ((job->hooks->begin && job->hooks->begin(job->hooks->self, err) < 0) ||
        zdm_conn_commit(job->control, err) < 0)
        goto failed;
    return 0;
failed:
    zdm_conn_rollback(job->control);
    return -1;
}

static int
read_cursors(struct zdm_job *job, struct zdm_cursors *cursors, struct zdm_err *err)
{
    zdm_cursors_release(cursors);
    while (zdm_cursors_read(job->control, job->spec->plan, job->spec->step, cursors, err) < 0)
        if (zdm_control_again(job, err) < 0)
            return -1;
    return 0;
}

/* The slices of a backfill that has done nothing yet. An earlier start may have made more of them:
 * these stay, without rows. */
static int
make_slices(struct zdm_job *job, size_t at_least, struct zdm_cursors *slices, struct zdm_err *err)
{
    char *bound = NULL;
    int64_t total = -1;
    int rc = -1;

    if (find_bound(job->workers, &bound, err) < 0 ||
        count_rows(job->workers, bound, &total, err) < 0 ||
        zdm_slices_cut(job->workers, bound, total, slices, err) < 0)
        goto out;
    if (slices->count < at_least)
        slices->items = zdm_grow(slices->items, at_least, sizeof *slices->items);
    while (slices->count < at_least) {
        slices->items[slices->count] = (struct zdm_cursor){.slice = (int64_t)slices->count};
        slices->count++;
    }
    for (size_t i = 0; i < slices->count; i++)
        slices->items[i].relation = zdm_strdup(zdm_job_target(job)->identity);
    rc = 0;
out:
    free(bound);
    return rc;
}

static int
claim_cursors(struct zdm_job *job, struct zdm_cursors *cursors, struct zdm_err *err)
{
    struct zdm_cursors slices = {.count = 0};
    bool begun = false;
    int rc = -1;

    if (read_cursors(job, cursors, err) < 0)
        return -1;
    for (size_t i = 0; i < cursors->count; i++)
        begun = begun || cursors->items[i].batches > 0;
    /* Without a batch nothing holds to the old ends: another key may be meant by now. */
    if (!begun && make_slices(job, cursors->count, &slices, err) < 0)
        goto out;
    while (claim(job, begun ? NULL : &slices, err) < 0)
        if (zdm_control_again(job, err) < 0)
            goto out;
    ZDM_FAIL_HERE(CURSOR_AFTER);
    /* What is in the rows counts: after a lost reply the first try may have made them. */
    rc = read_cursors(job, cursors, err);
out:
    zdm_cursors_release(&slices);
    return rc;
}

/* Keys walked in a slice so far. That is not kept: ask the planner how many are left. */
static int
walked(struct zdm_job *job, const struct zdm_cursor *c, int64_t *keys, struct zdm_err *err)
{
    int64_t ahead = 0;

    *keys = c->rows;
    if (!zdm_cursor_whole(c) || c->batches == 0 || !c->at.pos || c->total < 0)
        return 0;
    if (!zdm_cursor_through(c) &&
        estimate_ahead(job, &job->tables[0]->sql, c->at.pos, c->bound, &ahead, err) < 0)
        return -1;
    if (ahead >= 0 && c->total - ahead > *keys)
        *keys = c->total - ahead;
    return 0;
}

int
zdm_job_adopt(struct zdm_job *job, const struct zdm_cursors *cursors, struct zdm_err *err)
{
    struct zdm_cursor sum;
    int64_t keys = 0, of_slice;

    for (size_t i = 0; i < cursors->count; i++) {
        if (walked(job, &cursors->items[i], &of_slice, err) < 0)
            return -1;
        keys += of_slice;
    }
    zdm_cursors_sum(cursors, &sum);

    zdm_job_lock(job);
    free(job->slices);
    free(job->pos);
    free(job->bound);
    job->n_slices = cursors->count;
    job->slices = zdm_alloc(job->n_slices * sizeof *job->slices);
    for (size_t i = 0; i < job->n_slices; i++)
        /* At the end of a pass over pages the sweep is still to come. */
        job->slices[i] = (struct zdm_slice){
            .state = zdm_cursor_through(&cursors->items[i]) && !zdm_job_target(job)->by_page
                         ? ZDM_SLICE_THROUGH
                         : ZDM_SLICE_OPEN,
            .part = cursors->items[i].part,
        };
    job->single = cursors->count == 1 || !zdm_cursor_whole(&cursors->items[1]);
    job->rows = sum.rows;
    job->batches = sum.batches;
    job->pos = sum.at.pos;
    job->bound = sum.bound;
    zdm_meter_start(&job->meter, keys, sum.total, zdm_monotonic_us());
    zdm_job_unlock(job);
    return 0;
}

/* Takes why_not. */
static void
no_sweep(struct zdm_job *job, char *why_not)
{
    if (!why_not)
        return;
    zdm_job_note(
        job, "info", "note", "no final sweep for rows that are written meanwhile: %s", why_not);
    free(job->sweep.off);
    job->sweep.off = why_not;
}

static int
check_sweep(struct zdm_job *job, struct zdm_err *err)
{
    char *why_not = NULL;

    if (job->sweep.off || zdm_worker_check_sweep(job->workers, &why_not, err) < 0)
        return job->sweep.off ? 0 : -1;
    no_sweep(job, why_not);
    return 0;
}

/* Looks up the table, and how its author's texts become SQL. */
static int
find_table(struct zdm_job *job, const char *began, struct zdm_err *err)
{
    const struct zdm_backfill_spec *spec = job->spec;
    struct zdm_backfill_target target;

    while (zdm_backfill_target_find(job->control, spec, began, &target, err) < 0)
        if (zdm_control_again(job, err) < 0)
            return -1;
    if (target.by_page)
        zdm_job_note(job, "info", "note",
            "%s has no key: page by page, again until no row is left for where", target.relation);
    else if (spec->n_key == 0 && !target.primary)
        zdm_job_note(job, "info", "note", "%s has no primary key: walking along %s, index %s",
            target.relation, target.key, target.index);
    char *why_not;
    while (zdm_needs_find(job->control, spec, &target, &why_not, err) < 0)
        if (zdm_control_again(job, err) < 0) {
            zdm_backfill_target_release(&target);
            return -1;
        }
    no_sweep(job, why_not);
    struct zdm_table *table = zdm_alloc(sizeof *table);
    table->target = target;
    zdm_batch_sql_build(spec, &table->target, &table->sql);
    job->tables = zdm_grow(job->tables, job->n_tables + 1, sizeof *job->tables);
    job->tables[job->n_tables++] = table;
    return 0;
}

/* With keys of the first slice in which there is something to do. */
static int
check_scan(struct zdm_job *job, const struct zdm_cursors *cursors, struct zdm_err *err)
{
    for (size_t i = 0; i < cursors->count; i++)
        if (!zdm_cursor_through(&cursors->items[i]))
            return zdm_worker_check_scan(
                job->workers, cursors->items[i].at.pos, cursors->items[i].bound, err);
    return 0;
}

int
zdm_job_prepare(struct zdm_job *job, struct zdm_err *err)
{
    struct zdm_cursors cursors = {.count = 0};
    int rc = -1;

    job->conninfo = zdm_strdup(zdm_conn_conninfo(job->control));
    if (read_cursors(job, &cursors, err) < 0)
        goto out;
    const char *began = cursors.count > 0 ? cursors.items[0].relation : NULL;
    if (find_table(job, began, err) < 0)
        goto out;
    zdm_worker_walks(job->workers, job->tables[0]);
    if (zdm_worker_open(job->workers, err) < 0)
        goto out;
    if (zdm_worker_check(job->workers, err) < 0) {
        job->fault = job->workers->fault;
        goto out;
    }
    if (check_sweep(job, err) < 0)
        goto out;
    if (claim_cursors(job, &cursors, err) < 0 || zdm_job_check_cursors(job, &cursors, err) < 0 ||
        zdm_job_adopt(job, &cursors, err) < 0 || check_scan(job, &cursors, err) < 0)
        goto out;
    zdm_worker_unstuck(job->workers);
    job->stuck.since_us = 0;
    rc = zdm_hold_start(job, err);
    if (rc == 0)
        zdm_job_start_hot(job);
out:
    zdm_cursors_release(&cursors);
    return rc;
}
