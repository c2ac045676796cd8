#include <string.h>

#include "batch/cursor.h"
#include "base/clock.h"
#include "run/session.h"

static const struct zdm_ledger_step *
find_step(const struct zdm_ledger_step *steps, size_t n, const char *id)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(steps[i].id, id) == 0)
            return &steps[i];
    return NULL;
}

/* The ledger remembers a step that the database does not: restored, or failed over to a replica
 * that missed it. The database is right. */
static int
tell_rewound_steps(
    struct zdm_session *s, const struct zdm_ledger_step *steps, size_t n, struct zdm_err *err)
{
    for (size_t i = 0; i < n; i++) {
        const struct zdm_journal_row *row = zdm_journal_find(&s->rows, steps[i].id, "");
        enum zdm_seen seen = zdm_state_seen(row);
        if (seen == ZDM_SEEN_DONE || seen == ZDM_SEEN_UNDOING)
            continue;
        if (!row && zdm_ledger_step_forget(s->ledger, s->ledger_plan, steps[i].id, err) < 0)
            return -1;
        if (strcmp(steps[i].state, "done") != 0)
            continue;
        char at[32];
        const struct zdm_journal_row *undone = zdm_journal_find_undone(&s->rows, steps[i].id);
        if (undone) {
            zdm_session_say(s, ZDM_EVENT_RECONCILED, "info", zdm_plan_step(s->plan, steps[i].id),
                "step \"%s\" was taken back by %s at %s", steps[i].id, undone->who,
                zdm_iso8601(undone->at_ms, at));
            continue;
        }
        zdm_session_say(s, ZDM_EVENT_RECONCILED, "warning", zdm_plan_step(s->plan, steps[i].id),
            "the database was restored to an earlier point: step \"%s\" was done at %s and is not "
            "in its journal",
            steps[i].id, zdm_iso8601(steps[i].at_ms, at));
    }
    return 0;
}

static int
tell_rewound_cursors(struct zdm_session *s, struct zdm_err *err)
{
    struct zdm_ledger_progress *seen = NULL;
    size_t n = 0;
    int rc = -1;
    if (zdm_ledger_progress_list(s->ledger, s->ledger_plan, &seen, &n, err) < 0)
        return -1;
    for (size_t i = 0; i < n; i++) {
        struct zdm_cursors cursors = {.count = 0};
        if (zdm_cursors_read(s->conn, s->plan->name, seen[i].step, &cursors, err) < 0)
            goto out;
        int64_t batches = 0;
        for (size_t k = 0; k < cursors.count; k++)
            batches += cursors.items[k].batches;
        zdm_cursors_release(&cursors);
        if (batches < seen[i].batches)
            zdm_session_say(s, ZDM_EVENT_RECONCILED, "warning",
                zdm_plan_step(s->plan, seen[i].step),
                "the database was restored to an earlier point: backfill \"%s\" is at batch %lld, "
                "was at %lld; going on from where the database is",
                seen[i].step, (long long)batches, (long long)seen[i].batches);
    }
    rc = 0;
out:
    zdm_ledger_progress_list_free(seen, n);
    return rc;
}

/* Was the row written by a run of this ledger, which ended before it could note the step? */
static bool
ran_here(const struct zdm_ledger_run *runs, size_t n, const struct zdm_journal_row *row)
{
    for (size_t i = 0; i < n; i++)
        if (runs[i].epoch == row->epoch)
            return true;
    return false;
}

int
zdm_session_reconcile(struct zdm_session *s, struct zdm_err *err)
{
    struct zdm_ledger_step *steps = NULL;
    struct zdm_ledger_run *runs = NULL;
    size_t n = 0, n_runs = 0, unknown = 0;
    if (zdm_ledger_step_list(s->ledger, s->ledger_plan, &steps, &n, err) < 0)
        return -1;
    if (tell_rewound_steps(s, steps, n, err) < 0 ||
        zdm_ledger_run_list(s->ledger, s->ledger_plan, &runs, &n_runs, err) < 0) {
        zdm_ledger_step_list_free(steps, n);
        return -1;
    }
    for (size_t i = 0; i < s->rows.count; i++) {
        const struct zdm_journal_row *row = &s->rows.items[i];
        if (row->item[0] == '\0' && !find_step(steps, n, row->step) && !ran_here(runs, n_runs, row))
            unknown++;
    }
    zdm_ledger_run_list_free(runs, n_runs);
    if (n == 0 && unknown > 0)
        zdm_session_say(s, ZDM_EVENT_RECONCILED, "info", NULL,
            "this ledger did not know the plan: rebuilt from the journal, %zu step%s", unknown,
            unknown == 1 ? "" : "s");
    zdm_ledger_step_list_free(steps, n);
    return tell_rewound_cursors(s, err);
}
