#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "pg/retry.h"
#include "run/alone.h"
#include "run/judge.h"
#include "run/lock_wait.h"
#include "run/pieces.h"
#include "run/probe.h"
#include "run/recall.h"

static const struct zdm_statement *
only_statement(const struct zdm_session *s, const struct zdm_step *step)
{
    const struct zdm_plan_report *report = s->report;
    const struct zdm_plan_statement *all =
        s->undoing ? report->undo_statements : report->statements;
    size_t n = s->undoing ? report->n_undo_statements : report->n_statements;

    for (size_t i = 0; i < n; i++)
        if (&s->plan->steps[all[i].step] == step)
            return &all[i].st;
    zdm_die("a step without a statement");
}

static const struct zdm_sql_text *
sql_of(const struct zdm_session *s, const struct zdm_step *step)
{
    return s->undoing ? &s->report->undos[step - s->plan->steps].sql : &step->u.sql.up;
}

static int
ask_author(struct zdm_session *s, const struct zdm_step *step, bool *done, struct zdm_err *err)
{
    const struct zdm_sql_text *probe = &step->u.sql.probe;
    struct zdm_result *result = NULL;
    if (zdm_conn_query(s->conn, probe->text, 0, NULL, &result, err) < 0)
        return zdm_blame_sql(step, probe, err);
    int rc = 0;
    if (zdm_result_rows(result) != 1 || zdm_result_columns(result) != 1) {
        zdm_fail(err, ZDM_ERR_FAILED, "the probe of step \"%s\" must give one row with one boolean",
            step->id);
        rc = zdm_err_at(err, probe->at);
    }
    *done = rc == 0 && zdm_result_bool(result, 0, 0);
    zdm_result_free(result);
    return rc;
}

/* What is as it shall be before the step was ever begun is a mistake in the plan: a DROP of what never was
 * there, a CREATE of what is. On a later try it is the work done. The first time the server has the last
 * word, which knows IF EXISTS. What is taken back was begun. */
static int
only_when_begun(const struct zdm_probe *probe, bool *done, struct zdm_err *err)
{
    const struct zdm_sql_text *up = &probe->step->u.sql.up;
    if (probe->s->undoing || probe->look->begun || !*done ||
        zdm_conn_exec(probe->s->conn, up->text, NULL, err) == 0)
        return 0;
    return zdm_blame_sql(probe->step, up, err);
}

static int
ask(const struct zdm_probe *probe, bool *done, struct zdm_err *err)
{
    bool before;
    *done = false;
    switch (probe->st->probe) {
    case ZDM_PROBE_INDEX_VALID:
        return zdm_probe_index_valid(probe, done, err);
    case ZDM_PROBE_REINDEX: /* what was there before an undo nobody noted */
        return probe->s->undoing ? 0 : zdm_probe_reindex(probe, done, err);
    case ZDM_PROBE_REPEAT:
        return 0;
    case ZDM_PROBE_INDEX_ABSENT:
        if (zdm_probe_index_absent(probe, done, err) < 0)
            return -1;
        return only_when_begun(probe, done, err);
    case ZDM_PROBE_DETACHED:
        if (zdm_probe_detached(probe, done, &before, err) < 0)
            return -1;
        return before ? only_when_begun(probe, done, err) : 0;
    case ZDM_PROBE_PRESENT:
    case ZDM_PROBE_ABSENT:
        if (zdm_probe_named(probe, done, err) < 0)
            return -1;
        *done ^= probe->st->probe == ZDM_PROBE_ABSENT;
        return only_when_begun(probe, done, err);
    case ZDM_PROBE_NONE:
        break;
    }
    zdm_die("a statement outside transactions without a probe");
}

static struct zdm_probe
probe_of(struct zdm_session *s, const struct zdm_step *step, const struct zdm_alone_look *look)
{
    return (struct zdm_probe){.s = s, .step = step, .st = only_statement(s, step), .look = look};
}

/* Is it for something that is there no more? */
static int
is_for_nothing(struct zdm_session *s, const struct zdm_step *step, bool *none, struct zdm_err *err)
{
    char *text = NULL;

    if (zdm_pieces_now(s, step, true, &text, none, err) < 0)
        return -1;
    free(text);
    return 0;
}

