#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "gate/gate.h"

/*
 * Time since the last step before the gate was done, or the one that it names, by
 * the server's clock: the journal knows when, whatever became of the process or the
 * machine. Gates that opened count too: a soak behind an approval begins with the approval.
 */
int
zdm_gate_look_soak(const struct zdm_gate_question *g, const struct zdm_check *check,
    struct zdm_check_result *out, struct zdm_err *err)
{
    int64_t age_ms = -1;
    char needed[32], passed[32], left[32];
    const char *since = zdm_check_option(check, "since");

    (void)err;
    zdm_show_duration(check->soak_ms, needed);
    for (size_t i = 0; i < g->index; i++) {
        const struct zdm_journal_row *row = zdm_journal_find(g->rows, g->plan->steps[i].id, "");
        if (!row || strcmp(row->state, "done") != 0) {
            /* Not reached yet: the clock has not started. */
            out->seen = zdm_strf("0 ms of %s", needed);
            out->todo = zdm_strf("it begins when step \"%s\" is done", g->plan->steps[i].id);
            return 0;
        }
        if (since && strcmp(g->plan->steps[i].id, since) != 0)
            continue;
        if (age_ms < 0 || row->age_ms < age_ms)
            age_ms = row->age_ms > 0 ? row->age_ms : 0; /* a clock may be set back */
    }
    if (g->index == 0) {
        out->open = true;
        out->seen = zdm_strdup("no step stands before it");
        return 0;
    }
    zdm_show_duration(age_ms, passed);
    out->seen = zdm_strf("%s of %s", passed, needed);
    out->open = age_ms >= check->soak_ms;
    if (!out->open) {
        out->ready_in_ms = check->soak_ms - age_ms;
        out->todo = zdm_strf("wait %s", zdm_show_duration(out->ready_in_ms, left));
    }
    return 0;
}
