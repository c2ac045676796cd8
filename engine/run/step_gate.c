#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/failpoint.h"
#include "base/mem.h"
#include "base/text.h"
#include "run/session.h"

#define TIMER_MOST_MS 600000 /* the clocks may be set, and a laptop may sleep */

static int
closed(const struct zdm_session *s, const struct zdm_step *step,
    const struct zdm_gate_result *result, struct zdm_err *err)
{
    struct zdm_buf seen = ZDM_BUF_INIT, todo = ZDM_BUF_INIT;
    char age[32], since[32];
    for (size_t i = 0; i < result->n_checks; i++) {
        const struct zdm_check_result *check = &result->checks[i];
        if (check->open)
            continue;
        zdm_buf_addf(&seen, "%s%s \"%s\": %s", seen.len ? "\n" : "",
            zdm_check_kind_name(check->check->kind), check->check->id, check->seen);
        if (check->age_ms >= 1000)
            zdm_buf_addf(&seen, " (closed for %s, since %s)", zdm_show_duration(check->age_ms, age),
                zdm_iso8601(check->since_ms, since));
        if (check->todo)
            zdm_buf_addf(&todo, "%s%s", todo.len ? "\n" : "", check->todo);
    }
    zdm_fail(err, ZDM_ERR_CLOSED, "gate \"%s\" is closed", step->id);
    zdm_err_detail(err, "%s", seen.s);
    if (todo.len)
        zdm_err_hint(err, "%s", todo.s);
    else
        zdm_err_hint(err, "run the plan again when it holds: zdm run %s", s->plan->file);
    zdm_buf_release(&seen);
    zdm_buf_release(&todo);
    return zdm_err_at(err, step->at);
}

static int
pass(struct zdm_session *s, const struct zdm_step *step, const struct zdm_gate_result *result,
    struct zdm_err *err)
{
    char *detail = zdm_gate_result_json(result, false);
    ZDM_FAIL_HERE(GATE_BEFORE);
    int rc = zdm_session_transact(s, step, NULL, NULL,
        &(struct zdm_transaction_options){.state = "done", .detail = detail}, err);
    free(detail);
    return rc;
}

/* Which checks are closed, one character each: what a line is worth. */
static char *
picture(const struct zdm_gate_result *result)
{
    char *text = zdm_alloc(result->n_checks + 1);

    for (size_t i = 0; i < result->n_checks; i++)
        text[i] = result->checks[i].open ? 'o' : 'c';
    return text;
}

/* Until it is worth looking again, hearing what people ask for: while time keeps it closed, the other
 * checks, which may read whole tables, are asked rarely. */
static int
wait_at(struct zdm_session *s, const struct zdm_gate_result *result, struct zdm_backoff *backoff,
    struct zdm_err *err)
{
    int64_t timer_ms = -1, wait_ms = zdm_backoff_next(backoff);

    for (size_t i = 0; i < result->n_checks; i++)
        if (!result->checks[i].open && result->checks[i].ready_in_ms > timer_ms)
            timer_ms = result->checks[i].ready_in_ms;
    if (timer_ms >= 0)
        wait_ms = timer_ms < TIMER_MOST_MS ? timer_ms : TIMER_MOST_MS;
    int64_t until_us = zdm_monotonic_us() + wait_ms * 1000;

    for (;;) {
        int64_t left_ms = (until_us - zdm_monotonic_us() + 999) / 1000;
        if (zdm_session_go_on(s, err) < 0)
            return -1;
        if (left_ms <= 0)
            return 0;
        zdm_sleep_ms(left_ms < 1000 ? left_ms : 1000); /* a stop is seen by going on */
    }
}

struct calling {
    struct zdm_session *s;
    const struct zdm_step *step;
};

static void
log_line(void *self, const char *level, const char *message)
{
    const struct calling *calling = self;
    zdm_session_say(calling->s, ZDM_EVENT_NOTE, level, calling->step, "%s", message);
}

