#include "run/runner.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/failpoint.h"
#include "base/signals.h"
#include "base/text.h"
#include "pg/retry.h"
#include "run/claim.h"
#include "run/judge.h"
#include "run/outcome.h"
#include "run/session.h"
#include "run/snapshot.h"
#include "run/spent.h"

/* A runner that was killed lets go within a second or two: the server watches its socket. */
enum { OWN_PATIENCE_MS = 3000, OPEN_TRIES = 6 };

/* A step that ends its own session, or the whole server, must not do so for ever. */
enum { LOSSES_MAX = 5 };

static int
run_step(struct zdm_session *s, size_t index, struct zdm_err *err)
{
    switch (s->plan->steps[index].kind) {
    case ZDM_STEP_SQL:
        return zdm_step_class(s->plan, s->report, index) == ZDM_CLASS_ALONE
                   ? zdm_step_alone_run(s, index, err)
                   : zdm_step_sql_run(s, index, err);
    case ZDM_STEP_BACKFILL:
        return zdm_step_backfill_run(s, index, err);
    case ZDM_STEP_GATE:
        return zdm_step_gate_run(s, index, err);
    case ZDM_STEP_HOOK:
        return zdm_step_hook_run(s, index, err);
    case ZDM_STEP_COMMAND:
        return zdm_step_command_run(s, index, err);
    }
    zdm_die("a step without a kind");
}

static enum zdm_action
action_of(const struct zdm_session *s, size_t index)
{
    const struct zdm_step *step = &s->plan->steps[index];
    const struct zdm_journal_row *row = zdm_journal_find(&s->rows, step->id, "");
    return zdm_next_action(
        zdm_step_class(s->plan, s->report, index), zdm_state_seen(row), zdm_state_same(row, step));
}

/* What a backfill did, as it is journaled. */
static void
add_rows(const struct zdm_session *s, const struct zdm_step *step, struct zdm_event *event)
{
    const struct zdm_journal_row *row = zdm_journal_find(&s->rows, step->id, "");
    struct zdm_outcome_known known;
    zdm_outcome_read(step->kind == ZDM_STEP_BACKFILL && row ? row->detail : NULL, &known);
    event->rows = known.rows;
    event->quarantined = known.quarantined;
}

/* One step that is not done yet, and what is told about it. */
static int
take_step(struct zdm_session *s, size_t index, enum zdm_action action, struct zdm_err *err)
{
    const struct zdm_step *step = &s->plan->steps[index];
    int64_t start = zdm_monotonic_us();
    bool resumed = action == ZDM_ACTION_RESUME || action == ZDM_ACTION_SETTLE;
    struct zdm_lock_policy policy;
    zdm_judge_step(s, index);
    if (zdm_judge_refuse(s, index, !resumed, err) < 0)
        return -1;
    if (step->kind != ZDM_STEP_GATE) {
        zdm_judged_policy(s, index, &policy);
        zdm_session_tell(s, &(struct zdm_event){
                                .kind = ZDM_EVENT_STEP_START,
                                .step = step,
                                .message = resumed ? "resumed" : NULL,
                                .rows = -1,
                                .locking = &policy,
                            });
        zdm_lock_policy_release(&policy);
    }
    if (run_step(s, index, err) < 0)
        return -1;
    zdm_judge_done(s, index);
    if (step->kind == ZDM_STEP_GATE)
        return 0;
    struct zdm_event done = {
        .kind = ZDM_EVENT_STEP_DONE,
        .step = step,
        .elapsed_ms = (zdm_monotonic_us() - start) / 1000,
    };
    add_rows(s, step, &done);
    struct zdm_spent spent;
    if (step->kind == ZDM_STEP_SQL && !resumed && zdm_spent(s, index, done.elapsed_ms, &spent)) {
        done.spent = &spent;
        zdm_spent_keep(s, step, &spent);
    }
    zdm_session_tell(s, &done);
    return 0;
}

