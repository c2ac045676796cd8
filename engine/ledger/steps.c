#include <stdlib.h>

#include "base/mem.h"
#include "ledger/stmt.h"

int
zdm_ledger_step_put(struct zdm_ledger *ledger, int64_t plan, const char *id, const char *phase,
    const char *kind, const char *state, const char *fingerprint, int64_t at_ms,
    struct zdm_err *err)
{
    struct zdm_stmt st;

    if (zdm_stmt_open(ledger, ZDM_LEDGER_SQL("step_put"), &st, err) < 0)
        return -1;
    zdm_stmt_int(&st, ":plan", plan);
    zdm_stmt_text(&st, ":id", id);
    zdm_stmt_text(&st, ":phase", phase);
    zdm_stmt_text(&st, ":kind", kind);
    zdm_stmt_text(&st, ":state", state);
    zdm_stmt_text(&st, ":fingerprint", fingerprint);
    zdm_stmt_int(&st, ":at_ms", at_ms);
    return zdm_stmt_run(&st, err);
}

int
zdm_ledger_step_forget(struct zdm_ledger *ledger, int64_t plan, const char *id, struct zdm_err *err)
{
    static const char *const deletes[] = {
        "DELETE FROM approval WHERE plan = :plan AND gate = :id",
        "DELETE FROM progress WHERE plan = :plan AND step = :id",
        "DELETE FROM step WHERE plan = :plan AND id = :id",
    };

    if (zdm_ledger_begin(ledger, err) < 0)
        return -1;
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sizeof deletes / sizeof *deletes; i++) {
        struct zdm_stmt st;
        rc = zdm_stmt_open(ledger, deletes[i], &st, err);
        if (rc < 0)
            break;
        zdm_stmt_int(&st, ":plan", plan);
        zdm_stmt_text(&st, ":id", id);
        rc = zdm_stmt_run(&st, err);
    }
    return zdm_ledger_end(ledger, rc, err);
}

int
zdm_ledger_step_list(struct zdm_ledger *ledger, int64_t plan, struct zdm_ledger_step **out,
    size_t *n, struct zdm_err *err)
{
    struct zdm_ledger_step *steps = NULL;
    size_t count = 0;
    struct zdm_stmt st;
    int rc;

    if (zdm_stmt_open(ledger, ZDM_LEDGER_SQL("step_list"), &st, err) < 0)
        return -1;
    zdm_stmt_int(&st, ":plan", plan);
    while ((rc = zdm_stmt_step(&st, err)) > 0) {
        steps = zdm_grow(steps, count + 1, sizeof *steps);
        steps[count++] = (struct zdm_ledger_step){
            .id = zdm_stmt_get_text(&st, 0),
            .phase = zdm_stmt_get_text(&st, 1),
            .kind = zdm_stmt_get_text(&st, 2),
            .state = zdm_stmt_get_text(&st, 3),
            .fingerprint = zdm_stmt_get_text(&st, 4),
            .at_ms = zdm_stmt_get_int(&st, 5),
        };
    }
    zdm_stmt_close(&st);
    if (rc < 0) {
        zdm_ledger_step_list_free(steps, count);
        return -1;
    }
    *out = steps;
    *n = count;
    return 0;
}

void
zdm_ledger_step_list_free(struct zdm_ledger_step *steps, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(steps[i].id);
        free(steps[i].phase);
        free(steps[i].kind);
        free(steps[i].state);
        free(steps[i].fingerprint);
    }
    free(steps);
}