/* The function of a check, as a hook in a transaction. */
static int
call(void *self, const struct zdm_check *check, bool *open, char **seen, struct zdm_err *err)
{
    const struct calling *calling = self;
    const struct zdm_host *host = &calling->s->options->host;
    struct zdm_hook_context context = {
        .plan = calling->s->plan->name,
        .step = calling->step->id,
        .epoch = calling->s->epoch,
        .transaction = true,
        .mark = ZDM_GATE_MARK,
        .log = log_line,
        .log_self = self,
    };
    return host->look(host->self, check->run, calling->s->conn, &context, open, seen, err);
}

/* Was the run cancelled meanwhile? What goes wrong with asking shows when the session is used next. */
static bool
stopped(void *self)
{
    const struct calling *calling = self;
    struct zdm_err err = ZDM_ERR_INIT;

    if (!zdm_conn_lost(calling->s->conn) && !zdm_conn_in_transaction(calling->s->conn) &&
        zdm_session_look(calling->s, &err) < 0)
        zdm_err_clear(&err);
    return zdm_session_cancelled_by(calling->s) != NULL;
}

/* In zdm.gate, for the next look, and for whoever asks since when it is closed. */
static int
remember(struct zdm_session *s, const struct zdm_step *step, const struct zdm_gate_result *result,
    struct zdm_err *err)
{
    if (zdm_session_begin(s, 0, err) == 0 &&
        zdm_gate_rows_write(s->conn, s->plan->name, step->id, result, err) == 0 &&
        zdm_conn_commit(s->conn, err) == 0)
        return 0;
    if (!zdm_conn_lost(s->conn))
        zdm_conn_rollback(s->conn);
    return -1;
}

static int
look(struct zdm_session *s, size_t index, struct zdm_gate_result *result, struct zdm_err *err)
{
    const struct zdm_step *step = &s->plan->steps[index];
    struct calling calling = {.s = s, .step = step};
    struct zdm_gate_question question = {
        .conn = s->conn,
        .plan = s->plan,
        .index = index,
        .how = s->options->wait ? ZDM_GATE_WAIT : ZDM_GATE_ASK,
        .rows = &s->rows,
        .runner = s->options->who,
        .call = call,
        .stopped = stopped,
        .self = &calling,
    };
    struct zdm_gate_rows before = {.count = 0};
    int rc = -1;

    /* An approval may have come while the steps before ran. */
    if (zdm_session_refresh(s, err) == 0 &&
        zdm_gate_rows_read(s->conn, s->plan->name, step->id, &before, err) == 0) {
        question.before = &before;
        rc = zdm_gate_look(&question, result, err);
    }
    zdm_gate_rows_release(&before);
    if (rc == 0 && remember(s, step, result, err) == 0)
        return 0;
    if (rc == 0)
        zdm_gate_result_release(result);
    if (!zdm_conn_lost(s->conn) || zdm_session_recover(s, err) < 0)
        return -1;
    s->again = true;
    return zdm_fail(err, ZDM_ERR_FAILED, "looking again after a reconnect");
}

int
zdm_step_gate_run(struct zdm_session *s, size_t index, struct zdm_err *err)
{
    const struct zdm_step *step = &s->plan->steps[index];
    struct zdm_backoff backoff = {.base_ms = 1000, .max_ms = 30000};
    struct zdm_gate_result result = {0};
    char *told = NULL;
    int rc;

    while ((rc = look(s, index, &result, err)) == 0) {
        char *now = picture(&result);
        if (!told || strcmp(told, now) != 0)
            zdm_session_tell(
                s, &(struct zdm_event){
                       .kind = result.open ? ZDM_EVENT_GATE_OPEN : ZDM_EVENT_GATE_CLOSED,
                       .step = step,
                       .rows = -1,
                       .gate = &result,
                   });
        if (!told && !result.open && s->options->wait)
            zdm_session_say(s, ZDM_EVENT_NOTE, "info", step,
                "waiting until it opens; ^C stops, and running the plan again goes on here");
        free(told);
        told = now;
        if (result.open || !s->options->wait)
            rc = result.open ? pass(s, step, &result, err) : closed(s, step, &result, err);
        else if ((rc = wait_at(s, &result, &backoff, err)) == 0) {
            zdm_gate_result_release(&result);
            continue;
        }
        zdm_gate_result_release(&result);
        break;
    }
    free(told);
    return rc;
}
