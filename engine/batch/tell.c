#include "batch/loop.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define TELL_EVERY_US 250000
#define NOTE_EVERY_US 10000000

/* What the job waits for: a signal, or one of its sessions. Under the lock; owned. */
static char *
waiting(const struct zdm_job *job)
{
    const char *why = job->holding ? job->holding : job->stuck.waiting;

    for (size_t i = 0; i < ZDM_WORKERS_MAX && !why; i++)
        why = job->workers[i].stuck.waiting;
    return zdm_strdup(why);
}

const char *
zdm_stage_name(enum zdm_stage stage)
{
    static const char *const names[] = {"walking", "sweeping", "finishing", "done"};
    return names[stage];
}

void
zdm_job_stage(struct zdm_job *job, enum zdm_stage stage)
{
    zdm_job_lock(job);
    job->tell_soon = job->tell_soon || job->stage != stage;
    job->stage = stage;
    zdm_job_unlock(job);
}

/* Of this run: how long it is, what held it up, and how long the rest would take without that. Under
 * the lock. */
static void
add_times(struct zdm_job *job, struct zdm_backfill_progress *out)
{
    const struct zdm_throttle *t = &job->hold.throttle;
    const char *causes[ZDM_SIGNALS + 2];
    int64_t us[ZDM_SIGNALS + 2], busy_us = zdm_monotonic_us() - t->began_us;

    _Static_assert(ZDM_HELD_MOST >= ZDM_SIGNALS + 2, "room for every cause");
    if (t->began_us == 0)
        return;
    out->run_ms = busy_us / 1000;
    out->n_held = zdm_throttle_losses(t, causes, us);
    for (size_t i = 0; i < out->n_held; i++) {
        out->held[i] = (struct zdm_held_time){causes[i], us[i] / 1000};
        busy_us -= us[i];
    }
    out->eta_free_ms = zdm_meter_eta_free_ms(&job->meter, busy_us);
}

static void
tell_progress(struct zdm_job *job)
{
    zdm_job_lock(job);
    char *pos = zdm_strdup(job->pos), *bound = zdm_strdup(job->bound), *why = waiting(job);
    struct zdm_backfill_progress progress = {
        .stage = job->stage,
        .rows = job->rows,
        .batches = job->batches,
        .total = job->meter.total,
        .walked = job->meter.walked,
        .rows_per_s = job->meter.rows_per_s,
        .eta_ms = zdm_meter_eta_ms(&job->meter),
        .eta_free_ms = -1,
        .wal_per_s = job->hold.throttle.rate.used,
        .wal = job->wal_of_run,
        .hot_percent = job->hot_percent,
        .batch_rows = job->batch_rows,
        .batch_ms = job->batch_ms,
        .quarantined = job->quarantined,
        .pos = pos,
        .bound = bound,
        .waiting = why,
        .paused = job->paused != NULL,
        .workers = (int64_t)job->running,
        .target_ms = job->knobs[ZDM_KNOB_TARGET],
        .stripes = 1,
    };
    for (size_t i = 0; i < ZDM_WORKERS_MAX; i++)
        if (job->workers[i].running && job->workers[i].table &&
            job->workers[i].table->stripes > progress.stripes)
            progress.stripes = job->workers[i].table->stripes;
    for (size_t i = 0; i < job->n_slices; i++)
        progress.deferred += job->slices[i].part && job->slices[i].state != ZDM_SLICE_THROUGH;
    add_times(job, &progress);
    zdm_job_unlock(job);
    job->hooks->progress(job->hooks->self, &progress);
    free(pos);
    free(bound);
    free(why);
}

/* Hands on what workers had to say, in their order. */
static void
tell_notes(struct zdm_job *job)
{
    zdm_job_lock(job);
    struct zdm_note *notes = job->notes;
    size_t n = job->n_notes;
    job->notes = NULL;
    job->n_notes = 0;
    zdm_job_unlock(job);

    for (size_t i = 0; i < n; i++) {
        if (job->hooks->note)
            job->hooks->note(job->hooks->self, notes[i].level, notes[i].kind, notes[i].message);
        free(notes[i].level);
        free(notes[i].kind);
        free(notes[i].message);
    }
    free(notes);
}

void
zdm_job_tell(struct zdm_job *job, bool now)
{
    int64_t us = zdm_monotonic_us();

    if (!zdm_job_on_main(job))
        return;
    tell_notes(job);
    zdm_job_lock(job);
    now = now || job->tell_soon || job->told_us == 0 || us - job->told_us >= TELL_EVERY_US;
    job->tell_soon = false;
    zdm_job_unlock(job);
    if (!now || !job->hooks->progress)
        return;
    job->told_us = us;
    tell_progress(job);
}

void
zdm_job_note(struct zdm_job *job, const char *level, const char *kind, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    char *message = zdm_vstrf(fmt, ap);
    va_end(ap);

    zdm_job_lock(job);
    job->notes = zdm_grow(job->notes, job->n_notes + 1, sizeof *job->notes);
    job->notes[job->n_notes++] =
        (struct zdm_note){.level = zdm_strdup(level), .kind = zdm_strdup(kind), .message = message};
    zdm_job_unlock(job);
    if (zdm_job_on_main(job))
        tell_notes(job);
    else
        zdm_job_wake(job);
}

bool
zdm_stuck_worth_a_note(struct zdm_stuck *stuck)
{
    int64_t now = zdm_monotonic_us();

    if (stuck->noted_us && now - stuck->noted_us < NOTE_EVERY_US)
        return false;
    stuck->noted_us = now;
    return true;
}

void
zdm_job_waits(struct zdm_job *job, struct zdm_stuck *stuck, const char *why)
{
    bool news = false;

    zdm_job_lock(job);
    if (!why || !stuck->waiting || strcmp(stuck->waiting, why) != 0) {
        free(stuck->waiting);
        stuck->waiting = zdm_strdup(why);
        news = why != NULL;
        job->tell_soon = job->tell_soon || news;
    }
    zdm_job_unlock(job);
    if (!news)
        return;
    if (zdm_job_on_main(job))
        zdm_job_tell(job, true);
    else
        zdm_job_wake(job);
}

int
zdm_job_stopped(const struct zdm_job *job, struct zdm_err *err)
{
    zdm_fail(err, ZDM_ERR_INTERRUPTED, "interrupted between two batches");
    return zdm_err_hint(
        err, "run plan \"%s\" again: the backfill goes on where it is", job->spec->plan);
}
