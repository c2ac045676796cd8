#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/failpoint.h"
#include "base/mem.h"
#include "run/session.h"

#define TIMER_MOST_MS 600000 /* the clocks may be set, and a laptop may sleep */

static int
closed(const struct zdm_session *s, const struct zdm_step *step,
    const struct zdm_gate_result *result, struct zdm_err *err)
{
    struct zdm_buf seen = ZDM_BUF_INIT, todo = ZDM_BUF_INIT;
    for (size_t i = 0; i < result->n_checks; i++) {
        const struct zdm_check_result *check = &result->checks[i];
        if (check->open)
            continue;
        zdm_buf_addf(&seen, "%s%s \"%s\": %s", seen.len ? "\n" : "",
            zdm_check_kind_name(check->check->kind), check->check->id, check->seen);
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
    char *detail = zdm_gate_result_json(result);
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

static int
look(struct zdm_session *s, size_t index, struct zdm_gate_result *result, struct zdm_err *err)
{
    /* An approval may have come while the steps before ran. */
    if (zdm_session_refresh(s, err) == 0 &&
        zdm_gate_look(s->conn, s->plan, index, &s->rows,
            s->options->wait ? ZDM_GATE_WAIT : ZDM_GATE_ASK, result, err) == 0)
        return 0;
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
