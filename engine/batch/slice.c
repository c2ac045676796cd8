#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "batch/loop.h"

enum {
    SLICE_ROWS = 100000, /* smaller ones would end before batches have found their size */
    SLICE_BATCHES = 128, /* of the largest size: several ranges, even of eight stripes */
    SAMPLE_ROWS = 50000, /* whole pages: the cuts are good to a few per cent of a slice */
};

static size_t
slices_for(const struct zdm_backfill_spec *spec, int64_t total, size_t most)
{
    int64_t rows = SLICE_ROWS;

    if (spec->batch_max > 0 && spec->batch_max * SLICE_BATCHES < rows)
        rows = spec->batch_max * SLICE_BATCHES;
    if (total < 2 * rows)
        return 1;
    return (size_t)(total / rows) < most ? (size_t)(total / rows) : most;
}

/* One more slice, behind those before it. */
static void
add(struct zdm_cursors *out, const struct zdm_worker *w, int64_t slice, const char *pos,
    const char *bound)
{
    out->items = zdm_grow(out->items, out->count + 1, sizeof *out->items);
    out->items[out->count++] = (struct zdm_cursor){
        .slice = slice,
        .at.pos = zdm_strdup(pos),
        .bound = zdm_strdup(bound),
        .relation = zdm_strdup(w->target->identity),
    };
}

/* The last keys of all slices but the last, from a sample of pages: statistics may be missing, may be
 * hidden from our role, and know nothing of several columns together. */
static int
sample(struct zdm_worker *w, const char *bound, int64_t total, size_t n, struct zdm_result **r,
    struct zdm_err *err)
{
    struct zdm_parameters p = {.n = 0};
    struct zdm_position last = {.n = 0};
    char percent[32], slices[32];
    double share = 100.0 * SAMPLE_ROWS / (double)total;
    int rc;

    if (zdm_position_split(bound, w->sql->n_keys, &last, err) < 0)
        return -1;
    snprintf(percent, sizeof percent, "%.6f", share < 100 ? share : 100);
    snprintf(slices, sizeof slices, "%zu", n);
    zdm_parameters_add(&p, percent);
    zdm_parameters_add(&p, slices);
    zdm_parameters_add_position(&p, &last, 0);
    while ((rc = zdm_conn_query(w->conn, w->sql->cut, p.n, p.values, r, err)) < 0)
        if (zdm_worker_again(w, err) < 0)
            break;
    zdm_position_release(&last);
    return rc;
}

int
zdm_slices_cut(struct zdm_worker *w, const char *bound, int64_t total, size_t most, int64_t first,
    struct zdm_cursors *out, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    size_t n = bound && !w->sql->by_page ? slices_for(w->job->spec, total, most) : 1;
    size_t before = out->count;
    char *pos = NULL;

    if (n > 1 && sample(w, bound, total, n, &r, err) < 0)
        return -1;
    int cuts = r ? zdm_result_rows(r) : 0, rc = 0;
    for (int i = 0; i < cuts && rc == 0; i++) {
        char *end = NULL;
        rc = zdm_position_of_row(r, i, w->sql->n_keys, &end, err);
        if (rc < 0 || strcmp(end, bound) == 0) {
            free(end);
            continue;
        }
        add(out, w, first + (int64_t)out->count, pos, end);
        free(pos);
        pos = end;
    }
    zdm_result_free(r);
    if (rc == 0)
        add(out, w, first + (int64_t)out->count, pos, bound);
    free(pos);
    int64_t n_rows = total < 0 ? 0 : total, count = (int64_t)(out->count - before);
    for (int64_t i = 0; i < count; i++)
        out->items[before + (size_t)i].total =
            total < 0 ? -1 : n_rows * (i + 1) / count - n_rows * i / count;
    return rc;
}

/* A part whose time has come goes first, but after one that was still locked it is a slice's turn: so
 * locked parts cost one short wait a slice. wait_ms > 0: there is nothing but parts to wait for. */
