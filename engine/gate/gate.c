#include "gate/gate.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "pg/retry.h"

typedef int look(const struct zdm_gate_question *g, const struct zdm_check *check,
    struct zdm_check_result *out, struct zdm_err *err);

static look *const look_at[] = {
    [ZDM_CHECK_SOAK] = zdm_gate_look_soak,
    [ZDM_CHECK_APPROVAL] = zdm_gate_look_approval,
    [ZDM_CHECK_SQL] = zdm_gate_look_sql,
    [ZDM_CHECK_COMMAND] = zdm_gate_look_command,
    [ZDM_CHECK_NOT_BEFORE] = zdm_gate_look_server,
    [ZDM_CHECK_WINDOW] = zdm_gate_look_server,
    [ZDM_CHECK_NO_CLIENTS] = zdm_gate_look_server,
    [ZDM_CHECK_NO_LONG_TRANSACTIONS] = zdm_gate_look_server,
    [ZDM_CHECK_REPLICA_LAG] = zdm_gate_look_replica_lag,
    [ZDM_CHECK_CONSISTENT] = zdm_gate_look_consistent,
    [ZDM_CHECK_HTTP] = zdm_gate_look_http,
    [ZDM_CHECK_FLAG] = zdm_gate_look_flag,
    [ZDM_CHECK_UNUSED] = zdm_gate_look_unused,
    [ZDM_CHECK_QUARANTINE_EMPTY] = zdm_gate_look_server,
    [ZDM_CHECK_FUNCTION] = zdm_gate_look_function,
};

/* Reads a whole table or all statistics, runs a program or the author's code, or asks somebody who may
 * take his time. */
static bool
is_dear(const struct zdm_check *check)
{
    return check->kind == ZDM_CHECK_COMMAND || check->kind == ZDM_CHECK_CONSISTENT ||
           check->kind == ZDM_CHECK_HTTP || check->kind == ZDM_CHECK_UNUSED ||
           check->kind == ZDM_CHECK_FUNCTION ||
           (check->kind == ZDM_CHECK_FLAG && zdm_check_option(check, "url"));
}

/* A check that failed with *err: is it closed, and no error? */
static bool
close_instead(struct zdm_conn *conn, enum zdm_gate_look how, struct zdm_check_result *one,
    struct zdm_err *err)
{
    if (err->code != ZDM_ERR_FAILED || zdm_conn_lost(conn) || how == ZDM_GATE_ASK)
        return false;
    if (how == ZDM_GATE_WAIT && strcmp(err->sqlstate, "57014") != 0 &&
        zdm_retry_class(err->sqlstate, false) == ZDM_RETRY_NEVER)
        return false;
    free(one->seen);
    free(one->todo);
    free(one->memory);
    *one = (struct zdm_check_result){.check = one->check,
        .seen = zdm_strf("it cannot be looked at: %s", err->message),
        .ready_in_ms = -1};
    zdm_err_clear(err);
    return true;
}

/* Not asked: what was seen when it was. */
static char *
seen_before(const struct zdm_gate_row *before)
{
    if (!before)
        return zdm_strdup("asked when the plan runs");
    return zdm_strf("asked when the plan runs; the last look%s: %s",
        before->open ? " found it open" : "", before->seen);
}

int
zdm_gate_look(const struct zdm_gate_question *q, struct zdm_gate_result *out, struct zdm_err *err)
{
    const struct zdm_step_gate *gate = &q->plan->steps[q->index].u.gate;
    struct zdm_gate_result result = {.open = true};

    result.checks = zdm_alloc((gate->n_checks + 1) * sizeof *result.checks);
    for (size_t i = 0; i < gate->n_checks; i++) {
        const struct zdm_check *check = &gate->checks[i];
        const struct zdm_gate_row *before = zdm_gate_row(q->before, check->id);
        struct zdm_check_result one = {.check = check, .ready_in_ms = -1};
        if (q->how == ZDM_GATE_SHOW && is_dear(check)) {
            one.seen = seen_before(before);
        } else if (look_at[check->kind](q, check, &one, err) < 0 &&
                   !close_instead(q->conn, q->how, &one, err)) {
            zdm_gate_result_release(&result);
            return -1;
        }
        if (before && before->open == one.open) {
            one.since_ms = before->since_ms;
            one.age_ms = before->age_ms;
        }
        /* What could not be looked at this time was seen before all the same. */
        if (!one.memory && before)
            one.memory = zdm_strdup(before->memory);
        result.checks[result.n_checks++] = one;
        result.open = result.open && one.open;
    }
    *out = result;
    return 0;
}

void
zdm_gate_result_release(struct zdm_gate_result *result)
{
    for (size_t i = 0; i < result->n_checks; i++) {
        free(result->checks[i].seen);
        free(result->checks[i].todo);
        free(result->checks[i].memory);
    }
    free(result->checks);
    *result = (struct zdm_gate_result){.open = false};
}