int
zdm_session_start_over(struct zdm_session *s, const struct zdm_step *step,
    struct zdm_backoff *losses, struct zdm_err *err)
{
    s->again = false;
    if (losses->attempt + 1 >= LOSSES_MAX) {
        zdm_err_move(err, &s->loss);
        zdm_err_wrap(err, "step \"%s\" lost its session %d times in a row", step->id, LOSSES_MAX);
        zdm_err_hint(err,
            "find out what ends it (the server's log says more), then run the plan again: it goes "
            "on where the database is");
        return zdm_err_at(err, step->at);
    }
    zdm_err_clear(err);
    if (zdm_sleep_ms(zdm_backoff_next(losses)) < 0)
        return zdm_fail(err, ZDM_ERR_INTERRUPTED, "interrupted");
    return zdm_state_check(s->plan, &s->rows, err);
}

/* Its undo cannot share a transaction with the journal, and may have ended anywhere. */
static int
half_undone(const struct zdm_session *s, const struct zdm_step *step, struct zdm_err *err)
{
    zdm_fail(
        err, ZDM_ERR_MISMATCH, "a rollback of step \"%s\" was begun and did not end", step->id);
    zdm_err_hint(err, "end it first: zdm rollback %s", s->plan->file);
    return zdm_err_at(err, step->at);
}

static int
run_steps(struct zdm_session *s, void *self, struct zdm_err *err)
{
    (void)self;
    struct zdm_backoff losses = {.base_ms = 50, .max_ms = 5000};
    size_t told = 0; /* steps whose skipping was told */
    for (size_t i = 0; i < s->plan->n_steps; i++) {
        const struct zdm_step *step = &s->plan->steps[i];
        if (zdm_session_healthy(s, err) < 0)
            return -1;
        if (zdm_stop_requested())
            return zdm_fail(err, ZDM_ERR_INTERRUPTED, "interrupted");
        enum zdm_action action = action_of(s, i);
        if (action == ZDM_ACTION_REFUSE)
            return zdm_state_check(s->plan, &s->rows, err) < 0 ? -1 : half_undone(s, step, err);
        if (action == ZDM_ACTION_SKIP) {
            if (i >= told)
                zdm_session_say(s, ZDM_EVENT_STEP_SKIP, "info", step, "done before");
        } else if (zdm_session_may_begin(s, step, err) < 0 || zdm_session_go_on(s, err) < 0 ||
                   take_step(s, i, action, err) < 0) {
            if (!s->again || zdm_session_start_over(s, step, &losses, err) < 0)
                return -1;
            /* The journal was read anew: begin where it is now. */
            told = i + 1;
            i = (size_t)-1;
            continue;
        } else {
            losses.attempt = 0;
        }
        if (i >= told)
            told = i + 1;
        if (s->options->until && strcmp(s->options->until, step->id) == 0) {
            if (i + 1 < s->plan->n_steps)
                zdm_session_say(
                    s, ZDM_EVENT_UNTIL, "info", step, "stopped after \"%s\", as asked", step->id);
            return zdm_session_healthy(s, err);
        }
    }
    return zdm_session_healthy(s, err);
}

static bool
all_done(const struct zdm_session *s)
{
    for (size_t i = 0; i < s->plan->n_steps; i++)
        if (action_of(s, i) != ZDM_ACTION_SKIP)
            return false;
    return true;
}

