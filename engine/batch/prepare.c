#include "batch/loop.h"

#include <stdlib.h>
#include <string.h>

#include "base/failpoint.h"
#include "base/mem.h"
#include "base/text.h"
#include "batch/identity.h"
#include "pg/journal.h"

/* Up to this many rows are counted: it takes milliseconds and the estimate may be far off. */
#define COUNT_UPTO "100000"
/* ... and of many partitions no more than these. */
#define COUNTED_MOST 1000000

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
    if (*total > most || (*total >= 0 && w->job->counted > COUNTED_MOST))
        return 0;
    while (ZDM_QUERY(w->conn, w->sql->count, &r, err, COUNT_UPTO) < 0)
        if (zdm_worker_again(w, err) < 0)
            return -1;
    counted = zdm_result_i64(r, 0, 0);
    zdm_result_free(r);
    w->job->counted += counted;
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

int
zdm_job_read_cursors(struct zdm_job *job, struct zdm_cursors *cursors, struct zdm_err *err)
{
    zdm_cursors_release(cursors);
    while (zdm_cursors_read(job->control, job->spec->plan, job->spec->step, cursors, err) < 0)
        if (zdm_control_again(job, err) < 0)
            return -1;
    return 0;
}

int
zdm_job_measure(struct zdm_worker *w, char **bound, int64_t *total, struct zdm_err *err)
{
    char *last = NULL;

    if (find_bound(w, &last, err) < 0 || count_rows(w, last, total, err) < 0) {
        free(last);
        return -1;
    }
    *bound = last;
    return 0;
}

static void
add_empty(const struct zdm_job *job, struct zdm_cursors *slices)
{
    slices->items = zdm_grow(slices->items, slices->count + 1, sizeof *slices->items);
    slices->items[slices->count] = (struct zdm_cursor){
        .slice = (int64_t)slices->count,
        .relation = zdm_strdup(zdm_job_target(job)->identity),
    };
    slices->count++;
}

/* The slices of a backfill that has done nothing yet. An earlier start may have made more of them:
 * these stay, without rows. */
static int
make_slices(struct zdm_job *job, size_t at_least, struct zdm_cursors *slices, struct zdm_err *err)
{
    struct zdm_cursors none = {.count = 0};
    char *bound = NULL;
    int64_t total;
    int rc;

    if (job->by_leaf) {
        add_empty(job, slices);
        rc = zdm_leaves_cut(job, &none, 0, slices, err);
    } else {
        rc = zdm_job_measure(job->workers, &bound, &total, err);
        if (rc == 0)
            rc = zdm_slices_cut(job->workers, bound, total, ZDM_SLICES_MAX, 0, slices, err);
        free(bound);
    }
    while (rc == 0 && slices->count < at_least)
        add_empty(job, slices);
    return rc;
}

int
zdm_job_claim(struct zdm_job *job, const struct zdm_cursors *slices, struct zdm_cursors *cursors,
    struct zdm_err *err)
{
    while (claim(job, slices, err) < 0)
        if (zdm_control_again(job, err) < 0)
            return -1;
    ZDM_FAIL_HERE(CURSOR_AFTER);
    /* What is in the rows counts: after a lost reply the first try may have made them. */
    return zdm_job_read_cursors(job, cursors, err);
}

static int
claim_cursors(struct zdm_job *job, struct zdm_cursors *cursors, struct zdm_err *err)
{
    struct zdm_cursors slices = {.count = 0};

    if (zdm_job_read_cursors(job, cursors, err) < 0)
        return -1;
    bool as_they_are = zdm_cursors_begun(cursors);
    int rc = as_they_are ? 0 : make_slices(job, cursors->count, &slices, err);
    if (rc == 0)
        rc = zdm_job_claim(job, as_they_are ? NULL : &slices, cursors, err);
    zdm_cursors_release(&slices);
    return rc;
}

/* Keys walked in a slice so far. That is not kept: ask the planner how many are left, where it has something to
 * go by. */
static int
walked(struct zdm_job *job, const struct zdm_table *table, const struct zdm_cursor *c,
    int64_t *keys, struct zdm_err *err)
{
    int64_t ahead = 0;

    *keys = c->rows;
    if (!table || !zdm_cursor_whole(c) || c->batches == 0 || !c->at.pos || c->total < 0 ||
        (table->target.estimated_rows < 0 && !table->target.by_page))
        return 0;
    if (!zdm_cursor_through(c) &&
        estimate_ahead(job, &table->sql, c->at.pos, c->bound, &ahead, err) < 0)
        return -1;
    if (ahead >= 0 && (c->total - ahead > *keys || table->target.by_page))
        *keys = c->total > ahead ? c->total - ahead : 0; /* rows: of all passes */
    return 0;
}

