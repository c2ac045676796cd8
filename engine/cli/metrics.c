#include "cli/metrics.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

#define WRITE_EVERY_US 1000000

void
zdm_metrics_init(struct zdm_metrics *m, const char *path, const struct zdm_plan *plan)
{
    *m = (struct zdm_metrics){
        .path = path, .plan = plan, .live = true, .exit_code = -1, .started_ms = zdm_now_ms()};
}

void
zdm_metrics_release(struct zdm_metrics *m)
{
    free(m->step);
    m->step = NULL;
}

static void
add_label(struct zdm_buf *out, const char *name, const char *value)
{
    zdm_buf_addf(out, "%s=\"", name);
    for (; *value; value++) {
        if (*value == '\n')
            zdm_buf_add(out, "\\n");
        else if (*value == '"' || *value == '\\')
            zdm_buf_addf(out, "\\%c", *value);
        else
            zdm_buf_addc(out, *value);
    }
    zdm_buf_addc(out, '"');
}

static void
head(struct zdm_buf *out, const char *name, const char *type, const char *help)
{
    zdm_buf_addf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* One sample of a metric; with the step when it is of one, and with one label more. */
static void
sample(const struct zdm_metrics *m, struct zdm_buf *out, const char *name, bool step,
    const char *label, const char *value, double number)
{
    zdm_buf_addf(out, "%s{", name);
    add_label(out, "plan", m->plan->name);
    if (step) {
        zdm_buf_addc(out, ',');
        add_label(out, "step", m->step);
    }
    if (label) {
        zdm_buf_addc(out, ',');
        add_label(out, label, value);
    }
    zdm_buf_addf(out, "} %.15g\n", number);
}

static void
metric(const struct zdm_metrics *m, struct zdm_buf *out, const char *name, const char *type,
    const char *help, bool step, double number)
{
    head(out, name, type, help);
    sample(m, out, name, step, NULL, NULL, number);
}

static void
render_backfill(const struct zdm_metrics *m, struct zdm_buf *out)
{
    const struct zdm_backfill_progress *p = &m->progress;

    metric(m, out, "zdm_backfill_rows_total", "counter", "Rows changed, over all runs.", true,
        (double)p->rows);
    metric(m, out, "zdm_backfill_batches_total", "counter", "Batches committed, over all runs.",
        true, (double)p->batches);
    metric(m, out, "zdm_backfill_walked_keys", "gauge", "Keys walked, over all runs.", true,
        (double)p->walked);
    if (p->total >= 0)
        metric(m, out, "zdm_backfill_estimated_keys", "gauge", "Keys there are to walk, estimated.",
            true, (double)p->total);
    metric(m, out, "zdm_backfill_keys_per_second", "gauge", "Keys walked a second, over 10 s.",
        true, p->rows_per_s);
    metric(m, out, "zdm_backfill_wal_bytes_per_second", "gauge",
        "WAL that the server wrote a second during batches.", true, p->wal_per_s);
    if (p->hot_percent >= 0)
        metric(m, out, "zdm_backfill_hot_ratio", "gauge",
            "Updates of the table that stayed on their page, of all in this run.", true,
            (double)p->hot_percent / 100);
    if (p->eta_ms >= 0)
        metric(m, out, "zdm_backfill_eta_seconds", "gauge", "What is left, at this pace.", true,
            (double)p->eta_ms / 1000);
    if (p->eta_free_ms >= 0)
        metric(m, out, "zdm_backfill_eta_free_seconds", "gauge",
            "What is left, if nothing held it up.", true, (double)p->eta_free_ms / 1000);
    metric(m, out, "zdm_backfill_deferred_ranges", "gauge", "Locked ranges left for later.", true,
        (double)p->deferred);
    metric(m, out, "zdm_backfill_quarantined_rows", "gauge",
        "Rows left behind because of their data.", true, (double)p->quarantined);
    metric(m, out, "zdm_backfill_batch_rows", "gauge", "Size of the last batch.", true,
        (double)p->batch_rows);
    metric(m, out, "zdm_backfill_batch_seconds", "gauge", "Duration of the last batch.", true,
        p->batch_ms / 1000);
    metric(m, out, "zdm_backfill_target_seconds", "gauge", "Duration of a batch aimed at.", true,
        (double)p->target_ms / 1000);
    metric(m, out, "zdm_backfill_workers", "gauge", "Workers that run.", true, (double)p->workers);
    metric(m, out, "zdm_backfill_stripes", "gauge",
        "Interleaved batches of a range; 1 while they do not help.", true, (double)p->stripes);
    head(out, "zdm_backfill_stage", "gauge", "1 for the stage that it is in.");
    for (int i = ZDM_STAGE_WALKING; i <= ZDM_STAGE_DONE; i++)
        sample(m, out, "zdm_backfill_stage", true, "stage", zdm_stage_name((enum zdm_stage)i),
            p->stage == (enum zdm_stage)i);
    if (p->n_held == 0)
        return;
    head(out, "zdm_backfill_held_seconds_total", "counter", "Time held up in this run, by cause.");
    for (size_t i = 0; i < p->n_held; i++)
        sample(m, out, "zdm_backfill_held_seconds_total", true, "cause", p->held[i].cause,
            (double)p->held[i].ms / 1000);
}

void
zdm_metrics_render(const struct zdm_metrics *m, int64_t now_ms, struct zdm_buf *out)
{
    metric(m, out, "zdm_run_up", "gauge", "1 while the run goes on, 0 when it has ended.", false,
        m->live);
    metric(m, out, "zdm_run_updated_timestamp_seconds", "gauge", "When this file was written.",
        false, (double)now_ms / 1000);
    metric(m, out, "zdm_run_started_timestamp_seconds", "gauge", "When the run was started.", false,
        (double)m->started_ms / 1000);
    if (!m->live)
        metric(m, out, "zdm_run_exit_code", "gauge", "How the run ended: the exit code of zdm run.",
            false, m->exit_code);
    metric(m, out, "zdm_run_paused", "gauge", "1 while somebody has paused the plan.", false,
        m->paused);
    metric(
        m, out, "zdm_plan_steps", "gauge", "Steps of the plan.", false, (double)m->plan->n_steps);
    metric(
        m, out, "zdm_plan_steps_done", "gauge", "Steps that are done.", false, (double)m->n_done);
    metric(m, out, "zdm_run_lock_waits_total", "counter", "Times that a lock was waited for.",
        false, (double)m->lock_waits);
    metric(m, out, "zdm_run_retries_total", "counter", "Statements that were tried again.", false,
        (double)m->retries);
    metric(m, out, "zdm_run_reconnects_total", "counter", "Sessions that were lost.", false,
        (double)m->reconnects);
    if (m->step)
        metric(m, out, "zdm_step_running", "gauge", "1 for the step that runs.", true, 1);
    if (m->step && m->backfill)
        render_backfill(m, out);
}

static int
write_whole(const char *path, const struct zdm_buf *text)
{
    FILE *file = fopen(path, "we");

    if (!file)
        return -1;
    size_t n = fwrite(text->s, 1, text->len, file);
    int rc = fclose(file);
    return n == text->len && rc == 0 && chmod(path, 0644) == 0 ? 0 : -1;
}

static void
write_file(struct zdm_metrics *m)
{
    struct zdm_buf text = ZDM_BUF_INIT;
    char *temporary = zdm_strf("%s.%ld.tmp", m->path, (long)getpid());

    zdm_metrics_render(m, zdm_now_ms(), &text);
    if (write_whole(temporary, &text) < 0 || rename(temporary, m->path) < 0) {
        if (!m->failed)
            m->failed = errno ? errno : EIO;
        unlink(temporary);
    }
    m->wrote_us = zdm_monotonic_us();
    free(temporary);
    zdm_buf_release(&text);
}

static void
take_progress(struct zdm_metrics *m, const struct zdm_backfill_progress *progress)
{
    m->backfill = true;
    m->progress = *progress;
    m->progress.pos = m->progress.bound = m->progress.waiting = NULL;
}

void
zdm_metrics_see(struct zdm_metrics *m, const struct zdm_event *event)
{
    if (!m->path)
        return;
    switch (event->kind) {
    case ZDM_EVENT_STEP_SKIP:
    case ZDM_EVENT_GATE_OPEN:
        m->n_done++;
        break;
    case ZDM_EVENT_STEP_START:
        free(m->step);
        m->step = zdm_strdup(event->step->id);
        m->backfill = false;
        break;
    case ZDM_EVENT_STEP_DONE:
        m->n_done++;
        free(m->step);
        m->step = NULL;
        break;
    case ZDM_EVENT_PROGRESS:
        if (event->progress)
            take_progress(m, event->progress);
        break;
    case ZDM_EVENT_PAUSED:
        m->paused = true;
        break;
    case ZDM_EVENT_RESUMED:
        m->paused = false;
        break;
    case ZDM_EVENT_LOCK_WAIT:
        m->lock_waits++;
        break;
    case ZDM_EVENT_RETRY:
        m->retries++;
        break;
    case ZDM_EVENT_RECONNECT:
        m->reconnects++;
        break;
    default:
        break;
    }
    if (m->wrote_us == 0 || zdm_monotonic_us() - m->wrote_us >= WRITE_EVERY_US)
        write_file(m);
}

int
zdm_metrics_end(struct zdm_metrics *m, int exit_code, struct zdm_err *err)
{
    if (!m->path)
        return 0;
    m->live = false;
    m->exit_code = exit_code;
    write_file(m);
    if (!m->failed)
        return 0;
    errno = m->failed;
    return zdm_fail_errno(err, ZDM_ERR_FAILED, "cannot write the metrics to \"%s\"", m->path);
}
