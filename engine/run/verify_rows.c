/* What finished backfills wrote, against the rows as they are. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "batch/recheck.h"
#include "plan/sweep.h"
#include "run/backfill_spec.h"
#include "run/state.h"
#include "run/verify_private.h"

static int
recheck(struct zdm_verify *v, const struct zdm_plan *plan, const struct zdm_step *step,
    struct zdm_recheck *out, struct zdm_err *err)
{
    struct zdm_assignment *set = zdm_alloc((zdm_backfill_spec_columns(step) + 1) * sizeof *set);
    struct zdm_backfill_spec spec = zdm_backfill_spec_of(plan, step, set);
    struct zdm_sweep_outlook outlook;

    zdm_sweep_outlook(&step->u.backfill, &outlook);
    spec.sweep = zdm_sweep_wish_of(true, &outlook);
    int rc = zdm_recheck(v->conn, &spec, out, err);
    zdm_sweep_outlook_release(&outlook);
    free(set);
    return rc;
}

static void
tell(struct zdm_verify *v, const struct zdm_plan *plan, const struct zdm_step *step,
    const struct zdm_recheck *found)
{
    const char *table = found->relation ? found->relation : step->u.backfill.table;
    char rows[32], wrong[32];

    if (found->why_not) {
        zdm_verify_add(v, ZDM_VERIFY_ROWS, false, plan->name, step->id,
            "whether the rows of %s are as it left them cannot be told: %s", table, found->why_not);
        return;
    }
    zdm_show_count(found->rows, rows);
    zdm_show_count(found->wrong, wrong);
    if (found->wrong == 0) {
        zdm_verify_add(v, ZDM_VERIFY_ROWS, false, plan->name, step->id,
            "all %s rows of %s are as it left them", rows, table);
        return;
    }
    struct zdm_verify_item *item = zdm_verify_add(v, ZDM_VERIFY_ROWS, true, plan->name, step->id,
        "%s of %s rows of %s are not as it left them, such as %s", wrong, rows, table,
        found->examples);
    item->kind = zdm_strdup("table");
    item->name = zdm_strdup(table);
    zdm_verify_hint(item,
        "who wrote them need not have been wrong; to do them again: zdm resolve %s \"%s\" "
        "--not-done --because \"...\", then zdm run",
        plan->file, step->id);
}

int
zdm_verify_rows(struct zdm_verify *v, struct zdm_err *err)
{
    for (size_t i = 0; i < v->n_plans; i++) {
        const struct zdm_plan *plan = zdm_verify_plan(v, v->plans[i].name);
        for (size_t k = 0; plan && k < plan->n_steps; k++) {
            const struct zdm_step *step = &plan->steps[k];
            const struct zdm_journal_row *row = zdm_journal_find(&v->rows[i], step->id, "");
            struct zdm_recheck found;
            if (step->kind != ZDM_STEP_BACKFILL || !row || strcmp(row->state, "done") != 0 ||
                !zdm_state_same(row, step))
                continue;
            if (recheck(v, plan, step, &found, err) < 0)
                return -1;
            tell(v, plan, step, &found);
            zdm_recheck_release(&found);
        }
    }
    return 0;
}
