/* The final sweep: is a row left that needs the backfill? needs.h says which do. */
#include "batch/loop.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/failpoint.h"
#include "base/mem.h"
#include "pg/retry.h"

enum {
    ROUNDS_MOST = 3,
    RANGE_ROWS = 50000, /* read, not written: however few rows a batch may have */
    FOUND_MOST = 64,    /* ranges of a round; what is more is joined to them */
};

size_t
zdm_sweep_open(const struct zdm_job *job)
{
    size_t open = 0;

    for (size_t i = 0; i < job->sweep.n_pieces; i++)
        open += job->sweep.pieces[i].state == ZDM_SLICE_OPEN;
    return open;
}

static void
clear(struct zdm_sweep *s)
{
    for (size_t i = 0; i < s->n_pieces; i++) {
        free(s->pieces[i].after);
        free(s->pieces[i].upto);
    }
    for (size_t i = 0; i < s->n_found; i++) {
        free(s->found[i].after);
        free(s->found[i].upto);
    }
    for (size_t i = 0; i < s->n_keys; i++)
        free(s->keys[i].key);
    free(s->pieces);
    free(s->found);
    s->pieces = NULL;
    s->found = NULL;
    s->n_pieces = s->n_found = s->n_keys = 0;
    s->rows = 0;
}

void
zdm_sweep_release(struct zdm_sweep *sweep)
{
    clear(sweep);
    free(sweep->off);
    sweep->off = NULL;
}

/* --- a worker ---------------------------------------------------------------------- */

static bool
take(struct zdm_worker *w, size_t *piece)
{
    struct zdm_sweep *s = &w->job->sweep;
    bool found = false;

    zdm_job_lock(w->job);
    for (size_t i = 0; i < s->n_pieces && !found && !zdm_worker_surplus(w); i++) {
        if (s->pieces[i].state != ZDM_SLICE_OPEN)
            continue;
        s->pieces[i].state = ZDM_SLICE_TAKEN;
        *piece = i;
        found = true;
    }
    w->seeking = false;
    zdm_job_unlock(w->job);
    return found;
}

/* Notes the range and what was seen in it; NULL: an error of its rows, which the batch will tell of. */
static void
note_found(struct zdm_worker *w, size_t piece, const char *after, const char *upto,
    const struct zdm_result *r, char *const *keys, size_t n_keys)
{
    struct zdm_sweep *s = &w->job->sweep;
    struct zdm_found *last = NULL;

    zdm_job_lock(w->job);
    for (size_t i = 0; i < s->n_found; i++)
        if (s->found[i].piece == piece)
            last = &s->found[i];
    if (last && ((after && strcmp(last->upto, after) == 0) || s->n_found >= FOUND_MOST)) {
        free(last->upto);
        last->upto = zdm_strdup(upto);
    } else {
        s->found = zdm_grow(s->found, s->n_found + 1, sizeof *s->found);
        s->found[s->n_found++] = (struct zdm_found){piece, zdm_strdup(after), zdm_strdup(upto)};
    }
    if (r)
        s->rows += zdm_result_i64(r, 0, (int)w->target->n_keys);
    for (size_t i = 0; i < n_keys && s->n_keys < ZDM_FOUND_KEYS; i++) {
        s->keys[s->n_keys].piece = piece;
        s->keys[s->n_keys++].key = zdm_strdup(keys[i]);
    }
    zdm_job_unlock(w->job);
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

    *r = NULL;
    if (zdm_position_split(upto, w->sql->n_keys, &last, err) < 0 ||
        (after && zdm_position_split(after, w->sql->n_keys, &from, err) < 0))
        goto out;
    const char *sql = w->sql->look.found[zdm_batch_shape(after ? &from : NULL, &last, &common)];
    zdm_parameters_add_position(&p, &last, 0);
    if (after)
        zdm_parameters_add_position(&p, &from, common);
    while ((rc = zdm_conn_query(w->conn, sql, p.n, p.values, r, err)) < 0) {
        if (zdm_is_data_error(err->sqlstate)) {
            zdm_err_clear(err);
            *r = NULL;
            rc = 0;
            break;
        }
        if (zdm_worker_again(w, err) < 0)
            break;
    }
out:
    zdm_position_release(&from);
    zdm_position_release(&last);
    return rc;
}

static int
look(struct zdm_worker *w, size_t piece, const char *after, const char *upto, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    char *keys[ZDM_FOUND_KEYS] = {NULL};
    size_t n = 0;

    if (ask(w, after, upto, &r, err) < 0)
        return -1;
    int rows = r ? zdm_result_rows(r) : 0, rc = 0;
    for (; n < (size_t)rows && n < ZDM_FOUND_KEYS && rc == 0; n++)
        rc = zdm_position_of_row(r, (int)n, w->sql->n_keys, &keys[n], err);
    if (rc == 0 && (!r || rows > 0))
        note_found(w, piece, after, upto, r, keys, n);
    for (size_t i = 0; i < ZDM_FOUND_KEYS; i++)
        free(keys[i]);
    zdm_result_free(r);
    return rc;
}

