#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "batch/loop.h"

#define LOOK_EVERY_US 1000000
#define NAP_MS        250 /* how often a hold is looked at, and told of */
#define TICK_MS       50  /* how often the rate of WAL is looked at */

/* What the monitor fails for is the author's query. */
static int
blame(struct zdm_job *job, struct zdm_err *err)
{
    job->fault =
        (struct zdm_backfill_fault){.set_index = ZDM_FAULT_THROTTLE, .position = err->position};
    return zdm_err_wrap(err, "throttle");
}

static int
start_monitor(struct zdm_job *job, struct zdm_err *err)
{
    struct zdm_hold *h = &job->hold;
    const struct zdm_limits *limits = &h->limits;
    bool signals = limits->lag_ms || limits->lag_bytes || limits->slot_bytes ||
                   limits->archive_segments || limits->blocked_ms || limits->canary_times ||
                   limits->dead_percent || limits->checkpoints_a_minute || limits->load ||
                   limits->sql || limits->url || limits->file || limits->vacuum;

    if (signals) {
        char *application = zdm_batch_application(job->spec, "monitor");
        char *ours = zdm_batch_application(job->spec, "");
        struct zdm_monitor_options options = {
            .conninfo = zdm_conn_conninfo(job->control),
            .application = application,
            .ours = ours,
            .table = zdm_job_target(job)->oid,
            .commit_ms = (double)job->spec->target_ms,
            .limits = limits,
        };
        int rc = zdm_monitor_start(&options, &h->monitor, err);
        free(application);
        free(ours);
        if (rc < 0)
            return err->code == ZDM_ERR_FAILED ? blame(job, err) : -1;
        zdm_monitor_look(h->monitor, &h->view);
    }
    return 0;
}

int
zdm_hold_start(struct zdm_job *job, struct zdm_err *err)
{
    struct zdm_hold *h = &job->hold;

    h->limits = job->spec->limits;
    if (start_monitor(job, err) < 0)
        return -1;
    zdm_throttle_init(&h->throttle, h->limits.wal_rate, h->view.carried, zdm_monotonic_us());
    zdm_crew_init(&h->throttle.crew, job->knobs[ZDM_KNOB_WORKERS]);
    return 0;
}

int
zdm_hold_set_lag(struct zdm_job *job, int64_t lag_ms, struct zdm_err *err)
{
    if (job->hold.monitor) {
        zdm_monitor_set_lag(job->hold.monitor, lag_ms);
        return 0;
    }
    job->hold.limits.lag_ms = lag_ms;
    return start_monitor(job, err);
}

void
zdm_hold_stop(struct zdm_job *job)
{
    zdm_monitor_stop(job->hold.monitor);
    zdm_monitor_view_release(&job->hold.view);
    free(job->hold.vacuums);
    job->hold.vacuums = NULL;
    job->hold.n_vacuums = 0;
    job->hold.monitor = NULL;
}

/* The author's function is called from here: it runs in the script host, which has one thread. */
static int
ask(struct zdm_job *job, struct zdm_err *err)
{
    struct zdm_signal *s = &job->hold.check;
    char *reason = NULL;

    *s = (struct zdm_signal){.on = true, .limit = 1, .every_us = LOOK_EVERY_US};
    if (job->hooks->check(job->hooks->self, &reason, err) < 0)
        return -1;
    zdm_signal_set(s, reason ? 1 : 0, NULL, zdm_monotonic_us());
    if (reason)
        zdm_signal_words(s, "%s", reason);
    free(reason);
    return 0;
}

/* Each line that the monitor has to tell, once. */
static void
tell_news(struct zdm_job *job)
{
    char *rest = job->hold.view.news, *line;

    while (rest && (line = strsep(&rest, "\n")) != NULL)
        if (*line)
            zdm_job_note(job, "warning", "note", "%s", line);
}

/* The plan's session has little to do while batches run or are held up, for hours maybe: it would
 * find out only at the end that it is lost, and its lock with it. (Asking what people want does it
 * too.) */
static int
still_there(struct zdm_job *job, struct zdm_err *err)
{
    while (zdm_conn_exec(job->control, "SELECT 1", NULL, err) < 0)
        if (zdm_control_again(job, err) < 0)
            return -1;
    job->stuck.since_us = 0;
    return 0;
}

/* Workers beyond what may run leave behind their batch, and new ones are started when more may. */
static void
set_crew(struct zdm_job *job, int64_t before, int64_t now_us)
{
    const struct zdm_crew *c = &job->hold.throttle.crew;

    if (c->may == before)
        return;
    zdm_job_lock(job);
    job->wanted = (size_t)c->may;
    job->tell_soon = true;
    zdm_job_unlock(job);
    if (c->may < before) {
        char *why = zdm_throttle_strain(&job->hold.throttle, now_us);
        zdm_job_note(job, "info", "throttle", "%lld of %lld workers go on: %s", (long long)c->may,
            (long long)c->most, why);
        free(why);
    } else if (c->may == c->most) {
        zdm_job_note(job, "info", "throttle", "all %lld workers go on again", (long long)c->most);
    }
}

