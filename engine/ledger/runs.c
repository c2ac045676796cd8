#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "ledger/stmt.h"

int
zdm_ledger_run_begin(struct zdm_ledger *ledger, int64_t plan, int64_t epoch, const char *who,
    int64_t *run, struct zdm_err *err)
{
    int64_t now = zdm_now_ms();
    int64_t id = 0;
    struct zdm_stmt st;

    if (zdm_ledger_begin(ledger, err) < 0)
        return -1;
    int rc = zdm_stmt_open(ledger, ZDM_LEDGER_SQL("run_lose"), &st, err);
    if (rc == 0) {
        zdm_stmt_int(&st, ":plan", plan);
        zdm_stmt_int(&st, ":epoch", epoch);
        zdm_stmt_int(&st, ":now", now);
        rc = zdm_stmt_run(&st, err);
    }
    if (rc == 0)
        rc = zdm_stmt_open(ledger, ZDM_LEDGER_SQL("run_begin"), &st, err);
    if (rc == 0) {
        zdm_stmt_int(&st, ":plan", plan);
        zdm_stmt_int(&st, ":epoch", epoch);
        zdm_stmt_text(&st, ":who", who);
        zdm_stmt_int(&st, ":now", now);
        rc = zdm_stmt_run_int(&st, &id, err);
    }
    rc = zdm_ledger_end(ledger, rc, err);
    if (rc == 0)
        *run = id;
    return rc;
}

int
zdm_ledger_run_end(struct zdm_ledger *ledger, int64_t run, const char *state, struct zdm_err *err)
{
    struct zdm_stmt st;

    if (zdm_stmt_open(
            ledger, "UPDATE run SET state = :state, ended_ms = :now WHERE id = :run", &st, err) < 0)
        return -1;
    zdm_stmt_text(&st, ":state", state);
    zdm_stmt_int(&st, ":now", zdm_now_ms());
    zdm_stmt_int(&st, ":run", run);
    return zdm_stmt_run(&st, err);
}

int
zdm_ledger_run_list(struct zdm_ledger *ledger, int64_t plan, struct zdm_ledger_run **out, size_t *n,
    struct zdm_err *err)
{
    struct zdm_ledger_run *runs = NULL;
    size_t count = 0;
    struct zdm_stmt st;
    int rc;

    if (zdm_stmt_open(ledger, ZDM_LEDGER_SQL("run_list"), &st, err) < 0)
        return -1;
    zdm_stmt_int(&st, ":plan", plan);
    while ((rc = zdm_stmt_step(&st, err)) > 0) {
        runs = zdm_grow(runs, count + 1, sizeof *runs);
        runs[count++] = (struct zdm_ledger_run){
            .id = zdm_stmt_get_int(&st, 0),
            .epoch = zdm_stmt_get_int(&st, 1),
            .who = zdm_stmt_get_text(&st, 2),
            .state = zdm_stmt_get_text(&st, 3),
            .started_ms = zdm_stmt_get_int(&st, 4),
            .ended_ms = zdm_stmt_get_int(&st, 5),
        };
    }
    zdm_stmt_close(&st);
    if (rc < 0) {
        zdm_ledger_run_list_free(runs, count);
        return -1;
    }
    *out = runs;
    *n = count;
    return 0;
}

void
zdm_ledger_run_list_free(struct zdm_ledger_run *runs, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(runs[i].who);
        free(runs[i].state);
    }
    free(runs);
}
