#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "batch/backfill.h"
#include "batch/cursor.h"
#include "plan/sweep.h"
#include "run/backfill_spec.h"
#include "run/outcome.h"
#include "run/session.h"
#include "run/work.h"

struct watch {
    struct zdm_session *s;
    const struct zdm_step *step;
    const struct zdm_expectation *expectation; /* NULL for a retry */
    int64_t wrote_us;                          /* to the ledger; 0: not yet */
    struct zdm_backfill_progress last;         /* numbers only: its texts are gone */
};

/* Each write waits for the disk. */
enum { WRITE_EVERY_US = 500000 };

static void
watch_progress(void *self, const struct zdm_backfill_progress *progress)
{
    struct watch *w = self;
    struct zdm_session *s = w->s;
    struct zdm_err err = ZDM_ERR_INIT;
    const struct zdm_ledger_walk walk = {.pos = progress->pos,
        .bound = progress->bound,
        .rows = progress->rows,
        .batches = progress->batches,
        .batch_rows = progress->batch_rows,
        .batch_ms = progress->batch_ms};
    int64_t now = zdm_monotonic_us();
    w->last = *progress;
    w->last.pos = w->last.bound = w->last.waiting = NULL;
    /* Of a step that is taken back the ledger goes on knowing how far it came itself. */
    bool due = !s->undoing && (w->wrote_us == 0 || now - w->wrote_us >= WRITE_EVERY_US ||
                                  progress->stage == ZDM_STAGE_DONE);
    if (due && zdm_ledger_walk_put(s->ledger, s->ledger_plan, w->step->id, &walk, &err) < 0) {
        if (s->ledger_err.code == ZDM_OK)
            zdm_err_move(&s->ledger_err, &err);
        zdm_err_clear(&err);
    }
    if (due)
        w->wrote_us = now;
    zdm_session_tell(s, &(struct zdm_event){
                            .kind = ZDM_EVENT_PROGRESS,
                            .step = w->step,
                            .rows = progress->rows,
                            .progress = progress,
                        });
}

static void
watch_note(void *self, const char *level, const char *kind, const char *message)
{
    struct watch *w = self;
    enum zdm_event_kind event = strcmp(kind, "lock-wait") == 0   ? ZDM_EVENT_LOCK_WAIT
                                : strcmp(kind, "reconnect") == 0 ? ZDM_EVENT_RECONNECT
                                : strcmp(kind, "rewound") == 0   ? ZDM_EVENT_RECONCILED
                                : strcmp(kind, "retry") == 0     ? ZDM_EVENT_RETRY
                                                                 : ZDM_EVENT_NOTE;
    zdm_session_say(w->s, event, level, w->step, "%s", message);
}

static size_t
steps_done(const struct zdm_journal_rows *rows)
{
    size_t n = 0;
    for (size_t i = 0; i < rows->count; i++)
        n += strcmp(rows->items[i].state, "done") == 0;
    return n;
}

/* A failover may have lost steps that this backfill stands on: then start over. */
static int
watch_recover(void *self, struct zdm_err *err)
{
    struct watch *w = self;
    size_t before = steps_done(&w->s->rows);
    if (zdm_session_recover(w->s, err) < 0)
        return -1;
    if (steps_done(&w->s->rows) >= before)
        return 0;
    w->s->again = true;
    return zdm_fail(err, ZDM_ERR_FAILED, "the database is at an earlier point than before");
}

static void
log_line(void *self, const char *level, const char *message)
{
    struct watch *w = self;
    zdm_session_say(w->s, ZDM_EVENT_NOTE, level, w->step, "%s", message);
}

static int
watch_check(void *self, char **reason, struct zdm_err *err)
{
    struct watch *w = self;
    const struct zdm_host *host = &w->s->options->host;
    struct zdm_hook_context context = {
        .plan = w->s->plan->name,
        .step = w->step->id,
        .epoch = w->s->epoch,
        .log = log_line,
        .log_self = w,
    };
    zdm_func check = w->step->u.backfill.throttle.check;
    return host->ask(host->self, check, &context, reason, err);
}

static int
watch_steer(void *self, struct zdm_steering *out, struct zdm_err *err)
{
    struct watch *w = self;
    return zdm_session_steering(w->s, out, err);
}

static int
watch_mapper(void *self, struct zdm_mapper *out, struct zdm_err *err)
{
    struct watch *w = self;
    const struct zdm_host *host = &w->s->options->host;
    return host->mapper(host->self, w->step->id, out, err);
}