static void
leave(struct zdm_worker *w, size_t piece, const char *after, enum zdm_slice_state state)
{
    struct zdm_piece *p = &w->job->sweep.pieces[piece];

    zdm_job_lock(w->job);
    if (after != p->after) {
        char *copy = zdm_strdup(after);
        free(p->after);
        p->after = copy;
    }
    p->state = state;
    zdm_job_unlock(w->job);
}

/* Range after range up to the end of the piece. 1: its turn was over before. */
static int
sweep_piece(struct zdm_worker *w, size_t piece, struct zdm_err *err)
{
    const struct zdm_piece *p = &w->job->sweep.pieces[piece];
    struct zdm_controller c;
    const char *next;
    char *after = zdm_strdup(p->after);
    int rc = 0;

    zdm_worker_walks(w, p->table);
    zdm_ranges_clear(&w->ranges);
    zdm_controller_init(&c, (int64_t)w->controller.target_ms, 1, RANGE_ROWS);
    for (;;) {
        rc = zdm_worker_wait_to_go_on(w);
        if (rc != 0)
            break;
        if (c.target_ms != w->controller.target_ms)
            zdm_controller_aim(&c, (int64_t)w->controller.target_ms);
        rc = -1;
        while (zdm_ranges_next(&w->ranges, w->conn, w->sql, c.rows, after, p->upto, &next, err) < 0)
            if (zdm_worker_again(w, err) < 0)
                goto out;
        rc = 0;
        if (!next)
            break;
        int64_t start = zdm_monotonic_us();
        char *upto = zdm_strdup(next);
        rc = look(w, piece, after, upto, err);
        free(after);
        after = upto;
        if (rc < 0)
            goto out;
        if (w->ranges.whole)
            zdm_controller_feed(&c, w->ranges.rows, (double)(zdm_monotonic_us() - start) / 1000);
        zdm_worker_unstuck(w);
        zdm_job_lock(w->job);
        zdm_meter_walk(&w->job->meter, w->ranges.whole ? w->ranges.rows : 0, zdm_monotonic_us());
        zdm_job_unlock(w->job);
        ZDM_FAIL_HERE(SWEEP_RANGE);
        if (w->job->spec->pause_ms > 0 && zdm_job_sleep(w->job, w->job->spec->pause_ms) < 0) {
            rc = -1;
            break;
        }
    }
    leave(w, piece, after, rc == 0 ? ZDM_SLICE_THROUGH : ZDM_SLICE_OPEN);
    if (rc < 0)
        rc = zdm_job_stopped(w->job, err);
out:
    free(after);
    return rc;
}

int
zdm_worker_sweep(struct zdm_worker *w, struct zdm_err *err)
{
    size_t piece;

    while (take(w, &piece)) {
        int rc = sweep_piece(w, piece, err);
        if (rc < 0 && zdm_leaf_gone(w, err)) {
            zdm_job_lock(w->job);
            w->job->sweep.pieces[piece].state = ZDM_SLICE_THROUGH;
            zdm_job_unlock(w->job);
            rc = 0;
        }
        if (rc != 0)
            return rc < 0 ? -1 : 0;
    }
    return 0;
}

/* --- the job ------------------------------------------------------------------------ */

/* The last key that the table has now; NULL: it is empty. */
static int
last_key(struct zdm_job *job, const struct zdm_table *table, char **key, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    int rc = 0;

    while (zdm_conn_query(job->control, table->sql.bound, 0, NULL, &r, err) < 0)
        if (zdm_control_again(job, err) < 0)
            return -1;
    if (zdm_result_rows(r) > 0)
        rc = zdm_position_of_row(r, 0, table->sql.n_keys, key, err);
    zdm_result_free(r);
    return rc;
}

static void
add_piece(struct zdm_sweep *s, struct zdm_table *table, const char *after, const char *upto)
{
    s->pieces = zdm_grow(s->pieces, s->n_pieces + 1, sizeof *s->pieces);
    s->pieces[s->n_pieces++] =
        (struct zdm_piece){.table = table, .after = zdm_strdup(after), .upto = zdm_strdup(upto)};
}

/* All keys that the table of cursors from..to-1 has now, cut where the walk was: what is behind its bound
 * is one more. */
static int
cut_table(struct zdm_job *job, struct zdm_table *table, const struct zdm_cursors *cursors,
    size_t from, size_t to, struct zdm_err *err)
{
    const char *after = NULL;
    char *last = NULL;

    if (last_key(job, table, &last, err) < 0) {
        zdm_worker_walks(job->workers, table);
        return zdm_leaf_gone(job->workers, err) ? 0 : -1;
    }
    for (size_t i = from; i < to; i++) {
        const char *bound = cursors->items[i].bound;
        if (!bound)
            continue;
        add_piece(&job->sweep, table, after, bound);
        after = bound;
    }
    if (last && (!after || strcmp(after, last) != 0))
        add_piece(&job->sweep, table, after, last);
    free(last);
    return 0;
}

