#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "batch/loop.h"

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

static int
look_ahead(struct zdm_worker *w, int64_t rows, const char *after, const char *last,
    const char **next, struct zdm_err *err)
{
    while (zdm_ranges_next(&w->ranges, w->conn, w->sql, rows, after, last, next, err) < 0)
        if (zdm_worker_again(w, err) < 0)
            return err->code == ZDM_ERR_FAILED
                       ? zdm_err_wrap(err, "looking ahead along %s", w->target->relation)
                       : -1;
    w->batch_keys = w->ranges.rows;
    w->known = w->ranges.whole;
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

/* The batch ends where the range does; or, with trouble in it, sooner. */
static int
next_of_range(struct zdm_worker *w, char **upto, struct zdm_err *err)
{
    const char *after = w->at.stripe_pos ? w->at.stripe_pos : w->at.pos, *next;

    if (w->suspect == 0) {
        w->batch_keys = w->range_keys;
        w->known = w->range_keys > 0;
        if (!w->known) /* begun by an earlier run: a guess for the case of trouble */
            w->batch_keys = w->controller.rows * w->at.stripes + 1;
        *upto = zdm_strdup(w->at.range_end);
        return 0;
    }
    if (look_ahead(w, range_rows(w), after, w->at.range_end, &next, err) < 0)
        return -1;
    *upto = zdm_strdup(next);
    return 0;
}

int
zdm_worker_next(struct zdm_worker *w, char **upto, struct zdm_err *err)
{
    const char *next;

    *upto = NULL;
    if (w->at.range_end) {
        if (next_of_range(w, upto, err) < 0)
            return -1;
        plan_move(w, *upto);
        return 0;
    }
    /* With trouble ahead one batch after the other, so that it is found soon. */
    int64_t stripes = w->suspect == 0 && !w->part ? zdm_job_stripes(w->job) : 1;
    if (look_ahead(w, range_rows(w) * stripes, w->at.pos, w->bound, &next, err) < 0)
        return -1;
    if (!next)
        return 0;
    *upto = zdm_strdup(next);
    w->at.stripes = stripes;
    if (stripes > 1) {
        w->at.range_end = zdm_strdup(next);
        w->range_keys = w->known ? w->ranges.rows : 0;
        w->slowest_ms = 0;
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

void
zdm_worker_advance(struct zdm_worker *w, int64_t rows, int64_t batches, int64_t wal, double ms)
{
    int64_t stripes = w->at.range_end ? w->at.stripes : 1;
    /* The last range holds an unknown number of keys, but at least those that were updated. */
    int64_t keys = w->known ? (w->batch_keys + stripes - 1) / stripes : rows - w->rows;
    bool ends = !w->to.range_end, stripe_ends = !w->to.stripe_pos, narrowed = w->suspect > 0;
    bool clean = !w->unclean && !narrowed && w->known && ms >= 0;

    zdm_worker_moved(w, &w->to, rows, batches, keys, ms);
    w->unclean = false;
    if (ms > w->slowest_ms || stripes == 1)
        w->slowest_ms = ms;
    /* The first stripe of a range costs most: it finds no room in the rows' pages. */
    if (clean && ends)
        zdm_controller_feed(&w->controller, keys, w->slowest_ms);
    if (ms >= 0) {
        zdm_controller_wal(&w->controller, keys, wal);
        zdm_worker_wrote(w, wal);
    }
    w->deferred = 0;
    passed(w, stripes, stripe_ends, narrowed);
}

void
zdm_worker_pass(struct zdm_worker *w, int64_t rows, int64_t batches)
{
    int64_t stripes = w->at.range_end ? w->at.stripes : 1;
    bool stripe_ends = !w->to.stripe_pos, narrowed = w->suspect > 0;

    zdm_worker_moved(w, &w->to, rows, batches, -1, 0);
    w->deferred++;
    passed(w, stripes, stripe_ends, narrowed);
}

void
zdm_worker_forget(struct zdm_worker *w)
{
    zdm_ranges_clear(&w->ranges);
    if (w->at.range_end && w->at.stripe == 0 && !w->at.stripe_pos && !w->part) { /* not begun */
        free(w->at.range_end);
        w->at.range_end = NULL;
    }
}

void
zdm_worker_narrow(struct zdm_worker *w)
{
    w->suspect = w->batch_keys;
    zdm_worker_forget(w);
}