static int
sample(struct zdm_job *job, struct zdm_err *err)
{
    struct zdm_hold *h = &job->hold;
    int64_t now = zdm_monotonic_us();

    if (h->sampled_us && now - h->sampled_us < LOOK_EVERY_US)
        return 0;
    if (!job->hooks->steer && still_there(job, err) < 0)
        return -1;
    if (h->monitor) {
        zdm_monitor_view_release(&h->view);
        zdm_monitor_look(h->monitor, &h->view);
        tell_news(job);
    }
    if (job->spec->limits.check) {
        if (ask(job, err) < 0)
            return -1;
        h->view.signals[ZDM_SIGNAL_CHECK] = h->check;
    }
    now = zdm_monotonic_us();
    h->sampled_us = now;
    int64_t crew = h->throttle.crew.may;
    if (!zdm_throttle_sample(&h->throttle, h->view.signals, now))
        h->told_long = false;
    set_crew(job, crew, now);
    return 0;
}

/* Somebody should look when it holds for hours; nothing is overridden. */
static void
tell_long(struct zdm_job *job, const char *reason)
{
    struct zdm_hold *h = &job->hold;
    int64_t patience_us = job->spec->limits.patience_ms * 1000;
    char duration[32];

    if (!h->throttle.holding || h->told_long || patience_us == 0 ||
        zdm_monotonic_us() - h->throttle.held_us < patience_us)
        return;
    h->told_long = true;
    zdm_job_note(job, "warning", "throttle",
        "held for %s now, and it goes on holding until this is over: %s",
        zdm_show_duration(patience_us / 1000, duration), reason);
}

/* The workers stop between two batches, or go on. Takes reason. */
static void
set_holding(struct zdm_job *job, char *reason)
{
    const struct zdm_throttle *t = &job->hold.throttle;

    zdm_job_lock(job);
    if (!reason != !job->holding)
        job->tell_soon = true;
    free(job->holding);
    job->holding = reason;
    job->in_the_way = t->holding && t->cause == ZDM_SIGNAL_BLOCKED;
    if (!reason)
        pthread_cond_broadcast(&job->go_on);
    zdm_job_unlock(job);
}

/* What was written and what was lost since the last time. */
static void
settle(struct zdm_job *job)
{
    struct zdm_hold *h = &job->hold;
    int64_t now = zdm_monotonic_us();

    zdm_job_lock(job);
    int64_t wal = job->wal;
    job->wal = 0;
    zdm_job_unlock(job);
    if (wal > 0)
        zdm_rate_spend(&h->throttle.rate, wal, now);
    if (h->lost_us && h->paused)
        h->throttle.paused_us += now - h->lost_us;
    else if (h->lost_us)
        zdm_throttle_lost(&h->throttle, now - h->lost_us);
    h->lost_us = 0;
}

/* The workers rest meanwhile: with them it would have more to do at its end than at its beginning. */
static int
vacuum(struct zdm_job *job, struct zdm_err *err)
{
    const struct zdm_throttle *t = &job->hold.throttle;
    struct zdm_vacuum *v;

    /* A sweep reads: what is dead by then can wait for autovacuum, unless it is held up by it. */
    if ((t->holding && t->cause != ZDM_SIGNAL_DEAD) || (job->sweep.on && !t->holding) ||
        job->paused || !job->spec->limits.vacuum || (v = zdm_job_vacuum_due(job)) == NULL)
        return 0;
    const struct zdm_table *table = job->by_leaf ? zdm_job_leaf(job, v->table) : NULL;
    set_holding(job,
        zdm_strf("VACUUM of %s", table ? table->target.relation : zdm_job_target(job)->relation));
    zdm_job_tell(job, true);
    return zdm_job_vacuum(job, v, err);
}

int
zdm_job_hold(struct zdm_job *job, int64_t *again_ms, struct zdm_err *err)
{
    struct zdm_hold *h = &job->hold;
    char *reason = NULL;

    settle(job);
    if (sample(job, err) < 0)
        return -1;
    if (vacuum(job, err) < 0)
        return -1;
    int64_t now = zdm_monotonic_us();
    int64_t rest = h->throttle.holding ? NAP_MS : zdm_rate_rest_ms(&h->throttle.rate, now);
    h->paused = job->paused != NULL;
    if (job->paused) {
        reason = zdm_strdup(job->paused);
        h->lost_us = now;
        *again_ms = NAP_MS;
    } else if (rest > 0) {
        reason = zdm_throttle_reason(&h->throttle, h->view.trouble, now);
        if (h->throttle.holding && zdm_stuck_worth_a_note(&job->stuck))
            zdm_job_note(job, "info", "throttle", "holding: %s", reason);
        tell_long(job, reason);
        h->lost_us = now;
        *again_ms = rest < NAP_MS ? rest : NAP_MS;
    } else {
        *again_ms = TICK_MS;
    }
    set_holding(job, reason);
    return 0;
}

void
zdm_hold_tell_shares(struct zdm_job *job)
{
    char *shares = zdm_throttle_shares(&job->hold.throttle, zdm_monotonic_us());

    if (shares)
        zdm_job_note(job, "info", "throttle", "%s", shares);
    free(shares);
}
