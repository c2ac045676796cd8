#include "base/buf.h"
#include "base/failpoint.h"
#include "run/session.h"

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

int
zdm_step_gate_run(struct zdm_session *s, size_t index, struct zdm_err *err)
{
    const struct zdm_step *step = &s->plan->steps[index];
    struct zdm_gate_result result = {0};
    /* An approval may have come while the steps before ran. */
    if (zdm_session_refresh(s, err) < 0 ||
        zdm_gate_look(s->conn, s->plan, index, &s->rows, true, &result, err) < 0) {
        if (!zdm_conn_lost(s->conn) || zdm_session_recover(s, err) < 0)
            return -1;
        s->again = true;
        return zdm_fail(err, ZDM_ERR_FAILED, "looking again after a reconnect");
    }
    zdm_session_tell(s, &(struct zdm_event){
                            .kind = result.open ? ZDM_EVENT_GATE_OPEN : ZDM_EVENT_GATE_CLOSED,
                            .step = step,
                            .rows = -1,
                            .gate = &result,
                        });
    int rc = result.open ? pass(s, step, &result, err) : closed(s, step, &result, err);
    zdm_gate_result_release(&result);
    return rc;
}
