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
zdm_loop_estimate_ahead(struct zdm_loop *l, int64_t *keys, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    const char *values[] = {l->bound, l->pos};

    while (zdm_conn_query(l->control, l->pos ? l->sql.ahead_next : l->sql.ahead_first,
               l->pos ? 2 : 1, values, &r, err) < 0)
        if (zdm_control_again(l, err) < 0)
            return -1;
    *keys = plan_rows(zdm_result_get(r, 0, 0));
    zdm_result_free(r);
    return 0;
}

/* Rows to walk: counted when they are few, else the planner's estimate. */
static int
count_rows(struct zdm_loop *l, int64_t *total, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    int64_t most, counted;

    *total = l->target.estimated_rows;
    zdm_parse_i64(COUNT_UPTO, &most);
    if (*total > most)
        return 0;
    while (ZDM_QUERY(l->worker, l->sql.count, &r, err, COUNT_UPTO) < 0)
        if (zdm_worker_again(l, err) < 0)
            return -1;
    counted = zdm_result_i64(r, 0, 0);
    zdm_result_free(r);
    if (counted < most) {
        *total = counted;
        return 0;
    }
    /* Statistics that are missing or older than the rows. */
    return zdm_loop_estimate_ahead(l, total, err);
}

static int
find_bound(struct zdm_loop *l, struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    while (zdm_conn_query(l->worker, l->sql.bound, 0, NULL, &r, err) < 0)
        if (zdm_worker_again(l, err) < 0)
            return -1;
    free(l->bound);
    l->bound = zdm_result_rows(r) > 0 ? zdm_strdup(zdm_result_get(r, 0, 0)) : NULL;
    zdm_result_free(r);
    return 0;
}

/* One transaction: the plan is ours, and so is its cursor from now on. */
static int
claim(struct zdm_loop *l, int64_t total, struct zdm_err *err)
{
    if (zdm_conn_exec(l->control, "BEGIN", NULL, err) == 0 &&
        zdm_journal_fence(l->control, l->spec->plan, l->epoch, err) == 0 &&
        zdm_cursor_claim(l->control, l->spec->plan, l->spec->step, ZDM_SLICE, l->epoch, l->bound,
            total, l->target.identity, err) == 0 &&
        (!l->hooks->begin || l->hooks->begin(l->hooks->self, err) == 0) &&
        zdm_conn_commit(l->control, err) == 0)
        return 0;
    zdm_conn_rollback(l->control);
    return -1;
}

static int
read_cursor(struct zdm_loop *l, struct zdm_cursor *cursor, struct zdm_err *err)
{
    zdm_cursor_release(cursor);
    while (zdm_cursor_read(
               l->control, l->spec->plan, l->spec->step, ZDM_SLICE, false, cursor, err) < 0)
        if (zdm_control_again(l, err) < 0)
            return -1;
    return 0;
}

static int
claim_cursor(struct zdm_loop *l, struct zdm_cursor *cursor, struct zdm_err *err)
{
    int64_t total = -1;

    if (read_cursor(l, cursor, err) < 0)
        return -1;
    /* Without a batch nothing holds to the old bound: another key may be meant by now. */
    if ((!cursor->exists || cursor->batches == 0) &&
        (find_bound(l, err) < 0 || count_rows(l, &total, err) < 0))
        return -1;
    while (claim(l, total, err) < 0)
        if (zdm_control_again(l, err) < 0)
            return -1;
    ZDM_FAIL_HERE(CURSOR_AFTER);
    /* What is in the row counts: after a lost reply the first try may have made it. */
    return read_cursor(l, cursor, err);
}

int
zdm_loop_prepare(struct zdm_loop *l, struct zdm_err *err)
{
    const struct zdm_backfill_spec *spec = l->spec;
    struct zdm_cursor cursor = {.exists = false};
    int rc = -1;

    while (zdm_backfill_target_find(l->control, spec, &l->target, err) < 0)
        if (zdm_control_again(l, err) < 0)
            return -1;
    zdm_batch_sql_build(spec, &l->target, &l->sql);
    zdm_controller_init(&l->controller, spec->target_ms, spec->batch_min, spec->batch_max);
    if (zdm_worker_open(l, err) < 0 || zdm_worker_check(l, err) < 0)
        goto out;
    if (claim_cursor(l, &cursor, err) < 0 || zdm_loop_check_cursor(l, &cursor, err) < 0)
        goto out;
    rc = zdm_loop_adopt(l, &cursor, err);
    zdm_loop_unstuck(l);
out:
    zdm_cursor_release(&cursor);
    return rc;
}
