#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "batch/loop.h"

#define BATCH_LEAST 500 /* as the controller begins */

/* Keys of the next range or batch: the controller's, or half of where trouble is known to lie. */
static int64_t
range_rows(const struct zdm_worker *w)
{
    int64_t half = w->suspect / 2;

    if (w->suspect == 0)
        return w->controller.rows;
    if (half < 1)
        half = 1;
    return half < w->controller.rows ? half : w->controller.rows;
}

/* What the ranges that were just looked up tell about the key. */
static void
learn(struct zdm_worker *w, const char *last, double ms)
{
    const struct zdm_ranges *r = &w->ranges;
    size_t whole = r->count;

    if (whole > 0 && strcmp(r->upto[whole - 1], last) == 0)
        whole--;
    zdm_steps_looked(&w->steps, (int64_t)whole * r->rows, ms);
    /* Before the first of them there may be a gap. */
    if (whole > 1)
        zdm_steps_dense(&w->steps, r->upto[0], r->upto[whole - 1], (int64_t)(whole - 1) * r->rows);
}

static int
look_ahead(struct zdm_worker *w, int64_t rows, const char *after, const char *last,
    const char **next, struct zdm_err *err)
{
    bool ready = zdm_ranges_ready(&w->ranges, rows, after);
    int64_t start = zdm_monotonic_us();

    w->computed = false;
    while (zdm_ranges_next(&w->ranges, w->conn, w->sql, rows, after, last, next, err) < 0)
        if (zdm_worker_again(w, err) < 0)
            return err->code == ZDM_ERR_FAILED
                       ? zdm_err_wrap(err, "looking ahead along %s", w->target->relation)
                       : -1;
    if (*next && !ready && w->steps.by != ZDM_STEP_NONE)
        learn(w, last, (double)(zdm_monotonic_us() - start) / 1000);
    w->batch_keys = w->ranges.rows;
    w->known = w->ranges.whole;
    return 0;
}

static void
tell_steps(struct zdm_worker *w)
{
    zdm_job_lock(w->job);
    bool told = w->table->steps_told;
    w->table->steps_told = true;
    zdm_job_unlock(w->job);
    if (!told)
        zdm_job_note(w->job, "info", "note",
            "looking up where batches along %s of %s end takes %.0f %% of the time: from now on it "
            "is computed, and they are only about as large as they should be",
            w->target->key, w->target->relation, zdm_steps_share(&w->steps) * 100);
}

/* The end of a whole range, computed when looking it up is too dear; *upto owned. NULL: the slice is
 * through. */
static int
range_end(struct zdm_worker *w, char **upto, struct zdm_err *err)
{
    int64_t rows = range_rows(w);
    const char *next;

    /* Where there is trouble batches must hold what they should. */
    if (w->suspect == 0 && !w->part && !w->repair &&
        !zdm_ranges_ready(&w->ranges, rows, w->at.pos) &&
        (*upto = zdm_steps_end(&w->steps, w->at.pos, w->bound, rows))) {
        zdm_ranges_clear(&w->ranges);
        w->computed = true;
        w->batch_keys = rows;
        w->known = strcmp(*upto, w->bound) != 0;
        tell_steps(w);
        return 0;
    }
    if (look_ahead(w, rows, w->at.pos, w->bound, &next, err) < 0)
        return -1;
    *upto = zdm_strdup(next);
    return 0;
}

/* Where the cursor is when the batch up to `upto` is done. */
static void
plan_move(struct zdm_worker *w, const char *upto)
{
    struct zdm_spot *to = &w->to;

    zdm_spot_copy(&w->at, to);
    if (to->range_end && strcmp(upto, to->range_end) != 0) {
        free(to->stripe_pos);
        to->stripe_pos = zdm_strdup(upto);
        return;
    }
    free(to->stripe_pos);
    to->stripe_pos = NULL;
    if (to->range_end && to->stripe + 1 < to->stripes && !w->part) { /* it has but that one */
        to->stripe++;
        return;
    }
    free(to->pos);
    free(to->range_end);
    to->pos = zdm_strdup(upto);
    to->range_end = NULL;
    to->stripe = 0;
}

