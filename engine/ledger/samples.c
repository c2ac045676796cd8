#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "ledger/stmt.h"

/* The trigger sample_ring of schema.sql drops what is too old. */
int
zdm_ledger_sample_add(struct zdm_ledger *ledger, int64_t plan, const char *step, int64_t rows,
    int64_t batch_rows, double batch_ms, struct zdm_err *err)
{
    struct zdm_stmt st;

    if (zdm_stmt_open(ledger, ZDM_LEDGER_SQL("sample_add"), &st, err) < 0)
        return -1;
    zdm_stmt_int(&st, ":plan", plan);
    zdm_stmt_text(&st, ":step", step);
    zdm_stmt_int(&st, ":rows", rows);
    zdm_stmt_int(&st, ":batch_rows", batch_rows);
    zdm_stmt_real(&st, ":batch_ms", batch_ms);
    zdm_stmt_int(&st, ":now", zdm_now_ms());
    return zdm_stmt_run(&st, err);
}

int
zdm_ledger_sample_list(struct zdm_ledger *ledger, int64_t plan, const char *step,
    struct zdm_ledger_sample **out, size_t *n, struct zdm_err *err)
{
    struct zdm_ledger_sample *samples = NULL;
    size_t count = 0;
    struct zdm_stmt st;
    int rc;

    if (zdm_stmt_open(ledger, ZDM_LEDGER_SQL("sample_list"), &st, err) < 0)
        return -1;
    zdm_stmt_int(&st, ":plan", plan);
    zdm_stmt_text(&st, ":step", step);
    while ((rc = zdm_stmt_step(&st, err)) > 0) {
        samples = zdm_grow(samples, count + 1, sizeof *samples);
        samples[count++] = (struct zdm_ledger_sample){
            .at_ms = zdm_stmt_get_int(&st, 0),
            .rows = zdm_stmt_get_int(&st, 1),
            .batch_rows = zdm_stmt_get_int(&st, 2),
            .batch_ms = zdm_stmt_get_real(&st, 3),
        };
    }
    zdm_stmt_close(&st);
    if (rc < 0) {
        zdm_ledger_sample_list_free(samples);
        return -1;
    }
    *out = samples;
    *n = count;
    return 0;
}

void
zdm_ledger_sample_list_free(struct zdm_ledger_sample *samples)
{
    free(samples);
}
