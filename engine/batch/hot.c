#include <stdlib.h>

#include "base/embedded.h"
#include "batch/loop.h"

extern const struct zdm_embedded zdm_batch_sql[];

#define LOOK_EVERY_US 1000000
#define JUDGE_UPDATES 20000 /* several ranges: their first stripes are never HOT */
#define HOT_LEAST     0.30  /* below, stripes cost more than they save */
/* An ANALYZE of seconds pins the horizon too: soon again, then less and less often. A second without
 * HOT is all that a try costs. */
#define TRY_AGAIN_US      5000000
#define TRY_AGAIN_MOST_US 60000000
#define PINNED_MS         60000
/* Another session's snapshot keeps what the sessions beside it were changing when it was taken: with
 * other workers, or transactions of the application, for about two batches. Measured with two and four
 * workers, and beside transactions of 20 ms: 60 % of the updates are HOT with one batch a stripe, 70
 * with two, 75 with three, as many as without anybody beside; indexes still grow by 3 %, with four not. */
#define CUTS 4

static void
set_stripes(struct zdm_job *job, int64_t stripes)
{
    zdm_job_lock(job);
    job->stripes = stripes;
    zdm_job_unlock(job);
}

int64_t
zdm_job_stripes(struct zdm_job *job, size_t *cuts)
{
    zdm_job_lock(job);
    int64_t stripes = job->stripes;
    zdm_job_unlock(job);
    *cuts = CUTS;
    return stripes;
}

/* What the plan says, or whoever tuned it. */
static int64_t
asked(const struct zdm_job *job)
{
    return job->knobs[ZDM_KNOB_STRIPES];
}

static bool
wanted(const struct zdm_job *job)
{
    return zdm_job_target(job)->stripe_by != ZDM_STRIPE_NONE && asked(job) > 1;
}

static void
tell_not_hot(struct zdm_job *job)
{
    if (zdm_job_target(job)->not_hot && asked(job) > 1)
        zdm_job_note(job, "info", "note",
            "every updated row gets new entries in all indexes: %s holds a column that is set",
            zdm_job_target(job)->not_hot);
}

void
zdm_job_start_hot(struct zdm_job *job)
{
    tell_not_hot(job);
    set_stripes(job, wanted(job) ? asked(job) : 1);
}

void
zdm_job_tune_hot(struct zdm_job *job)
{
    tell_not_hot(job);
    if (!wanted(job)) {
        set_stripes(job, 1);
    } else if (job->stripes > 1) { /* which only this thread writes */
        set_stripes(job, asked(job));
    } else { /* there were none, or they rest: the next look tries them, when nothing is pinned */
        job->hot.again_us = 1;
        job->hot.rest_us = 0;
    }
}

static int
read_updates(struct zdm_job *job, int64_t *updated, int64_t *hot, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    char oid[24];

    snprintf(oid, sizeof oid, "%u", zdm_job_target(job)->oid);
    while (ZDM_QUERY(job->control, zdm_embedded_text(zdm_batch_sql, "sql/hot_updates.sql"), &r, err,
               oid) < 0)
        if (zdm_control_again(job, err) < 0)
            return -1;
    job->stuck.since_us = 0;
    *updated = zdm_result_i64(r, 0, 0);
    *hot = zdm_result_i64(r, 0, 1);
    zdm_result_free(r);
    return 0;
}

static void
turn_off(struct zdm_job *job, int64_t percent)
{
    const struct zdm_monitor_view *view = &job->hold.view;

    set_stripes(job, 1);
    job->hot.rest_us = job->hot.rest_us ? 2 * job->hot.rest_us : TRY_AGAIN_US;
    if (job->hot.rest_us > TRY_AGAIN_MOST_US)
        job->hot.rest_us = TRY_AGAIN_MOST_US;
    job->hot.again_us = zdm_monotonic_us() + job->hot.rest_us;
    if (job->hot.rest_us > TRY_AGAIN_US)
        return; /* told before */
    if (view->horizon_ms >= PINNED_MS)
        zdm_job_note(job, "info", "note",
            "no stripes for now: %s keeps dead rows from being removed, so their room cannot be "
            "used again",
            view->horizon_who);
    else
        zdm_job_note(job, "info", "note",
            "no stripes for now: only %lld %% of the updated rows stayed on their page",
            (long long)percent);
}

int
zdm_job_watch_hot(struct zdm_job *job, struct zdm_err *err)
{
    struct zdm_hot *h = &job->hot;
    bool pinned = job->hold.view.horizon_ms >= PINNED_MS;
    int64_t now = zdm_monotonic_us(), updated, hot;

    if (!wanted(job) || (h->looked_us && now - h->looked_us < LOOK_EVERY_US))
        return 0;
    bool first = h->looked_us == 0;
    h->looked_us = now;
    if (h->again_us && (now < h->again_us || pinned))
        return 0;
    if (read_updates(job, &updated, &hot, err) < 0)
        return -1;
    if (first || updated < h->updated) {
        h->first_updated = updated;
        h->first_hot = hot;
    }
    int64_t since = updated - h->first_updated;
    h->percent = since > 0 ? (int)((hot - h->first_hot) * 100 / since) : -1;
    if (first || h->again_us || updated < h->updated) { /* or the statistics were reset */
        set_stripes(job, asked(job));
        h->again_us = 0;
    } else if (pinned || updated - h->updated >= JUDGE_UPDATES) {
        int64_t of = updated - h->updated, percent = of > 0 ? (hot - h->hot) * 100 / of : 0;
        if (pinned || percent < (int64_t)(HOT_LEAST * 100))
            turn_off(job, percent);
        else
            h->rest_us = 0;
    } else {
        return 0;
    }
    h->updated = updated;
    h->hot = hot;
    return 0;
}
