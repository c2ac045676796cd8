#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "ledger/stmt.h"

int
zdm_ledger_event_add(struct zdm_ledger *ledger, int64_t plan, int64_t run, const char *step,
    const char *level, const char *kind, const char *message, const char *detail,
    struct zdm_err *err)
{
    struct zdm_stmt st;

    if (zdm_stmt_open(ledger, ZDM_LEDGER_SQL("event_add"), &st, err) < 0)
        return -1;
    zdm_stmt_int(&st, ":plan", plan);
    zdm_stmt_int(&st, ":run", run);
    zdm_stmt_text(&st, ":step", step);
    zdm_stmt_text(&st, ":level", level);
    zdm_stmt_text(&st, ":kind", kind);
    zdm_stmt_text(&st, ":message", message);
    zdm_stmt_text(&st, ":detail", detail);
    zdm_stmt_int(&st, ":now", zdm_now_ms());
    return zdm_stmt_run(&st, err);
}

int
zdm_ledger_event_list(struct zdm_ledger *ledger, int64_t plan, struct zdm_ledger_event **out,
    size_t *n, struct zdm_err *err)
{
    struct zdm_ledger_event *events = NULL;
    size_t count = 0;
    struct zdm_stmt st;
    int rc;

    if (zdm_stmt_open(ledger, ZDM_LEDGER_SQL("event_list"), &st, err) < 0)
        return -1;
    zdm_stmt_int(&st, ":plan", plan);
    while ((rc = zdm_stmt_step(&st, err)) > 0) {
        events = zdm_grow(events, count + 1, sizeof *events);
        events[count++] = (struct zdm_ledger_event){
            .seq = zdm_stmt_get_int(&st, 0),
            .run = zdm_stmt_get_int(&st, 1),
            .at_ms = zdm_stmt_get_int(&st, 2),
            .step = zdm_stmt_get_text(&st, 3),
            .level = zdm_stmt_get_text(&st, 4),
            .kind = zdm_stmt_get_text(&st, 5),
            .message = zdm_stmt_get_text(&st, 6),
            .detail = zdm_stmt_get_text(&st, 7),
        };
    }
    zdm_stmt_close(&st);
    if (rc < 0) {
        zdm_ledger_event_list_free(events, count);
        return -1;
    }
    *out = events;
    *n = count;
    return 0;
}

void
zdm_ledger_event_list_free(struct zdm_ledger_event *events, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(events[i].step);
        free(events[i].level);
        free(events[i].kind);
        free(events[i].message);
        free(events[i].detail);
    }
    free(events);
}