static int
settled(struct zdm_session *s, const struct zdm_step *step, const struct zdm_alone_look *look,
    bool *done, struct zdm_err *err)
{
    const struct zdm_probe probe = probe_of(s, step, look);
    bool none;

    if (is_for_nothing(s, step, &none, err) < 0)
        return -1;
    if (none) {
        /* An INVALID index of ours stays on no table, whosever it is. */
        if (look->announced && probe.st->probe == ZDM_PROBE_INDEX_VALID &&
            ask(&probe, done, err) < 0)
            return -1;
        *done = true;
        return 0;
    }
    return !s->undoing && step->u.sql.probe.text ? ask_author(s, step, done, err)
                                                 : ask(&probe, done, err);
}

static int
note(struct zdm_session *s, const struct zdm_step *step, char **out, struct zdm_err *err)
{
    const struct zdm_probe probe = probe_of(s, step, NULL);
    const char *recall = s->report->undos[step - s->plan->steps].recall;

    if (!s->undoing && recall)
        return zdm_recall_ask(s->conn, recall, out, err);
    if (s->undoing || probe.st->probe != ZDM_PROBE_REINDEX || step->u.sql.probe.text)
        return 0;
    return zdm_probe_reindex_note(&probe, out, err);
}

/* Another session did the same between our look and our try. */
static bool
raced(const struct zdm_statement *st, const struct zdm_err *err)
{
    return (st->probe == ZDM_PROBE_INDEX_VALID && strcmp(err->sqlstate, "42P07") == 0) ||
           (st->probe == ZDM_PROBE_INDEX_ABSENT && strcmp(err->sqlstate, "42704") == 0);
}

/* What is there behind a try of ours that failed. */
static struct zdm_alone_look
look_behind(struct zdm_session *s, const struct zdm_step *step, struct zdm_work_watch *watch)
{
    struct zdm_alone_look look = zdm_alone_look(s, step, watch);
    /* A valid index is not what our build left. */
    if (only_statement(s, step)->probe == ZDM_PROBE_INDEX_VALID)
        look.begun = false;
    return look;
}

/* An INVALID index costs every writer and serves no reader: do not leave one behind. */
static void
clear_failed_build(struct zdm_session *s, const struct zdm_step *step, struct zdm_work_watch *watch)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_alone_look look = look_behind(s, step, watch);
    enum zdm_probe_kind kind = only_statement(s, step)->probe;
    bool done;
    if ((kind == ZDM_PROBE_INDEX_VALID || kind == ZDM_PROBE_REINDEX) && !zdm_conn_lost(s->conn) &&
        settled(s, step, &look, &done, &err) < 0)
        zdm_session_say(s, ZDM_EVENT_NOTE, "warning", step,
            "cannot drop the INVALID index of the failed build: %s; the next run will",
            err.message);
    zdm_err_release(&err);
}

/* limit_ms 0: it waits for its locks as long as it takes. */
static int
execute(struct zdm_session *s, const struct zdm_step *step, int64_t limit_ms, struct zdm_err *err)
{
    const char *text = sql_of(s, step)->text;
    struct zdm_err trouble = ZDM_ERR_INIT;

    if (limit_ms == 0)
        return zdm_conn_exec(s->conn, text, NULL, err);
    char *limit = zdm_strf("SET lock_timeout = %lld", (long long)limit_ms);
    int rc = zdm_conn_exec(s->conn, limit, NULL, err);
    free(limit);
    if (rc < 0)
        return -1;
    rc = zdm_conn_exec(s->conn, text, NULL, err);
    if (rc < 0 && zdm_conn_lost(s->conn))
        return -1;
    if (zdm_conn_exec(s->conn, "SET lock_timeout = 0", NULL, rc < 0 ? &trouble : err) < 0)
        rc = -1;
    zdm_err_release(&trouble);
    return rc;
}