static int
open_once(struct zdm_session *s, bool always, struct zdm_err *err)
{
    char *application = zdm_strf("zdm/%s", s->plan->name);
    int rc = zdm_conn_open(s->options->conninfo, application, &s->conn, err);
    free(application);
    if (rc < 0)
        return -1;
    ZDM_FAIL_HERE(START_BEFORE);
    if (zdm_session_own(s, OWN_PATIENCE_MS, err) < 0 ||
        zdm_journal_install_for(s->conn, NULL, &s->published, err) < 0)
        return -1;
    ZDM_FAIL_HERE(SCHEMA_AFTER);
    if (zdm_journal_target(s->conn, s->target, err) < 0 || zdm_session_refresh(s, err) < 0 ||
        zdm_state_check(s->plan, &s->rows, err) < 0)
        return -1;
    if (!always && all_done(s)) {
        if (zdm_snapshot_owed(s, &s->owes_snapshot, err) < 0)
            return -1;
        if (!s->owes_snapshot)
            return 0;
    }
    if (zdm_session_check_paused(s, err) < 0 || zdm_gate_check_zones(s->conn, s->plan, err) < 0)
        return -1;
    if (zdm_claim_take_over(s, err) < 0)
        return -1;
    ZDM_FAIL_HERE(TAKEOVER_AFTER);
    /* What a zombie committed before the take-over let it go is in the journal now. */
    if (zdm_session_refresh(s, err) < 0)
        return -1;
    return zdm_state_check(s->plan, &s->rows, err);
}

/* Until the plan is ours there is nothing to go on with: a session that is ended meanwhile is followed by a
 * new one, which begins again. A server that cannot be reached at all is told at once. */
int
zdm_session_open(struct zdm_session *s, bool always, struct zdm_err *err)
{
    struct zdm_backoff backoff = {.base_ms = 50, .max_ms = 2000};

    while (open_once(s, always, err) < 0) {
        bool ended = err->code == ZDM_ERR_FAILED && s->conn && zdm_conn_lost(s->conn) &&
                     zdm_retry_class(err->sqlstate, true) == ZDM_RETRY_RECONNECT;
        if (ended && backoff.attempt >= OPEN_TRIES) {
            zdm_err_wrap(err, "lost its session %d times in a row before it began", OPEN_TRIES + 1);
            return zdm_err_hint(
                err, "find out what ends it (the server's log says more), then run the plan again");
        }
        if (!ended || zdm_stop_requested() || zdm_sleep_ms(zdm_backoff_next(&backoff)) < 0)
            return -1;
        zdm_conn_close(s->conn);
        s->conn = NULL;
        zdm_err_clear(err);
    }
    return 0;
}

static int
open_record(struct zdm_session *s, struct zdm_err *err)
{
    if (zdm_ledger_plan_put(s->ledger, s->target, zdm_conn_where(s->conn), s->plan->name,
            s->plan->file, s->plan->fingerprint, s->plan->canonical, &s->ledger_plan, err) < 0 ||
        zdm_ledger_run_begin(
            s->ledger, s->ledger_plan, s->epoch, s->options->who, &s->ledger_run, err) < 0)
        return -1;
    if (s->options->described &&
        zdm_ledger_described_put(s->ledger, s->ledger_plan, s->options->described, err) < 0)
        return -1;
    if (s->epoch > 0)
        zdm_session_say(s, ZDM_EVENT_RUN_START, "info", NULL, "%s on %s, epoch %lld%s",
            s->plan->name, zdm_conn_where(s->conn), (long long)s->epoch,
            s->undoing ? ": taking it back" : "");
    else
        zdm_session_say(s, ZDM_EVENT_RUN_START, "info", NULL, "%s on %s: nothing left to do",
            s->plan->name, zdm_conn_where(s->conn));
    if (s->published) {
        char *words = zdm_journal_published_words(s->published);
        zdm_session_say(s, ZDM_EVENT_NOTE, "warning", NULL, "%s", words);
        free(words);
    }
    while (zdm_session_reconcile(s, err) < 0)
        if (zdm_session_again(s, err) < 0)
            return -1;
    while (zdm_session_refresh(s, err) < 0)
        if (zdm_session_again(s, err) < 0)
            return -1;
    if (s->epoch == 0)
        return 0;
    zdm_snapshot_tell(s);
    return zdm_session_steer_open(s, err);
}

