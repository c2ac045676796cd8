#include "batch/loop.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define TELL_EVERY_US 250000
#define NOTE_EVERY_US 10000000

void
zdm_loop_progress(struct zdm_loop *l, struct zdm_backfill_progress *out)
{
    *out = (struct zdm_backfill_progress){
        .rows = l->rows,
        .batches = l->batches,
        .total = l->meter.total,
        .walked = l->meter.walked,
        .rows_per_s = l->meter.rows_per_s,
        .eta_ms = zdm_meter_eta_ms(&l->meter),
        .batch_rows = l->batch_rows,
        .batch_ms = l->batch_ms,
        .pos = l->pos,
        .bound = l->bound,
        .waiting = l->waiting,
    };
}

void
zdm_loop_tell(struct zdm_loop *l, bool now)
{
    struct zdm_backfill_progress progress;
    int64_t us = zdm_monotonic_us();

    if (!l->hooks->progress || (!now && l->told_us && us - l->told_us < TELL_EVERY_US))
        return;
    l->told_us = us;
    zdm_loop_progress(l, &progress);
    l->hooks->progress(l->hooks->self, &progress);
}

void
zdm_loop_note(struct zdm_loop *l, const char *level, const char *kind, const char *fmt, ...)
{
    va_list ap;

    if (!l->hooks->note)
        return;
    va_start(ap, fmt);
    char *message = zdm_vstrf(fmt, ap);
    va_end(ap);
    l->hooks->note(l->hooks->self, level, kind, message);
    free(message);
}

bool
zdm_loop_worth_a_note(struct zdm_loop *l)
{
    int64_t now = zdm_monotonic_us();

    if (l->noted_us && now - l->noted_us < NOTE_EVERY_US)
        return false;
    l->noted_us = now;
    return true;
}

void
zdm_loop_waits(struct zdm_loop *l, const char *why)
{
    if (l->waiting && why && strcmp(l->waiting, why) == 0)
        return;
    if (!l->waiting && !why)
        return;
    free(l->waiting);
    l->waiting = zdm_strdup(why);
    zdm_loop_tell(l, why != NULL);
}

int
zdm_loop_stopped(const struct zdm_loop *l, struct zdm_err *err)
{
    zdm_fail(err, ZDM_ERR_INTERRUPTED, "interrupted between two batches");
    return zdm_err_hint(
        err, "run plan \"%s\" again: the backfill goes on where it is", l->spec->plan);
}