/* Cuts what lies behind the worker's place up to `last` at every `rows` keys: `most` times, or to its
 * end when that is less than twice as often. */
static int
cut_range(struct zdm_worker *w, int64_t rows, size_t most, const char *last, struct zdm_err *err)
{
    const char *after = w->at.pos, *next;

    zdm_cuts_clear(&w->cuts);
    while (w->cuts.count < most || zdm_ranges_left(&w->ranges, last) < most) {
        if (look_ahead(w, rows, after, last, &next, err) < 0)
            return -1;
        if (!next)
            break;
        zdm_cuts_add(&w->cuts, next, w->batch_keys, w->known);
        after = w->cuts.items[w->cuts.count - 1].upto;
    }
    return 0;
}

/* The batch ends with the next cut; or, with trouble in it, sooner. */
static int
next_of_range(struct zdm_worker *w, char **upto, struct zdm_err *err)
{
    const char *after = w->at.stripe_pos ? w->at.stripe_pos : w->at.pos, *next;

    if (w->suspect == 0) {
        /* Begun by an earlier run. */
        if (w->cuts.count == 0 && !w->at.stripe_pos &&
            cut_range(w, range_rows(w) * w->at.stripes, SIZE_MAX, w->at.range_end, err) < 0)
            return -1;
        const struct zdm_cut *cut = zdm_cuts_behind(&w->cuts, w->at.stripe_pos);
        if (cut) {
            w->batch_keys = cut->keys;
            w->known = cut->whole;
            *upto = zdm_strdup(cut->upto);
            return 0;
        }
    }
    /* Trouble may have left the stripe between two cuts. */
    int64_t rows = w->suspect == 0 ? range_rows(w) * w->at.stripes : range_rows(w);
    if (look_ahead(w, rows, after, w->at.range_end, &next, err) < 0)
        return -1;
    *upto = zdm_strdup(next);
    return 0;
}

/* A range of several stripes; range_end stays NULL when the slice is through. */
static int
begin_range(struct zdm_worker *w, int64_t stripes, size_t cuts, struct zdm_err *err)
{
    int64_t rows = range_rows(w), share = w->total / stripes / (int64_t)cuts;

    /* A short slice is one range with all its cuts. Its total is an estimate, of any quality. */
    if (rows > share && w->total >= 0)
        rows = share > BATCH_LEAST ? share : rows < BATCH_LEAST ? rows : BATCH_LEAST;
    if (cut_range(w, rows * stripes, cuts, w->bound, err) < 0)
        return -1;
    if (w->cuts.count == 0)
        return 0;
    w->at.range_end = zdm_strdup(w->cuts.items[w->cuts.count - 1].upto);
    w->at.stripes = stripes;
    return 0;
}

int
zdm_worker_next(struct zdm_worker *w, char **upto, struct zdm_err *err)
{
    size_t cuts = 1;
    int64_t stripes = 1;

    *upto = NULL;
    /* With trouble ahead one batch after the other, so that it is found soon. */
    if (!w->at.range_end && w->suspect == 0 && !w->part && !w->repair)
        stripes = zdm_worker_stripes(w, &cuts);
    if (stripes > 1) {
        if (begin_range(w, stripes, cuts, err) < 0)
            return -1;
        if (!w->at.range_end)
            return 0;
    }
    if (w->at.range_end) {
        if (next_of_range(w, upto, err) < 0)
            return -1;
    } else {
        if (range_end(w, upto, err) < 0)
            return -1;
        if (!*upto)
            return 0;
        w->at.stripes = 1;
    }
    plan_move(w, *upto);
    return 0;
}

/* Trouble that was looked for in that batch lies behind us. */
static void
passed(struct zdm_worker *w, int64_t stripes, bool stripe_ends, bool narrowed)
{
    w->suspect = w->suspect > w->batch_keys ? w->suspect - w->batch_keys : 0;
    /* What was looked up between the ends of the range says nothing about the next stripe. */
    if (narrowed && stripes > 1) {
        if (stripe_ends)
            w->suspect = 0;
        if (w->suspect == 0)
            zdm_ranges_clear(&w->ranges);
    }
    zdm_worker_unstuck(w);
}