static const char *
outcome(int rc, const struct zdm_err *err)
{
    if (rc == 0)
        return "done";
    switch (err->code) {
    case ZDM_ERR_CLOSED:
        return "waiting";
    case ZDM_ERR_INTERRUPTED:
        return "interrupted";
    case ZDM_ERR_PAUSED:
        return "paused";
    case ZDM_ERR_OWNED:
        return "owned";
    case ZDM_ERR_REFUSED:
        return "refused";
    default:
        return "failed";
    }
}

static void
close_record(struct zdm_session *s, int rc, const struct zdm_err *err, int64_t start_us)
{
    const char *state = rc == 0 && s->undoing     ? "rolled back"
                        : rc == 0 && !all_done(s) ? "waiting"
                                                  : outcome(rc, err);
    if (rc < 0 && err->code == ZDM_ERR_INTERRUPTED && zdm_session_cancelled_by(s))
        state = "cancelled";
    if (rc < 0 && err->code != ZDM_ERR_CLOSED && err->code != ZDM_ERR_INTERRUPTED)
        zdm_session_say(s, ZDM_EVENT_ERROR, "error", NULL, "%s", err->message);
    zdm_session_tell(s, &(struct zdm_event){
                            .kind = ZDM_EVENT_RUN_END,
                            .level = rc == 0 || err->code == ZDM_ERR_CLOSED ? "info" : "warning",
                            .message = state,
                            .elapsed_ms = (zdm_monotonic_us() - start_us) / 1000,
                            .rows = -1,
                            .quarantined = s->quarantined,
                        });
    if (s->ledger_run == 0)
        return;
    struct zdm_err trouble = ZDM_ERR_INIT;
    if (zdm_ledger_run_end(s->ledger, s->ledger_run, state, &trouble) < 0 &&
        s->ledger_err.code == ZDM_OK)
        zdm_err_move(&s->ledger_err, &trouble);
    zdm_err_clear(&trouble);
}

int
zdm_session_do(
    struct zdm_session *s, bool always, zdm_session_work *work, void *self, struct zdm_err *err)
{
    int64_t start = zdm_monotonic_us();
    if (zdm_ledger_open(s->options->ledger_path, ZDM_LEDGER_WRITE, &s->ledger, err) < 0)
        return -1;
    int rc = zdm_session_open(s, always, err);
    if (rc == 0 && s->epoch == 0)
        rc = zdm_claim_note(s, err);
    if (rc == 0)
        rc = open_record(s, err);
    if (rc == 0 && s->epoch > 0 && !s->undoing)
        zdm_claim_tell(s);
    if (rc == 0)
        rc = work(s, self, err);
    zdm_snapshot_keep(s);
    close_record(s, rc, err, start);
    if (rc < 0 && err->code == ZDM_ERR_INTERRUPTED && zdm_session_cancelled_by(s)) {
        zdm_fail(err, ZDM_ERR_INTERRUPTED, "cancelled by %s", zdm_session_cancelled_by(s));
        zdm_err_hint(err, "run plan \"%s\" again: it goes on where it is", s->plan->name);
    }
    zdm_session_steer_close(s);
    if (rc == 0)
        rc = zdm_session_healthy(s, err);
    zdm_err_release(&s->ledger_err);
    zdm_err_release(&s->loss);
    zdm_judge_free(s);
    free(s->published);
    zdm_journal_rows_release(&s->rows);
    zdm_conn_close(s->conn);
    zdm_ledger_close(s->ledger);
    return rc;
}

int
zdm_run(const struct zdm_plan *plan, const struct zdm_plan_report *report,
    const struct zdm_run_options *options, struct zdm_err *err)
{
    struct zdm_session s = {.plan = plan, .report = report, .options = options};
    if (options->until && zdm_plan_must_have(plan, options->until, err) < 0)
        return -1;
    return zdm_session_do(&s, false, run_steps, NULL, err);
}