static struct zdm_limits
limits_of(const struct zdm_step_backfill *backfill)
{
    const struct zdm_step_throttle *throttle = &backfill->throttle;
    return (struct zdm_limits){
        .lag_ms = backfill->max_lag_ms,
        .lag_bytes = throttle->lag_bytes,
        .replicas = throttle->replicas,
        .n_replicas = throttle->n_replicas,
        .slot_bytes = throttle->slot_bytes,
        .archive_segments = throttle->archive_segments,
        .blocked_ms = throttle->blocked_ms,
        .canary_times = throttle->canary_times,
        .dead_percent = throttle->dead_percent,
        .checkpoints_a_minute = throttle->checkpoints_a_minute,
        .load = throttle->load,
        .sql = throttle->sql.text,
        .url = throttle->url,
        .file = throttle->file,
        .check = throttle->check != 0,
        .vacuum = backfill->vacuum,
        .wal_rate = backfill->wal_rate,
        .patience_ms = backfill->max_throttled_ms,
    };
}

static int
watch_begin(void *self, struct zdm_err *err)
{
    struct watch *w = self;
    char *detail = zdm_expectation_begun(w->s, w->step, w->expectation);
    int rc = zdm_session_journal(w->s, w->step, "started", detail, err);
    free(detail);
    return rc;
}

static int
watch_finish(void *self, const struct zdm_backfill_progress *progress, struct zdm_err *err)
{
    struct watch *w = self;
    struct zdm_session *s = w->s;
    if (zdm_journal_fence(s->conn, s->plan->name, s->epoch, err) < 0)
        return -1;
    char *detail =
        zdm_expectation_done(s, w->step, w->expectation, progress->rows, progress->quarantined);
    int rc = zdm_session_journal(s, w->step, "done", detail, err);
    free(detail);
    return rc;
}

static void
blame(const struct zdm_step *step, const struct zdm_backfill_fault *fault, struct zdm_err *err)
{
    const struct zdm_step_backfill *backfill = &step->u.backfill;
    if (err->file)
        return;
    if (fault->position > 0) {
        const struct zdm_sql_text *text =
            fault->set_index == ZDM_FAULT_THROTTLE ? &backfill->throttle.sql
            : fault->set_index == ZDM_FAULT_WHERE  ? &backfill->where
                                                   : &backfill->set[fault->set_index].expr;
        err->position = fault->position;
        zdm_blame_sql(step, text, err);
        return;
    }
    zdm_err_at(err, step->at);
}

static enum zdm_on_conflict
conflict(const char *word)
{
    if (word && strcmp(word, "nothing") == 0)
        return ZDM_CONFLICT_NOTHING;
    return word && strcmp(word, "update") == 0 ? ZDM_CONFLICT_UPDATE : ZDM_CONFLICT_ERROR;
}

size_t
zdm_backfill_spec_columns(const struct zdm_step *step)
{
    return step->u.backfill.map ? step->u.backfill.n_write : step->u.backfill.n_set;
}

struct zdm_backfill_spec
zdm_backfill_spec_of(
    const struct zdm_plan *plan, const struct zdm_step *step, struct zdm_assignment *set)
{
    const struct zdm_step_backfill *backfill = &step->u.backfill;
    size_t n_set = zdm_backfill_spec_columns(step);
    for (size_t i = 0; i < n_set; i++)
        set[i] = backfill->map
                     ? (struct zdm_assignment){.column = backfill->write[i]}
                     : (struct zdm_assignment){backfill->set[i].column, backfill->set[i].expr.text};
    return (struct zdm_backfill_spec){
        .plan = plan->name,
        .step = step->id,
        .table = backfill->table,
        .set = set,
        .n_set = n_set,
        .read = backfill->read,
        .n_read = backfill->n_read,
        .action = backfill->map     ? ZDM_BACKFILL_MAP
                  : backfill->into  ? ZDM_BACKFILL_COPY
                  : backfill->erase ? ZDM_BACKFILL_DELETE
                                    : ZDM_BACKFILL_SET,
        .into = backfill->into,
        .on_conflict = conflict(backfill->on_conflict),
        .where = backfill->where.text,
        .where_becomes_false = backfill->where_becomes_false,
        .key = backfill->key,
        .n_key = backfill->n_key,
        .target_ms = backfill->target_ms,
        .batch_min = backfill->batch_min,
        .batch_max = backfill->batch_max,
        .lock_timeout_ms = backfill->lock_timeout_ms,
        .workers = backfill->workers,
        .stripes = backfill->stripes,
        .synchronous_commit = backfill->synchronous_commit,
        .pause_ms = backfill->pause_ms,
        .limits = limits_of(backfill),
        .patience_ms = plan->locks.patience_ms,
        .max_quarantine = backfill->max_quarantine,
        .quarantine_values = backfill->quarantine_values,
    };
}

/* Batches give up soon when a lock is not free; what looks at the table before and between them waits, and says for
 * whom. */
static int
run_watched(struct zdm_session *s, const struct zdm_step *step,
    const struct zdm_backfill_spec *spec, const struct zdm_backfill_hooks *hooks,
    struct zdm_err *err)
{
    struct zdm_work_watch looks;

    zdm_work_begin(&looks, s, step, ZDM_WORK_LOOKS);
    int rc = zdm_backfill_run(s->conn, spec, s->epoch, hooks, err);
    zdm_work_end(&looks);
    return rc;
}

