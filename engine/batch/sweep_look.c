/* The part of the workers in the final sweep. */
#include "batch/loop.h"

#include <stdlib.h>
#include <string.h>

#include "base/failpoint.h"
#include "base/mem.h"
#include "pg/retry.h"

/* Reading a gigabyte takes this long where the disk is slow. */
#define WHOLE_MS_MOST 10000

static bool
take(struct zdm_worker *w, size_t *piece)
{
    struct zdm_sweep *s = &w->job->sweep;

    zdm_job_lock(w->job);
    bool found = s->next < s->n_pieces;
    if (found)
        *piece = s->backwards ? s->n_pieces - 1 - s->next++ : s->next++;
    w->seeking = false;
    zdm_job_unlock(w->job);
    return found;
}

/* What was seen in a piece. */
struct seen {
    bool bad; /* an error of its rows, which the batch will tell of */
    int64_t rows;
    char *keys[ZDM_FOUND_KEYS]; /* owned */
    size_t n_keys;
};

static void
note_found(struct zdm_worker *w, size_t piece, const struct seen *seen)
{
    struct zdm_sweep *s = &w->job->sweep;

    zdm_job_lock(w->job);
    s->found = zdm_grow(s->found, s->n_found + 1, sizeof *s->found);
    s->found[s->n_found++] = (struct zdm_found){piece, piece};
    s->rows += seen->rows;
    for (size_t i = 0; i < seen->n_keys && s->n_keys < ZDM_FOUND_KEYS; i++) {
        s->keys[s->n_keys].piece = piece;
        s->keys[s->n_keys++].key = zdm_strdup(seen->keys[i]);
    }
    zdm_job_unlock(w->job);
}

/* *r NULL when a row is an error. */
static int
ask_until_told(struct zdm_worker *w, const char *sql, const struct zdm_parameters *p,
    struct zdm_result **r, struct zdm_err *err)
{
    int rc;

    *r = NULL;
    while ((rc = zdm_conn_query(w->conn, sql, p->n, p->values, r, err)) < 0) {
        if (zdm_is_data_error(err->sqlstate)) {
            zdm_err_clear(err);
            *r = NULL;
            return 0;
        }
        if (zdm_worker_again(w, err) < 0)
            return -1;
    }
    return 0;
}

int
zdm_worker_ask_found(struct zdm_worker *w, const char *after, const char *upto,
    struct zdm_result **r, struct zdm_err *err)
{
    struct zdm_position from = {.n = 0}, last = {.n = 0};
    struct zdm_parameters p = {.n = 0};
    size_t common;
    int rc = -1;

    if (zdm_position_split(upto, w->sql->n_keys, &last, err) < 0 ||
        (after && zdm_position_split(after, w->sql->n_keys, &from, err) < 0))
        goto out;
    const char *sql = w->sql->look.found[zdm_batch_shape(after ? &from : NULL, &last, &common)];
    zdm_parameters_add_position(&p, &last, 0);
    if (after)
        zdm_parameters_add_position(&p, &from, common);
    rc = ask_until_told(w, sql, &p, r, err);
out:
    zdm_position_release(&from);
    zdm_position_release(&last);
    return rc;
}

/* All of a table at once. One of which that cannot be said, or not within seconds, is looked at in
 * pieces: what the author's expressions take no size of a table tells. */
static int
sweep_whole(struct zdm_worker *w, struct zdm_err *err)
{
    const struct zdm_statement_text any = {.sql = w->sql->look.any};
    struct zdm_result *r = NULL;

    while (zdm_conn_query_within(w->conn, WHOLE_MS_MOST, &any, &r, err) < 0) {
        bool canceled = err->code == ZDM_ERR_FAILED && strcmp(err->sqlstate, "57014") == 0;
        if (canceled || zdm_is_data_error(err->sqlstate)) {
            zdm_err_clear(err);
            break;
        }
        if (zdm_worker_again(w, err) < 0)
            return -1;
    }
    zdm_job_lock(w->job);
    w->table->clean = r && zdm_result_get(r, 0, 0) && !zdm_result_bool(r, 0, 0);
    zdm_job_unlock(w->job);
    zdm_result_free(r);
    return 0;
}

