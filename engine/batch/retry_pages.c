/* Rows in quarantine of a table without a key that are no more where they were: they were updated or
 * deleted, or the table was rewritten. Which rows they are now nobody can say; but a row that needs it is one
 * that `where` is true for. So the whole table is looked through for these; each is done, or set aside
 * under its place of now. What stands for former places goes when no other row needs it any more. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "batch/loop.h"
#include "batch/pages_sql.h"
#include "pg/retry.h"

#define PAGES_AT_ONCE 1024
#define ROWS_AT_ONCE  200
#define TIMES_MOST    3

struct look {
    struct zdm_worker *w;
    struct zdm_retried *out;
    char *needing, *all; /* owned: SQL */
};

static int
try_place(struct look *l, const struct zdm_result *r, int i, struct zdm_err *err)
{
    struct zdm_bad_row row = {
        .relation = l->w->target->relation, .identity = l->w->target->identity};
    struct zdm_position place = {.n = 0};
    bool gone = false, moved = false;
    int rc = -1;

    if (zdm_position_of_row(r, i, ZDM_PAGE_KEYS, &row.key, err) == 0 &&
        zdm_position_split(row.key, ZDM_PAGE_KEYS, &place, err) == 0)
        rc = zdm_retry_row(l->w, &row, &place, l->out, &gone, &moved, err);
    zdm_position_release(&place);
    free(row.key);
    return rc;
}

/* Rows from a place up to a page, at most ROWS_AT_ONCE of those that need it, or all. *bad: on one of them
 * `where` fails. */
static int
find(struct look *l, bool all, const char *start, int64_t to, struct zdm_result **r, bool *bad,
    struct zdm_err *err)
{
    char end[24], most[24];

    snprintf(end, sizeof end, "%lld", (long long)to);
    snprintf(most, sizeof most, "%d", ROWS_AT_ONCE);
    *bad = false;
    while (ZDM_QUERY(l->w->conn, all ? l->all : l->needing, r, err, start, end, all ? NULL : most) <
           0) {
        *bad = !all && err->code == ZDM_ERR_FAILED && zdm_is_data_error(err->sqlstate);
        if (*bad) {
            zdm_err_clear(err);
            return 0;
        }
        if (zdm_worker_again(l->w, err) < 0)
            return -1;
    }
    return 0;
}

static int
place_behind(const char *ctid, char *start, size_t size, struct zdm_err *err)
{
    long long page, line;

    if (sscanf(ctid, "(%lld,%lld)", &page, &line) != 2)
        return zdm_fail(err, ZDM_ERR_FAILED, "\"%s\" is no place of a row", ctid);
    snprintf(start, size, "%lld,%lld", page, line + 1);
    return 0;
}

static int
try_rows(struct look *l, bool all, int64_t from, int64_t to, bool *bad, struct zdm_err *err)
{
    int n = ROWS_AT_ONCE, rc = 0;
    char start[48];

    snprintf(start, sizeof start, "%lld", (long long)from);
    *bad = false;
    while (rc == 0 && n == ROWS_AT_ONCE && !*bad) {
        struct zdm_result *r = NULL;
        if (find(l, all, start, to, &r, bad, err) < 0)
            return -1;
        n = *bad ? 0 : zdm_result_rows(r);
        for (int i = 0; i < n && rc == 0; i++)
            rc = try_place(l, r, i, err);
        /* Behind the last of them: a trigger may leave rows as they are, which were found for ever. */
        if (rc == 0 && n > 0)
            rc = place_behind(zdm_result_get(r, n - 1, 1), start, sizeof start, err);
        zdm_result_free(r);
        if (all)
            break;
    }
    return rc;
}

static int
count_pages(struct zdm_worker *w, int64_t *pages, struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    while (zdm_conn_query(w->conn, w->sql->bound, 0, NULL, &r, err) < 0)
        if (zdm_worker_again(w, err) < 0)
            return -1;
    *pages = zdm_result_rows(r) > 0 ? zdm_result_i64(r, 0, 2) : 0;
    zdm_result_free(r);
    return 0;
}

static int
look_through(struct look *l, struct zdm_err *err)
{
    int64_t pages, step = PAGES_AT_ONCE;
    bool bad;

    if (count_pages(l->w, &pages, err) < 0)
        return -1;
    for (int64_t page = 0; page < pages;) {
        if (try_rows(l, false, page, page + step, &bad, err) < 0)
            return -1;
        if (bad && step > 1) {
            step /= 2;
            continue;
        }
        if (bad && try_rows(l, true, page, page + 1, &bad, err) < 0)
            return -1;
        page += step;
        step = step * 2 < PAGES_AT_ONCE ? step * 2 : PAGES_AT_ONCE;
    }
    return 0;
}

/* *dropped 0: there are rows that need it again. */
static int
drop(struct zdm_worker *w, const char *sql, int64_t *dropped, struct zdm_err *err)
{
    const struct zdm_backfill_spec *spec = w->job->spec;
    struct zdm_result *r = NULL;
    char epoch[24];

    *dropped = 0;
    snprintf(epoch, sizeof epoch, "%lld", (long long)w->job->epoch);
    while (
        ZDM_QUERY(w->conn, sql, &r, err, spec->plan, spec->step, w->target->relation, epoch) < 0) {
        if (err->code == ZDM_ERR_FAILED && zdm_is_data_error(err->sqlstate)) {
            zdm_err_clear(err);
            return 0;
        }
        if (zdm_worker_again(w, err) < 0)
            return -1;
    }
    bool ours = zdm_result_i64(r, 0, 0) > 0;
    *dropped = zdm_result_i64(r, 0, 1);
    zdm_result_free(r);
    return ours ? 0 : zdm_retry_taken_over(w->job, err);
}

int
zdm_retry_settle(struct zdm_worker *w, int64_t moved, struct zdm_retried *out, struct zdm_err *err)
{
    struct look l = {.w = w,
        .out = out,
        .needing = zdm_pages_build_unlisted(w->job->spec, w->target, true),
        .all = zdm_pages_build_unlisted(w->job->spec, w->target, false)};
    char *sql = zdm_pages_build_stale(w->job->spec, w->target, true);
    int64_t dropped = 0;
    int rc = 0;

    for (int i = 0; i < TIMES_MOST && rc == 0 && dropped == 0; i++) {
        rc = look_through(&l, err);
        if (rc == 0)
            rc = drop(w, sql, &dropped, err);
    }
    if (rc == 0 && dropped == 0) {
        out->failed += moved;
        zdm_job_note(w->job, "warning", "note",
            "%lld rows of %s in quarantine were updated meanwhile, and rows that need it are "
            "written "
            "faster than they are found: they stay in quarantine; retry again",
            (long long)moved, w->target->relation);
    }
    free(l.needing);
    free(l.all);
    free(sql);
    return rc;
}