static int
try_once(struct zdm_session *s, const struct zdm_step *step, struct zdm_lock_wait *wait,
    struct zdm_err *err)
{
    if (zdm_lock_wait_ready(wait, err) < 0)
        return -1;
    zdm_lock_wait_begin(wait);
    int rc = execute(s, step, zdm_lock_wait_timeout(wait), err);
    zdm_lock_wait_end(wait);
    return rc;
}

static int
work_in_tries(struct zdm_session *s, const struct zdm_step *step, struct zdm_err *err)
{
    struct zdm_lock_wait wait;
    int rc;

    zdm_lock_wait_init(&wait, s, step, NULL, 0);
    while ((rc = try_once(s, step, &wait, err)) < 0) {
        bool lock = err->code == ZDM_ERR_FAILED && !zdm_conn_lost(s->conn) &&
                    zdm_retry_class(err->sqlstate, false) == ZDM_RETRY_LOCK;
        if (!lock || zdm_lock_wait_next(&wait, err) < 0)
            break;
    }
    if (rc < 0 && err->code == ZDM_ERR_FAILED && !zdm_conn_lost(s->conn))
        zdm_blame_sql(step, sql_of(s, step), err);
    zdm_lock_wait_release(&wait);
    return rc;
}

/* Shall a statement that failed be tried again? */
static bool
again(const struct zdm_statement *st, const struct zdm_err *err)
{
    enum zdm_retry class = zdm_retry_class(err->sqlstate, false);

    return raced(st, err) || class == ZDM_RETRY_LOCK || class == ZDM_RETRY_AGAIN;
}

/* A statement failed: is what it was for there no more? */
static bool
went_meanwhile(struct zdm_session *s, const struct zdm_step *step)
{
    struct zdm_err trouble = ZDM_ERR_INIT;
    bool none = false;
    bool asked = is_for_nothing(s, step, &none, &trouble) == 0;

    zdm_err_release(&trouble);
    return asked && none;
}

static int
work(struct zdm_session *s, const struct zdm_step *step, struct zdm_work_watch *watch,
    struct zdm_err *err)
{
    const struct zdm_statement *st = only_statement(s, step);
    struct zdm_backoff backoff = {.base_ms = 100, .max_ms = 5000};
    int64_t started_us = zdm_monotonic_us();
    struct zdm_lock_policy policy;

    if (zdm_conn_outlive(s->conn, err) < 0)
        return -1;
    zdm_judged_policy(s, (size_t)(step - s->plan->steps), &policy);
    int64_t limit_ms = policy.most_ms;
    bool tries = policy.class != ZDM_LOCKS_ALONE;
    zdm_lock_policy_release(&policy);
    if (tries)
        return work_in_tries(s, step, err);
    while (execute(s, step, limit_ms, err) < 0) {
        bool done = false;
        if (err->code != ZDM_ERR_FAILED || zdm_conn_lost(s->conn))
            return -1;
        if (went_meanwhile(s, step)) {
            zdm_err_clear(err);
            clear_failed_build(s, step, watch);
            return 0;
        }
        bool enough = limit_ms ? zdm_monotonic_us() - started_us >= step->locks.patience_ms * 1000
                               : backoff.attempt >= 10;
        if (!again(st, err) || enough) {
            zdm_blame_sql(step, sql_of(s, step), err);
            clear_failed_build(s, step, watch);
            return -1;
        }
        zdm_session_say(s, ZDM_EVENT_RETRY, "info", step, "%s: looking again", err->message);
        zdm_err_clear(err);
        if (zdm_sleep_ms(zdm_backoff_next(&backoff)) < 0)
            return zdm_fail(err, ZDM_ERR_INTERRUPTED, "interrupted");
        struct zdm_alone_look look = look_behind(s, step, watch);
        if (settled(s, step, &look, &done, err) < 0)
            return -1;
        if (done)
            break;
    }
    return 0;
}

/* Forward, or its undo (s->undoing). */
int
zdm_step_alone_run(struct zdm_session *s, size_t index, struct zdm_err *err)
{
    return zdm_alone_run(s, &s->plan->steps[index],
        &(struct zdm_alone){
            .settled = settled,
            .note = note,
            .keeps_note = !s->undoing && s->report->undos[index].recall,
            .work = work,
        },
        err);
}
