/* How much there is to do: the last key, and how many rows stand before it. */
#include "batch/loop.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

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

int
zdm_job_estimate_ahead(struct zdm_job *job, const struct zdm_batch_sql *sql, const char *after,
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
    return bound ? zdm_job_estimate_ahead(w->job, w->sql, NULL, bound, total, err) : 0;
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