/* The slices of a table stand together; parts and what was repaired come behind. */
static int
cut(struct zdm_job *job, struct zdm_err *err)
{
    const struct zdm_backfill_spec *spec = job->spec;
    struct zdm_cursors cursors = {.count = 0};
    int rc = 0;

    while (zdm_cursors_read(job->control, spec->plan, spec->step, &cursors, err) < 0)
        if (zdm_control_again(job, err) < 0)
            return -1;
    for (size_t from = 0, to; from < cursors.count && rc == 0; from = to) {
        struct zdm_table *table = zdm_job_table_of(job, &cursors.items[from]);
        bool whole = zdm_cursor_whole(&cursors.items[from]);
        to = from + 1;
        while (whole && to < cursors.count && zdm_cursor_whole(&cursors.items[to]) &&
               zdm_job_table_of(job, &cursors.items[to]) == table)
            to++;
        if (whole && table && !table->gone && table->sql.look.found)
            rc = cut_table(job, table, &cursors, from, to, err);
    }
    zdm_cursors_release(&cursors);
    return rc;
}

/* Is there a table with a sweep? */
static bool
wanted(const struct zdm_job *job)
{
    if (job->sweep.off)
        return false;
    for (size_t i = 0; i < job->n_tables; i++)
        if (job->tables[i]->sql.look.found)
            return true;
    return false;
}

/* "id = 7, id = 9" */
static char *
keys_found(const struct zdm_sweep *s)
{
    struct zdm_buf b = ZDM_BUF_INIT;

    for (size_t i = 0; i < s->n_keys; i++) {
        const struct zdm_table *table = s->pieces[s->keys[i].piece].table;
        char *key = zdm_position_show(s->keys[i].key, table->sql.n_keys);
        zdm_buf_addf(&b, "%s%s = %s", i > 0 ? ", " : "", table->target.key, key);
        free(key);
    }
    return zdm_buf_take(&b);
}

/* Rows are written faster than they are done, or in a way that undoes it. */
static int
give_up(struct zdm_job *job, struct zdm_err *err)
{
    const struct zdm_sweep *s = &job->sweep;
    char *keys = keys_found(s);

    zdm_fail(err, ZDM_ERR_FAILED,
        "after %d rounds of repair %lld rows of %s still need backfill "
        "\"%s\"",
        ROUNDS_MOST, (long long)s->rows, zdm_job_target(job)->relation, job->spec->step);
    if (s->n_keys > 0)
        zdm_err_detail(err, "%s%s", keys, s->rows > (int64_t)s->n_keys ? ", ..." : "");
    zdm_err_hint(err,
        "somebody writes such rows all the time, such as an application that knows nothing of the "
        "new column: have a sync trigger do it for them, or change the application first, then run "
        "plan \"%s\" again; verify = false leaves them as they are",
        job->spec->plan);
    free(keys);
    return -1;
}

/* Sees to what was found. */
static int
settle(struct zdm_job *job, bool *clean, struct zdm_err *err)
{
    struct zdm_sweep *s = &job->sweep;
    bool lasts = true;

    if (s->n_found == 0)
        return 0;
    if (s->rounds == ROUNDS_MOST)
        return give_up(job, err);
    if (zdm_repair_lasts(job, &lasts, err) < 0)
        return -1;
    char *keys = keys_found(s);
    if (!lasts) {
        s->off =
            zdm_strf("a row of %s is as it was after the change", zdm_job_target(job)->relation);
        zdm_job_note(job, "warning", "note",
            "%s (%s), as if a trigger took it back: the final sweep cannot tell what is done, and "
            "changes nothing",
            s->off, keys);
        free(keys);
        return 0;
    }
    s->rounds++;
    zdm_job_note(job, "info", "note",
        "the final sweep found %lld rows of %s that were written meanwhile and need it%s%s%s",
        (long long)s->rows, zdm_job_target(job)->relation, s->n_keys > 0 ? " (" : "", keys,
        s->n_keys > 0 ? s->rows > (int64_t)s->n_keys ? ", ...)" : ")" : "");
    free(keys);
    *clean = false;
    return zdm_repair_begin(job, err);
}

int
zdm_job_sweep(struct zdm_job *job, bool *clean, struct zdm_err *err)
{
    struct zdm_sweep *s = &job->sweep;
    struct zdm_meter walk = job->meter;

    *clean = true;
    if (!wanted(job))
        return 0;
    zdm_job_stage(job, ZDM_STAGE_SWEEPING);
    clear(s);
    if (cut(job, err) < 0)
        return -1;

    zdm_job_lock(job);
    zdm_meter_start(&job->meter, 0, walk.total, zdm_monotonic_us());
    s->on = true;
    zdm_job_unlock(job);
    int rc = zdm_job_run(job, err);
    zdm_job_lock(job);
    s->on = false;
    job->meter = walk;
    zdm_job_unlock(job);
    if (rc == 0)
        rc = settle(job, clean, err);
    return rc;
}