/* The rows of a part of a piece. */
static int
look_at(struct zdm_worker *w, const char *after, const char *upto, struct seen *seen,
    struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    int rc = 0;

    if (zdm_worker_ask_found(w, after, upto, &r, err) < 0)
        return -1;
    int rows = r ? zdm_result_rows(r) : 0;
    seen->bad = seen->bad || !r;
    if (rows > 0)
        seen->rows += zdm_result_i64(r, 0, (int)w->target->n_keys);
    for (int i = 0; i < rows && seen->n_keys < ZDM_FOUND_KEYS && rc == 0; i++) {
        rc = zdm_position_of_row(r, i, w->sql->n_keys, &seen->keys[seen->n_keys], err);
        seen->n_keys += rc == 0;
    }
    zdm_result_free(r);
    return rc;
}

/* A part of a piece takes as long as a batch, for the rows of a slow server or of a slow expression are few.
 * *upto as of zdm_ranges_next. */
static int
next_part(struct zdm_worker *w, struct zdm_ranges *ranges, const struct zdm_piece *p,
    const char *after, const char **upto, struct zdm_err *err)
{
    bool first = after && p->after ? strcmp(after, p->after) == 0 : !after;

    if (first && w->reading.rows >= p->rows) {
        *upto = p->upto;
        return 0;
    }
    while (zdm_ranges_next(ranges, w->conn, w->sql, w->reading.rows, after, p->upto, upto, err) < 0)
        if (zdm_worker_again(w, err) < 0)
            return -1;
    return 0;
}

/* The rows of a piece. */
static int
sweep_keys(struct zdm_worker *w, size_t piece, struct zdm_err *err)
{
    const struct zdm_piece *p = &w->job->sweep.pieces[piece];
    struct zdm_ranges ranges = {.count = 0};
    struct seen seen = {.bad = false};
    char *after = zdm_strdup(p->after);
    int rc = 0;

    while (rc == 0 && !seen.bad) {
        const char *upto;
        if ((rc = next_part(w, &ranges, p, after, &upto, err)) < 0 || !upto)
            break;
        int64_t start = zdm_monotonic_us();
        rc = look_at(w, after, upto, &seen, err);
        zdm_controller_feed(&w->reading,
            ranges.count == 0 ? p->rows
            : ranges.whole    ? ranges.rows
                              : 0,
            (double)(zdm_monotonic_us() - start) / 1000);
        free(after);
        after = zdm_strdup(upto);
        /* One that is not wanted any more sees to its piece all the same. */
        if (rc == 0 && strcmp(upto, p->upto) != 0 && zdm_worker_wait_to_go_on(w) < 0)
            rc = zdm_job_stopped(w->job, err);
    }
    if (rc == 0 && (seen.bad || seen.n_keys > 0))
        note_found(w, piece, &seen);
    for (size_t i = 0; i < seen.n_keys; i++)
        free(seen.keys[i]);
    zdm_ranges_clear(&ranges);
    free(after);
    return rc;
}

static int
sweep_piece(struct zdm_worker *w, size_t piece, struct zdm_err *err)
{
    const struct zdm_piece *p = &w->job->sweep.pieces[piece];

    zdm_worker_walks(w, p->table);
    if ((p->upto ? sweep_keys(w, piece, err) : sweep_whole(w, err)) < 0)
        return zdm_leaf_gone(w, err) ? 0 : -1;
    zdm_worker_unstuck(w);
    zdm_job_lock(w->job);
    zdm_meter_walk(&w->job->meter, p->rows, zdm_monotonic_us());
    zdm_job_unlock(w->job);
    return 0;
}

int
zdm_worker_sweep(struct zdm_worker *w, struct zdm_err *err)
{
    size_t piece;

    for (;;) {
        int turn = zdm_worker_wait_to_go_on(w);
        if (turn != 0)
            return turn < 0 ? zdm_job_stopped(w->job, err) : 0;
        if (!take(w, &piece))
            return 0;
        if (sweep_piece(w, piece, err) < 0)
            return -1;
        ZDM_FAIL_HERE(SWEEP_RANGE);
        if (w->job->spec->pause_ms > 0 && zdm_job_sleep(w->job, w->job->spec->pause_ms) < 0)
            return zdm_job_stopped(w->job, err);
    }
}
