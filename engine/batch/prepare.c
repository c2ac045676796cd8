#include "batch/loop.h"

#include <stdlib.h>
#include <string.h>

#include "base/failpoint.h"
#include "base/mem.h"
#include "base/text.h"
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

int
zdm_worker_estimate_ahead(struct zdm_worker *w, int64_t *keys, struct zdm_err *err)
{
    struct zdm_parameters p = {.n = 0};
    struct zdm_position after = {.n = 0}, bound = {.n = 0};
    struct zdm_result *r = NULL;
    int rc = -1;

    if (zdm_position_split(w->bound, w->job->sql.n_keys, &bound, err) < 0 ||
        (w->pos && zdm_position_split(w->pos, w->job->sql.n_keys, &after, err) < 0))
        goto out;
    zdm_parameters_add(&p, bound.keys[0]);
    if (w->pos)
        zdm_parameters_add(&p, after.keys[0]);
    while (
        zdm_conn_query(w->job->control, w->pos ? w->job->sql.ahead_next : w->job->sql.ahead_first,
            p.n, p.values, &r, err) < 0)
        if (zdm_control_again(w->job, err) < 0)
            goto out;
    *keys = plan_rows(zdm_result_get(r, 0, 0));
    zdm_result_free(r);
    rc = 0;
out:
    zdm_position_release(&after);
    zdm_position_release(&bound);
    return rc;
}

/* Rows to walk: counted when they are few, else the planner's estimate. */
static int
count_rows(struct zdm_worker *w, int64_t *total, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    int64_t most, counted;

    *total = w->job->target.estimated_rows;
    zdm_parse_i64(COUNT_UPTO, &most);
    if (*total > most)
        return 0;
    while (ZDM_QUERY(w->conn, w->job->sql.count, &r, err, COUNT_UPTO) < 0)
        if (zdm_worker_again(w, err) < 0)
            return -1;
    counted = zdm_result_i64(r, 0, 0);
    zdm_result_free(r);
    if (counted < most) {
        *total = counted;
        return 0;
    }
    /* Statistics that are missing or older than the rows. */
    return zdm_worker_estimate_ahead(w, total, err);
}

static int
find_bound(struct zdm_worker *w, struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    while (zdm_conn_query(w->conn, w->job->sql.bound, 0, NULL, &r, err) < 0)
        if (zdm_worker_again(w, err) < 0)
            return -1;
    free(w->bound);
    w->bound = NULL;
    int rc =
        zdm_result_rows(r) > 0 ? zdm_position_of_row(r, 0, w->job->sql.n_keys, &w->bound, err) : 0;
    zdm_result_free(r);
    return rc;
}

/* One transaction: the plan is ours, and so is its cursor from now on. */
static int
claim(struct zdm_job *job, int64_t total, struct zdm_err *err)
{
    if (zdm_conn_exec(job->control, "BEGIN", NULL, err) == 0 &&
        zdm_journal_fence(job->control, job->spec->plan, job->epoch, err) == 0 &&
        zdm_cursor_claim(job->control, job->spec->plan, job->spec->step, ZDM_SLICE, job->epoch,
            job->worker->bound, total, job->target.identity, err) == 0 &&
        (!job->hooks->begin || job->hooks->begin(job->hooks->self, err) == 0) &&
        zdm_conn_commit(job->control, err) == 0)
        return 0;
    zdm_conn_rollback(job->control);
    return -1;
}

static int
read_cursor(struct zdm_job *job, struct zdm_cursor *cursor, struct zdm_err *err)
{
    zdm_cursor_release(cursor);
    while (zdm_cursor_read(
               job->control, job->spec->plan, job->spec->step, ZDM_SLICE, false, cursor, err) < 0)
        if (zdm_control_again(job, err) < 0)
            return -1;
    return 0;
}

static int
claim_cursor(struct zdm_job *job, struct zdm_cursor *cursor, struct zdm_err *err)
{
    int64_t total = -1;

    if (read_cursor(job, cursor, err) < 0)
        return -1;
    /* Without a batch nothing holds to the old bound: another key may be meant by now. */
    if ((!cursor->exists || cursor->batches == 0) &&
        (find_bound(job->worker, err) < 0 || count_rows(job->worker, &total, err) < 0))
        return -1;
    while (claim(job, total, err) < 0)
        if (zdm_control_again(job, err) < 0)
            return -1;
    ZDM_FAIL_HERE(CURSOR_AFTER);
    /* What is in the row counts: after a lost reply the first try may have made it. */
    return read_cursor(job, cursor, err);
}

int
zdm_job_prepare(struct zdm_job *job, struct zdm_err *err)
{
    const struct zdm_backfill_spec *spec = job->spec;
    struct zdm_cursor cursor = {.exists = false};
    int rc = -1;

    if (read_cursor(job, &cursor, err) < 0)
        goto out;
    while (zdm_backfill_target_find(job->control, spec, cursor.relation, &job->target, err) < 0)
        if (zdm_control_again(job, err) < 0)
            goto out;
    if (spec->n_key == 0 && !job->target.primary)
        zdm_job_note(job, "info", "note", "%s has no primary key: walking along %s, index %s",
            job->target.relation, job->target.key, job->target.index);
    zdm_batch_sql_build(spec, &job->target, &job->sql);
    zdm_controller_init(
        &job->worker->controller, spec->target_ms, spec->batch_min, spec->batch_max);
    if (zdm_worker_open(job->worker, err) < 0 || zdm_worker_check(job->worker, err) < 0)
        goto out;
    if (claim_cursor(job, &cursor, err) < 0 || zdm_job_check_cursor(job, &cursor, err) < 0)
        goto out;
    if (zdm_worker_adopt(job->worker, &cursor, err) < 0 ||
        zdm_worker_check_scan(job->worker, err) < 0)
        goto out;
    rc = 0;
    zdm_worker_unstuck(job->worker);
    job->stuck.since_us = 0;
    if (rc == 0)
        rc = zdm_hold_start(job, err);
out:
    zdm_cursor_release(&cursor);
    return rc;
}