int
zdm_step_backfill_run(struct zdm_session *s, size_t index, struct zdm_err *err)
{
    const struct zdm_step *step = &s->plan->steps[index];
    struct zdm_assignment *set = zdm_alloc((zdm_backfill_spec_columns(step) + 1) * sizeof(*set));
    struct zdm_backfill_spec spec = zdm_backfill_spec_of(s->plan, step, set);
    struct zdm_sweep_outlook outlook;
    zdm_sweep_outlook(&step->u.backfill, &outlook);
    spec.sweep = zdm_sweep_wish_of(step->u.backfill.verify, &outlook);
    struct zdm_expectation expectation;
    struct watch watch = {.s = s, .step = step, .expectation = &expectation};
    struct zdm_backfill_fault fault = {.set_index = -1};
    struct zdm_backfill_hooks hooks = {
        .self = &watch,
        .progress = watch_progress,
        .note = watch_note,
        .check = watch_check,
        .mapper = watch_mapper,
        .steer = watch_steer,
        .steer_fd = zdm_session_steer_fd(s),
        .recover = watch_recover,
        .begin = watch_begin,
        .finish = watch_finish,
        .fault = &fault,
    };
    zdm_expect(s, step, &spec, &expectation);
    int rc = run_watched(s, step, &spec, &hooks, err);
    if (rc < 0 && !s->again)
        blame(step, &fault, err);
    if (rc == 0)
        zdm_expected(s, step, &expectation, &watch.last);
    zdm_expectation_release(&expectation);
    free(set);
    zdm_sweep_outlook_release(&outlook);
    if (rc < 0)
        return -1;
    if (zdm_session_refresh(s, err) == 0)
        return 0;
    /* Done, and only then lost: winning the session back reads the journal too. */
    return zdm_conn_lost(s->conn) && err->code == ZDM_ERR_FAILED ? zdm_session_recover(s, err) : -1;
}

static int
watch_undoing(void *self, struct zdm_err *err)
{
    struct watch *w = self;
    return zdm_session_journal(w->s, w->step, "undoing", NULL, err);
}

/* All slices are marked in one transaction; the step is taken back in the next one. */
static int
undo_settled(struct zdm_session *s, const char *id, bool *done, struct zdm_err *err)
{
    struct zdm_cursors cursors = {.count = 0};

    if (zdm_cursors_read(s->conn, s->plan->name, id, &cursors, err) < 0)
        return -1;
    *done = cursors.count > 0;
    for (size_t i = 0; i < cursors.count; i++)
        *done = *done && strcmp(cursors.items[i].state, "done") == 0;
    zdm_cursors_release(&cursors);
    return 0;
}

int
zdm_step_backfill_undo(struct zdm_session *s, const struct zdm_step *step, struct zdm_err *err)
{
    bool done;

    if (undo_settled(s, step->u.backfill.back->id, &done, err) < 0)
        return -1;
    if (done)
        return 0;
    struct zdm_step fill = *step;
    fill.id = step->u.backfill.back->id;
    fill.u.backfill = step->u.backfill.back->fill;
    struct zdm_assignment *set = zdm_alloc((zdm_backfill_spec_columns(&fill) + 1) * sizeof(*set));
    struct zdm_backfill_spec spec = zdm_backfill_spec_of(s->plan, &fill, set);
    spec.undoes = true;
    struct watch watch = {.s = s, .step = step};
    struct zdm_backfill_fault fault = {.set_index = -1};
    struct zdm_backfill_hooks hooks = {
        .self = &watch,
        .progress = watch_progress,
        .note = watch_note,
        .steer = watch_steer,
        .steer_fd = zdm_session_steer_fd(s),
        .recover = watch_recover,
        .begin = watch_undoing,
        .fault = &fault,
    };
    int rc = run_watched(s, step, &spec, &hooks, err);
    if (rc < 0 && !s->again)
        blame(&fill, &fault, err);
    free(set);
    return rc;
}

int
zdm_step_backfill_retry(struct zdm_session *s, const struct zdm_step *step, const char *key,
    struct zdm_retried *out, struct zdm_err *err)
{
    struct zdm_assignment *set = zdm_alloc((zdm_backfill_spec_columns(step) + 1) * sizeof(*set));
    struct zdm_backfill_spec spec = zdm_backfill_spec_of(s->plan, step, set);
    struct watch watch = {.s = s, .step = step};
    struct zdm_backfill_fault fault = {.set_index = -1};
    struct zdm_backfill_hooks hooks = {
        .self = &watch,
        .note = watch_note,
        .mapper = watch_mapper,
        .recover = watch_recover,
        .fault = &fault,
    };
    int rc = zdm_backfill_retry(s->conn, &spec, s->epoch, &hooks, key, out, err);
    if (rc < 0)
        blame(step, &fault, err);
    free(set);
    return rc;
}
