#include <stdio.h>
#include <stdlib.h>

#include "base/embedded.h"
#include "base/text.h"
#include "batch/loop.h"

extern const struct zdm_embedded zdm_batch_sql[];

/* Another session's snapshot keeps what the sessions beside it were changing when it was taken: with
 * other workers, or transactions of the application, for about two batches. Measured with two and four
 * workers, and beside transactions of 20 ms: 60 % of the updates are HOT with one batch a stripe, 70
 * with two, 75 with three, as many as without anybody beside; indexes still grow by 3 %, with four not. */
#define CUTS 4

static void
set_stripes(struct zdm_job *job, struct zdm_table *table, int64_t stripes)
{
    zdm_job_lock(job);
    table->stripes = stripes;
    zdm_job_unlock(job);
}

int64_t
zdm_worker_stripes(struct zdm_worker *w, size_t *cuts)
{
    zdm_job_lock(w->job);
    int64_t stripes = w->table->stripes;
    zdm_job_unlock(w->job);
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
wanted(const struct zdm_job *job, const struct zdm_table *table)
{
    return table->target.stripe_by != ZDM_STRIPE_NONE && asked(job) > 1;
}

static void
tell_not_hot(struct zdm_job *job)
{
    const char *in_the_way = NULL;
    size_t others = 0;

    for (size_t i = job->by_leaf ? 1 : 0; i < job->n_tables && asked(job) > 1; i++) {
        const char *index = job->tables[i]->target.not_hot;
        others += in_the_way && index;
        if (!in_the_way)
            in_the_way = index;
    }
    if (in_the_way)
        zdm_job_note(job, "info", "note",
            "every updated row gets new entries in all indexes: %s holds a column that is set%s",
            in_the_way, others > 0 ? ", and so do those of other partitions" : "");
}

void
zdm_job_start_hot(struct zdm_job *job)
{
    tell_not_hot(job);
    for (size_t i = 0; i < job->n_tables; i++)
        set_stripes(job, job->tables[i], wanted(job, job->tables[i]) ? asked(job) : 1);
}

void
zdm_job_tune_hot(struct zdm_job *job)
{
    tell_not_hot(job);
    for (size_t i = 0; i < job->n_tables; i++) {
        struct zdm_table *table = job->tables[i];
        if (!wanted(job, table)) {
            zdm_hot_end_rest(&table->hot, zdm_monotonic_us());
            set_stripes(job, table, 1);
        } else if (table->stripes > 1) { /* which only this thread writes */
            set_stripes(job, table, asked(job));
        } else { /* there were none, or they rest: the next look tries them, when nothing is pinned */
            zdm_hot_retry(&table->hot);
        }
    }
}

static int
read_updates(struct zdm_job *job, const struct zdm_table *table, int64_t *updated, int64_t *hot,
    struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    char oid[24];

    snprintf(oid, sizeof oid, "%u", table->target.oid);
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

/* Ranges are done whole: why. */
static void
tell_off(struct zdm_job *job, const struct zdm_table *table, int64_t percent)
{
    const struct zdm_monitor_view *view = &job->hold.view;
    bool known = zdm_hot_culprit(view->horizon_ms);
    char duration[32];

    if (known)
        snprintf(job->pinned_by, sizeof job->pinned_by, "%s", view->horizon_who);
    if (!zdm_hot_first_rest(&table->hot))
        return; /* told before */
    if (view->horizon_ms >= ZDM_HOT_PINNED_MS)
        zdm_job_note(job, "info", "note",
            "no stripes for now: %s keeps dead rows from being removed, so their room cannot be "
            "used again",
            view->horizon_who);
    else
        zdm_job_note(job, "info", "note",
            "no stripes for now: only %lld %% of the updated rows%s%s stayed on their page%s%s%s%s",
            (long long)percent, job->by_leaf ? " of " : "",
            job->by_leaf ? table->target.relation : "", known ? "; " : "",
            known ? view->horizon_who : "", known ? " has kept dead rows for " : "",
            known ? zdm_show_duration(view->horizon_ms, duration) : "");
}

static int
watch(struct zdm_job *job, struct zdm_table *table, struct zdm_err *err)
{
    int64_t now = zdm_monotonic_us(), updated, hot, percent = 0;
    int64_t horizon_ms = job->hold.view.horizon_ms;

    if ((!wanted(job, table) && !table->target.scattered) ||
        !zdm_hot_due(&table->hot, now, horizon_ms))
        return 0;
    if (read_updates(job, table, &updated, &hot, err) < 0)
        return -1;
    switch (
        zdm_hot_judge(&table->hot, updated, hot, now, horizon_ms, wanted(job, table), &percent)) {
    case ZDM_HOT_STAY:
        break;
    case ZDM_HOT_ON:
        set_stripes(job, table, asked(job));
        break;
    case ZDM_HOT_OFF:
        set_stripes(job, table, 1);
        tell_off(job, table, percent);
        break;
    }
    return 0;
}

void
zdm_job_tell_hot(struct zdm_job *job)
{
    int64_t now = zdm_monotonic_us(), rested = 0;
    char duration[32];

    for (size_t i = 0; i < job->n_tables; i++)
        rested += zdm_hot_rested_us(&job->tables[i]->hot, now);
    if (rested > 0)
        zdm_job_note(job, "info", "note",
            "for %s ranges were done without stripes, since dead rows stayed on their pages%s%s",
            zdm_show_duration(rested / 1000, duration), *job->pinned_by ? ", kept by " : "",
            job->pinned_by);
}

int
zdm_job_watch_hot(struct zdm_job *job, struct zdm_err *err)
{
    struct zdm_table *tables[ZDM_WORKERS_MAX];
    size_t n = 0;

    zdm_job_lock(job);
    for (size_t i = 0; i < ZDM_WORKERS_MAX; i++)
        if (job->workers[i].running && job->workers[i].table &&
            !(job->by_leaf && job->workers[i].table == job->tables[0]))
            tables[n++] = job->workers[i].table;
    zdm_job_unlock(job);
    for (size_t i = 0; i < n; i++)
        if (watch(job, tables[i], err) < 0)
            return -1;

    int64_t updated = 0, hot = 0;
    for (size_t i = 0; i < job->n_tables; i++) {
        updated += job->tables[i]->hot.seen_updated;
        hot += job->tables[i]->hot.seen_hot;
    }
    job->hot_percent = updated > 0 ? (int)(hot * 100 / updated) : -1;
    return 0;
}
