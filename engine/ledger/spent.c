#include <stdlib.h>

#include "base/mem.h"
#include "ledger/stmt.h"

int
zdm_ledger_spent_list(struct zdm_ledger *ledger, const char *target, struct zdm_ledger_spent **out,
    size_t *n, struct zdm_err *err)
{
    struct zdm_ledger_spent *spent = NULL;
    size_t count = 0;
    struct zdm_stmt st;
    int rc;

    if (zdm_stmt_open(ledger, ZDM_LEDGER_SQL("spent_list"), &st, err) < 0)
        return -1;
    zdm_stmt_text(&st, ":target", target);
    while ((rc = zdm_stmt_step(&st, err)) > 0) {
        spent = zdm_grow(spent, count + 1, sizeof *spent);
        spent[count++] = (struct zdm_ledger_spent){
            .kind = zdm_stmt_get_text(&st, 0),
            .bytes = zdm_stmt_get_int(&st, 1),
            .ms = zdm_stmt_get_int(&st, 2),
        };
    }
    zdm_stmt_close(&st);
    if (rc < 0) {
        zdm_ledger_spent_list_free(spent, count);
        return -1;
    }
    *out = spent;
    *n = count;
    return 0;
}

void
zdm_ledger_spent_list_free(struct zdm_ledger_spent *spent, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(spent[i].kind);
    free(spent);
}
