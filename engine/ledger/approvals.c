#include <stdlib.h>

#include "base/mem.h"
#include "ledger/stmt.h"

int
zdm_ledger_approval_put(struct zdm_ledger *ledger, int64_t plan, const char *gate, const char *item,
    const char *who, const char *note, int64_t at_ms, struct zdm_err *err)
{
    struct zdm_stmt st;

    if (zdm_stmt_open(ledger, ZDM_LEDGER_SQL("approval_put"), &st, err) < 0)
        return -1;
    zdm_stmt_int(&st, ":plan", plan);
    zdm_stmt_text(&st, ":gate", gate);
    zdm_stmt_text(&st, ":item", item);
    zdm_stmt_text(&st, ":who", who);
    zdm_stmt_text(&st, ":note", note);
    zdm_stmt_int(&st, ":at_ms", at_ms);
    return zdm_stmt_run(&st, err);
}

int
zdm_ledger_approval_list(struct zdm_ledger *ledger, int64_t plan, struct zdm_ledger_approval **out,
    size_t *n, struct zdm_err *err)
{
    struct zdm_ledger_approval *approvals = NULL;
    size_t count = 0;
    struct zdm_stmt st;
    int rc;

    if (zdm_stmt_open(ledger, ZDM_LEDGER_SQL("approval_list"), &st, err) < 0)
        return -1;
    zdm_stmt_int(&st, ":plan", plan);
    while ((rc = zdm_stmt_step(&st, err)) > 0) {
        approvals = zdm_grow(approvals, count + 1, sizeof *approvals);
        approvals[count++] = (struct zdm_ledger_approval){
            .gate = zdm_stmt_get_text(&st, 0),
            .item = zdm_stmt_get_text(&st, 1),
            .who = zdm_stmt_get_text(&st, 2),
            .note = zdm_stmt_get_text(&st, 3),
            .at_ms = zdm_stmt_get_int(&st, 4),
        };
    }
    zdm_stmt_close(&st);
    if (rc < 0) {
        zdm_ledger_approval_list_free(approvals, count);
        return -1;
    }
    *out = approvals;
    *n = count;
    return 0;
}

void
zdm_ledger_approval_list_free(struct zdm_ledger_approval *approvals, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(approvals[i].gate);
        free(approvals[i].item);
        free(approvals[i].who);
        free(approvals[i].note);
    }
    free(approvals);
}
