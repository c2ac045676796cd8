#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "ledger/stmt.h"

int
zdm_ledger_progress_put(struct zdm_ledger *ledger, int64_t plan, const char *step, int64_t slice,
    const char *pos, const char *bound, int64_t rows, int64_t batches, struct zdm_err *err)
{
    struct zdm_stmt st;

    if (zdm_stmt_open(ledger, ZDM_LEDGER_SQL("progress_put"), &st, err) < 0)
        return -1;
    zdm_stmt_int(&st, ":plan", plan);
    zdm_stmt_text(&st, ":step", step);
    zdm_stmt_int(&st, ":slice", slice);
    zdm_stmt_text(&st, ":pos", pos);
    zdm_stmt_text(&st, ":bound", bound);
    zdm_stmt_int(&st, ":rows", rows);
    zdm_stmt_int(&st, ":batches", batches);
    zdm_stmt_int(&st, ":now", zdm_now_ms());
    return zdm_stmt_run(&st, err);
}

int
zdm_ledger_walk_put(struct zdm_ledger *ledger, int64_t plan, const char *step,
    const struct zdm_ledger_walk *walk, struct zdm_err *err)
{
    if (zdm_ledger_begin(ledger, err) < 0)
        return -1;
    int rc = zdm_ledger_progress_put(
        ledger, plan, step, 0, walk->pos, walk->bound, walk->rows, walk->batches, err);
    if (rc == 0)
        rc = zdm_ledger_sample_add(
            ledger, plan, step, walk->rows, walk->batch_rows, walk->batch_ms, err);
    return zdm_ledger_end(ledger, rc, err);
}

int
zdm_ledger_progress_list(struct zdm_ledger *ledger, int64_t plan, struct zdm_ledger_progress **out,
    size_t *n, struct zdm_err *err)
{
    struct zdm_ledger_progress *slices = NULL;
    size_t count = 0;
    struct zdm_stmt st;
    int rc;

    if (zdm_stmt_open(ledger, ZDM_LEDGER_SQL("progress_list"), &st, err) < 0)
        return -1;
    zdm_stmt_int(&st, ":plan", plan);
    while ((rc = zdm_stmt_step(&st, err)) > 0) {
        slices = zdm_grow(slices, count + 1, sizeof *slices);
        slices[count++] = (struct zdm_ledger_progress){
            .step = zdm_stmt_get_text(&st, 0),
            .pos = zdm_stmt_get_text(&st, 1),
            .bound = zdm_stmt_get_text(&st, 2),
            .slice = zdm_stmt_get_int(&st, 3),
            .rows = zdm_stmt_get_int(&st, 4),
            .batches = zdm_stmt_get_int(&st, 5),
            .at_ms = zdm_stmt_get_int(&st, 6),
        };
    }
    zdm_stmt_close(&st);
    if (rc < 0) {
        zdm_ledger_progress_list_free(slices, count);
        return -1;
    }
    *out = slices;
    *n = count;
    return 0;
}

void
zdm_ledger_progress_list_free(struct zdm_ledger_progress *slices, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(slices[i].step);
        free(slices[i].pos);
        free(slices[i].bound);
    }
    free(slices);
}