static bool
next_open(struct zdm_worker *w, int64_t *slice, int64_t *wait_ms)
{
    struct zdm_job *job = w->job;
    struct zdm_slice *whole = NULL, *part = NULL, *next;
    int64_t now = zdm_monotonic_us();

    zdm_job_lock(job);
    bool may = !job->quitting && !zdm_worker_surplus(w);
    for (size_t i = 0; i < job->n_slices && may; i++) {
        struct zdm_slice *s = &job->slices[i];
        if (s->state != ZDM_SLICE_OPEN)
            continue;
        if (!s->part && !whole)
            whole = s;
        if (s->part && (!part || s->due_us < part->due_us))
            part = s;
    }
    next = whole && (!part || w->shy || part->due_us > now) ? whole : part;
    *wait_ms = next && next == part && part->due_us > now ? (part->due_us - now + 999) / 1000 : 0;
    if (next && *wait_ms == 0) {
        next->state = ZDM_SLICE_TAKEN;
        *slice = next - job->slices;
        w->part = next->part;
    }
    w->seeking = *wait_ms > 0; /* nobody else need be started for it */
    zdm_job_unlock(job);
    return next != NULL;
}

int
zdm_slice_take(struct zdm_worker *w, bool *found, struct zdm_err *err)
{
    int64_t slice, wait_ms;

    while ((*found = next_open(w, &slice, &wait_ms)) && wait_ms > 0)
        if (zdm_job_sleep(w->job, wait_ms) < 0)
            return zdm_job_stopped(w->job, err);
    if (!*found)
        return 0;
    bool other = slice != w->slice;
    w->slice = slice;
    if (!w->table) /* which one it is the cursor will tell */
        zdm_worker_walks(w, w->job->tables[0]);
    while (other && zdm_worker_set_session(w, err) < 0)
        if (zdm_worker_again(w, err) < 0)
            return -1;
    zdm_ranges_clear(&w->ranges);
    zdm_cuts_clear(&w->cuts);
    zdm_spot_release(&w->at);
    free(w->bound);
    w->bound = NULL;
    w->rows = w->batches = 0;
    w->suspect = w->part ? 1 : 0; /* row by row */
    w->locked = w->gone = false;
    w->deferred = w->bad = 0;
    w->pass.n = 0;
    w->pass.vain = 0;
    w->pass.keys = 0;
    w->reread.left_out = false;
    if (zdm_worker_read(w, err) < 0)
        return -1;
    w->pass.rows = w->rows;
    zdm_steps_slice(&w->steps, w->at.pos, w->bound, w->batches == 0 ? w->total : -1);
    return 0;
}

void
zdm_slice_leave(struct zdm_worker *w)
{
    zdm_job_lock(w->job);
    w->job->slices[w->slice].state = ZDM_SLICE_OPEN;
    zdm_job_unlock(w->job);
}

void
zdm_slice_through(struct zdm_worker *w)
{
    struct zdm_job *job = w->job;
    bool last = true;

    zdm_job_lock(job);
    w->shy = false;
    job->slices[w->slice].state = ZDM_SLICE_THROUGH;
    for (size_t i = 0; i < job->n_slices; i++)
        last = last && job->slices[i].state == ZDM_SLICE_THROUGH;
    /* What was estimated is known now. */
    if (last)
        job->meter.total = job->meter.walked;
    zdm_job_unlock(job);
}

/* 100 ms, 200 ms, ... 1.6 s from now. */
static int64_t
next_try(unsigned tries)
{
    return zdm_monotonic_us() + (INT64_C(100000) << (tries < 4 ? tries : 4));
}

void
zdm_slice_postpone(struct zdm_worker *w)
{
    struct zdm_job *job = w->job;

    w->shy = true;
    zdm_job_lock(job);
    struct zdm_slice *s = &job->slices[w->slice];
    s->state = ZDM_SLICE_OPEN;
    s->due_us = next_try(s->tries++);
    zdm_job_unlock(job);
}

void
zdm_slice_add_part(struct zdm_job *job, int64_t slice, int64_t of, int64_t batches)
{
    size_t n = (size_t)slice + 1;

    zdm_job_lock(job);
    /* Those between are new parts of other workers, which say so in a moment. */
    if (n > job->n_slices)
        job->slices = zdm_grow(job->slices, n, sizeof *job->slices);
    while (job->n_slices < n)
        job->slices[job->n_slices++] =
            (struct zdm_slice){.state = ZDM_SLICE_OPEN, .part = true, .due_us = next_try(0)};
    job->slices[slice].origin = (struct zdm_origin){ZDM_DEFERRED, of, batches, job->sessions_lost};
    zdm_job_unlock(job);
}

bool
zdm_slice_waits(struct zdm_job *job)
{
    bool waits = false;

    zdm_job_lock(job);
    for (size_t i = 0; i < job->n_slices; i++)
        waits = waits || (job->slices[i].state == ZDM_SLICE_OPEN && !job->slices[i].part);
    zdm_job_unlock(job);
    return waits;
}
