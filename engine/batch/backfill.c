#include "batch/backfill.h"

#include <stdlib.h>
#include <string.h>

#include "base/failpoint.h"
#include "base/mem.h"
#include "base/signals.h"
#include "batch/loop.h"

/* A cursor that stands where we left it and still lets no batch pass. */
#define REFUSED_MOST 5

/* Keys of the next range: the controller's, or half of where trouble is known to lie. */
static int64_t
range_rows(const struct zdm_loop *l)
{
    int64_t half = l->suspect / 2;

    if (l->suspect == 0)
        return l->controller.rows;
    if (half < 1)
        half = 1;
    return half < l->controller.rows ? half : l->controller.rows;
}

/* A batch up to `upto` is committed. */
static void
advance(struct zdm_loop *l, const char *upto, int64_t rows, int64_t batches, double ms)
{
    int64_t updated = rows - l->rows;
    /* The last range holds an unknown number of keys, but at least those that were updated. */
    int64_t keys = l->ranges.whole ? l->ranges.rows : updated;
    bool clean = !l->unclean && l->suspect == 0 && l->ranges.whole;

    free(l->pos);
    l->pos = zdm_strdup(upto);
    l->rows = rows;
    l->batches = batches;
    l->batch_rows = keys;
    l->batch_ms = ms;
    l->unclean = false;
    if (clean)
        zdm_controller_feed(&l->controller, keys, ms);
    l->suspect = l->suspect > keys ? l->suspect - keys : 0;
    zdm_meter_walk(&l->meter, keys, zdm_monotonic_us());
    if (!l->ranges.whole)
        l->meter.total = l->meter.walked;
    zdm_loop_unstuck(l);
}

static int
refused(struct zdm_loop *l, struct zdm_err *err)
{
    if (++l->refused < REFUSED_MOST)
        return 0;
    zdm_fail(
        err, ZDM_ERR_MISMATCH, "the cursor of backfill \"%s\" lets no batch pass", l->spec->step);
    char *where = zdm_cursor_where(l->spec->plan, l->spec->step);
    zdm_err_hint(err,
        "it was left by another version of zdm, or changed by hand: look at zdm.cursor WHERE %s",
        where);
    free(where);
    return -1;
}

/* Sends the batch up to `upto` and sees to what comes of it. */
static int
run_batch(struct zdm_loop *l, const char *upto, struct zdm_err *err)
{
    bool applied = false, replied = true, look, moved = false;
    int64_t rows = 0, batches = 0, start = zdm_monotonic_us();

    ZDM_FAIL_HERE(BATCH_BEFORE);
    if (zdm_worker_batch(l, upto, &applied, &rows, &batches, err) < 0) {
        if (zdm_batch_again(l, upto, &look, err) < 0)
            return -1;
        replied = false;
        if (!look) {
            zdm_ranges_clear(&l->ranges); /* the same keys again, not those behind them */
            return 0;
        }
    }
    if (applied) {
        ZDM_FAIL_HERE(BATCH_AFTER);
        advance(l, upto, rows, batches, (double)(zdm_monotonic_us() - start) / 1000);
        return 0;
    }
    if (zdm_loop_look(l, upto, &moved, err) < 0)
        return -1;
    if (moved) {
        zdm_loop_unstuck(l);
        return 0;
    }
    zdm_ranges_clear(&l->ranges);
    return replied ? refused(l, err) : 0;
}

/* Batch after batch up to the bound. */
static int
walk(struct zdm_loop *l, struct zdm_err *err)
{
    for (;;) {
        const char *next;

        if (zdm_stop_requested())
            return zdm_loop_stopped(l, err);
        while (zdm_ranges_next(&l->ranges, l->control, &l->sql, range_rows(l), l->pos, l->bound,
                   &next, err) < 0)
            if (zdm_control_again(l, err) < 0)
                return err->code == ZDM_ERR_FAILED
                           ? zdm_err_wrap(err, "looking ahead along %s", l->target.relation)
                           : -1;
        if (!next)
            return 0;

        char *upto = zdm_strdup(next); /* trouble clears the ranges */
        int rc = run_batch(l, upto, err);
        free(upto);
        if (rc < 0)
            return -1;
        zdm_loop_tell(l, false);
        if (zdm_loop_hold(l, err) < 0)
            return -1;
        if (l->spec->pause_ms > 0 && zdm_sleep_ms(l->spec->pause_ms) < 0)
            return zdm_loop_stopped(l, err);
    }
}

int
zdm_backfill_run(struct zdm_conn *control, const struct zdm_backfill_spec *spec, int64_t epoch,
    const struct zdm_backfill_hooks *hooks, struct zdm_err *err)
{
    struct zdm_loop l = {.control = control, .spec = spec, .hooks = hooks, .epoch = epoch};
    bool done = false;
    int rc = zdm_loop_prepare(&l, err);

    while (rc == 0 && !done) {
        rc = walk(&l, err);
        if (rc == 0)
            rc = zdm_loop_finish(&l, &done, err);
    }
    if (rc == 0)
        zdm_loop_tell(&l, true);

    zdm_conn_close(l.worker);
    zdm_ranges_clear(&l.ranges);
    zdm_backfill_target_release(&l.target);
    zdm_batch_sql_release(&l.sql);
    free(l.pos);
    free(l.bound);
    free(l.waiting);
    return rc;
}