/* Slices of partitions that are gone are through, whatever is left in them. */
static struct zdm_slice
as_slice(struct zdm_job *job, const struct zdm_cursors *cursors, size_t i)
{
    const struct zdm_cursor *c = &cursors->items[i];
    const struct zdm_table *table = zdm_job_table_of(job, c);
    bool through = zdm_cursor_through(c);

    if (!table && !through &&
        (i == 0 || !zdm_identity_same(cursors->items[i - 1].relation, c->relation, 2)))
        zdm_leaf_note_gone(job, c->relation);
    /* At the end of a pass over pages the sweep is still to come. */
    through = !table || (through && !table->target.by_page);
    return (struct zdm_slice){.state = through ? ZDM_SLICE_THROUGH : ZDM_SLICE_OPEN,
        .rows = c->rows,
        .batches = c->batches,
        .part = c->part};
}

int
zdm_job_adopt(struct zdm_job *job, const struct zdm_cursors *cursors, struct zdm_err *err)
{
    struct zdm_cursor sum;
    int64_t keys = 0, of_slice;

    for (size_t i = 0; i < cursors->count; i++) {
        const struct zdm_cursor *c = &cursors->items[i];
        if (walked(job, zdm_job_table_of(job, c), c, &of_slice, err) < 0)
            return -1;
        keys += of_slice;
    }
    zdm_cursors_sum(cursors, &sum);
    struct zdm_slice *slices = zdm_alloc(cursors->count * sizeof *slices);
    for (size_t i = 0; i < cursors->count; i++)
        slices[i] = as_slice(job, cursors, i);

    zdm_job_lock(job);
    for (size_t i = 0; i < cursors->count && i < job->n_slices; i++)
        slices[i].origin = job->slices[i].origin;
    free(job->slices);
    free(job->pos);
    free(job->bound);
    job->n_slices = cursors->count;
    job->slices = slices;
    job->single = cursors->count == 1 || !zdm_cursor_whole(&cursors->items[1]);
    job->rows = sum.rows;
    job->batches = sum.batches;
    job->pos = sum.at.pos;
    job->bound = sum.bound;
    zdm_meter_start(&job->meter, keys, sum.total, zdm_monotonic_us());
    zdm_job_unlock(job);
    return 0;
}

int
zdm_job_check_scans(struct zdm_job *job, const struct zdm_cursors *cursors, struct zdm_err *err)
{
    const struct zdm_table *seen = NULL;

    for (size_t i = 0; i < cursors->count; i++) {
        const struct zdm_cursor *c = &cursors->items[i];
        struct zdm_table *table = zdm_job_table_of(job, c);
        /* The slices of a table stand together, but for its parts. */
        if (!table || table == seen || !zdm_cursor_whole(c) || zdm_cursor_through(c))
            continue;
        seen = table;
        zdm_worker_walks(job->workers, table);
        if (zdm_worker_check_scan(job->workers, c->at.pos, c->bound, err) < 0 &&
            !zdm_leaf_gone(job->workers, err))
            return -1;
    }
    return 0;
}

static int
count_quarantine(struct zdm_job *job, struct zdm_err *err)
{
    while (zdm_quarantine_count(
               job->control, job->spec->plan, job->spec->step, &job->quarantined, err) < 0)
        if (zdm_control_again(job, err) < 0)
            return -1;
    return 0;
}

int
zdm_job_prepare(struct zdm_job *job, struct zdm_err *err)
{
    struct zdm_cursors cursors = {.count = 0};
    int rc = -1;

    job->conninfo = zdm_strdup(zdm_conn_conninfo(job->control));
    if (zdm_job_read_cursors(job, &cursors, err) < 0 ||
        zdm_job_find_tables(job, &cursors, err) < 0 || claim_cursors(job, &cursors, err) < 0 ||
        zdm_job_check_cursors(job, &cursors, err) < 0 || zdm_job_adopt(job, &cursors, err) < 0 ||
        zdm_job_check_scans(job, &cursors, err) < 0 || count_quarantine(job, err) < 0)
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
