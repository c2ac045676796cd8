#include <string.h>

#include "base/clock.h"
#include "pg/retry.h"
#include "run/alone.h"
#include "run/probe_index.h"

static const struct zdm_statement *
only_statement(const struct zdm_session *s, const struct zdm_step *step)
{
    for (size_t i = 0; i < s->report->n_statements; i++)
        if (&s->plan->steps[s->report->statements[i].step] == step)
            return &s->report->statements[i].st;
    zdm_die("a step without a statement");
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

/* DROP INDEX of what never was there is a mistake in the plan on the first try, and done on a later
 * one: the first time the server has the last word, which knows IF EXISTS. */
static int
drop_settled(struct zdm_session *s, const struct zdm_step *step, const struct zdm_statement *st,
    bool begun, bool *done, struct zdm_err *err)
{
    if (zdm_probe_index_absent(s, st, done, err) < 0)
        return -1;
    if (begun || !*done || zdm_conn_exec(s->conn, step->u.sql.up.text, NULL, err) == 0)
        return 0;
    return zdm_blame_sql(step, &step->u.sql.up, err);
}

static int
settled(
    struct zdm_session *s, const struct zdm_step *step, bool begun, bool *done, struct zdm_err *err)
{
    const struct zdm_statement *st = only_statement(s, step);
    *done = false;
    if (step->u.sql.probe.text)
        return ask_author(s, step, done, err);
    switch (st->probe) {
    case ZDM_PROBE_INDEX_VALID:
        return zdm_probe_index_valid(s, step, st, begun, done, err);
    case ZDM_PROBE_INDEX_ABSENT:
        return drop_settled(s, step, st, begun, done, err);
    case ZDM_PROBE_REPEAT:
        return 0;
    case ZDM_PROBE_NONE:
        break;
    }
    zdm_die("a statement outside transactions without a probe");
}

/* Another session did the same between our look and our try. */
static bool
raced(const struct zdm_statement *st, const struct zdm_err *err)
{
    return (st->probe == ZDM_PROBE_INDEX_VALID && strcmp(err->sqlstate, "42P07") == 0) ||
           (st->probe == ZDM_PROBE_INDEX_ABSENT && strcmp(err->sqlstate, "42704") == 0);
}

/* An INVALID index costs every writer and serves no reader: do not leave one behind. */
static void
clear_failed_build(
    struct zdm_session *s, const struct zdm_step *step, const struct zdm_statement *st)
{
    struct zdm_err err = ZDM_ERR_INIT;
    bool done;
    if (st->probe == ZDM_PROBE_INDEX_VALID && !zdm_conn_lost(s->conn) &&
        zdm_probe_index_valid(s, step, st, true, &done, &err) < 0)
        zdm_session_say(s, ZDM_EVENT_NOTE, "warning", step,
            "cannot drop the INVALID index of the failed build: %s; the next run will",
            err.message);
    zdm_err_release(&err);
}

static int
work(struct zdm_session *s, const struct zdm_step *step, struct zdm_work_watch *watch,
    struct zdm_err *err)
{
    (void)watch;
    const struct zdm_statement *st = only_statement(s, step);
    struct zdm_backoff backoff = {.base_ms = 100, .max_ms = 5000};
    if (zdm_conn_outlive(s->conn, err) < 0)
        return -1;
    while (zdm_conn_exec(s->conn, step->u.sql.up.text, NULL, err) < 0) {
        bool done = false;
        if (err->code != ZDM_ERR_FAILED || zdm_conn_lost(s->conn))
            return -1;
        enum zdm_retry class = zdm_retry_class(err->sqlstate, false);
        bool retry = raced(st, err) || class == ZDM_RETRY_LOCK || class == ZDM_RETRY_AGAIN;
        if (!retry || backoff.attempt >= 10) {
            zdm_blame_sql(step, &step->u.sql.up, err);
            clear_failed_build(s, step, st);
            return -1;
        }
        zdm_session_say(s, ZDM_EVENT_RETRY, "info", step, "%s: looking again", err->message);
        zdm_err_clear(err);
        if (zdm_sleep_ms(zdm_backoff_next(&backoff)) < 0)
            return zdm_fail(err, ZDM_ERR_INTERRUPTED, "interrupted");
        if (settled(s, step, true, &done, err) < 0)
            return -1;
        if (done)
            break;
    }
    return 0;
}

int
zdm_step_alone_run(struct zdm_session *s, size_t index, struct zdm_err *err)
{
    return zdm_alone_run(
        s, &s->plan->steps[index], &(struct zdm_alone){.settled = settled, .work = work}, err);
}