static void
feed_range(struct zdm_worker *w, int64_t stripes)
{
    int64_t keys;
    double ms;

    if (zdm_cuts_average(&w->cuts, stripes, &keys, &ms))
        zdm_controller_feed(&w->controller, keys, ms);
}

static void
feed_whole(struct zdm_worker *w, int64_t keys, int64_t changed, double ms)
{
    enum zdm_backfill_action action = w->job->spec->action;
    bool all =
        !w->job->spec->where && (action == ZDM_BACKFILL_SET || action == ZDM_BACKFILL_DELETE);

    zdm_controller_feed(&w->controller, keys, ms);
    zdm_steps_worked(&w->steps, keys, ms);
    if (w->computed)
        zdm_steps_hit(&w->steps, keys, changed, all);
}

void
zdm_worker_advance(struct zdm_worker *w, int64_t rows, int64_t batches, int64_t wal, double ms)
{
    int64_t stripes = w->at.range_end ? w->at.stripes : 1;
    /* The last range holds an unknown number of keys, but at least those that were updated. */
    int64_t keys = w->known ? (w->batch_keys + stripes - 1) / stripes : rows - w->rows;
    bool ends = !w->to.range_end, stripe_ends = !w->to.stripe_pos, narrowed = w->suspect > 0;
    bool clean = !w->unclean && !narrowed && w->known && ms >= 0;
    struct zdm_cut *cut =
        w->at.range_end && clean ? zdm_cuts_behind(&w->cuts, w->at.stripe_pos) : NULL;

    /* The first stripe of a range costs most: it finds no room in the rows' pages. */
    if (cut && ms > cut->slowest_ms)
        cut->slowest_ms = ms;
    if (w->at.range_end && ends)
        feed_range(w, stripes);
    else if (!w->at.range_end && clean)
        feed_whole(w, keys, rows - w->rows, ms);
    zdm_worker_moved(w, &w->to, rows, batches, keys, ms);
    w->unclean = false;
    if (ms >= 0) {
        zdm_controller_wal(&w->controller, keys, wal > w->fetched ? wal : w->fetched);
        zdm_worker_wrote(w, wal);
    }
    w->deferred = w->bad = 0;
    passed(w, stripes, stripe_ends, narrowed);
}

static void
leave_behind(struct zdm_worker *w, int64_t rows, int64_t batches, int64_t keys)
{
    int64_t stripes = w->at.range_end ? w->at.stripes : 1;
    bool stripe_ends = !w->to.stripe_pos, narrowed = w->suspect > 0;

    zdm_worker_moved(w, &w->to, rows, batches, keys, -1);
    passed(w, stripes, stripe_ends, narrowed);
}

void
zdm_worker_pass(struct zdm_worker *w, int64_t rows, int64_t batches)
{
    w->reread.left_out = true;
    leave_behind(w, rows, batches, -1);
    w->deferred++;
}

void
zdm_worker_skip(struct zdm_worker *w, int64_t rows, int64_t batches)
{
    leave_behind(w, rows, batches, 1);
    w->deferred = 0;
    /* Bad rows come in clusters: where two stand together the next one is tried alone. */
    if (++w->bad > 1 && w->suspect < 2)
        w->suspect = 2;
}

void
zdm_worker_forget(struct zdm_worker *w)
{
    zdm_ranges_clear(&w->ranges);
    if (w->at.range_end && w->at.stripe == 0 && !w->at.stripe_pos && !w->part) { /* not begun */
        free(w->at.range_end);
        w->at.range_end = NULL;
        zdm_cuts_clear(&w->cuts);
    }
}

void
zdm_worker_narrow(struct zdm_worker *w)
{
    w->suspect = w->batch_keys;
    w->steps.look = true; /* there may be far more keys than was believed */
    zdm_worker_forget(w);
}
