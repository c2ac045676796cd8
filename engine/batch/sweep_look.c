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
        *piece = s->next++;
    w->seeking = false;
    zdm_job_unlock(w->job);
    return found;
}

/* Notes the piece and what was seen in it; NULL: an error of its rows, which the batch will tell of. */
static void
note_found(struct zdm_worker *w, size_t piece, const struct zdm_result *r, char *const *keys,
    size_t n_keys)
{
    struct zdm_sweep *s = &w->job->sweep;

    zdm_job_lock(w->job);
    s->found = zdm_grow(s->found, s->n_found + 1, sizeof *s->found);
    s->found[s->n_found++] = (struct zdm_found){piece, piece};
    if (r)
        s->rows += zdm_result_i64(r, 0, (int)w->target->n_keys);
    for (size_t i = 0; i < n_keys && s->n_keys < ZDM_FOUND_KEYS; i++) {
        s->keys[s->n_keys].piece = piece;
        s->keys[s->n_keys++].key = zdm_strdup(keys[i]);
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

/* Asks for the rows of a range that need it; *r NULL when one of them is an error. */
static int
ask(struct zdm_worker *w, const char *after, const char *upto, struct zdm_result **r,
    struct zdm_err *err)
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

/* The rows of a piece. */
static int
sweep_keys(struct zdm_worker *w, size_t piece, struct zdm_err *err)
{
    const struct zdm_piece *p = &w->job->sweep.pieces[piece];
    struct zdm_result *r = NULL;
    char *keys[ZDM_FOUND_KEYS] = {NULL};
    size_t n = 0;

    if (ask(w, p->after, p->upto, &r, err) < 0)
        return -1;
    int rows = r ? zdm_result_rows(r) : 0, rc = 0;
    for (; n < (size_t)rows && n < ZDM_FOUND_KEYS && rc == 0; n++)
        rc = zdm_position_of_row(r, (int)n, w->sql->n_keys, &keys[n], err);
    if (rc == 0 && (!r || rows > 0))
        note_found(w, piece, r, keys, n);
    for (size_t i = 0; i < ZDM_FOUND_KEYS; i++)
        free(keys[i]);
    zdm_result_free(r);
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
