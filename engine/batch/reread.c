/* While it walks, a worker looks at some of its ranges again: that a change does not stay is told in the
 * first second, not hours later by the final sweep. */
#include "batch/loop.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define SHARE 100 /* it takes one part in so many of the time of batches */

bool
zdm_reread_due(const struct zdm_worker *w)
{
    return w->sql->look.found && !w->part && !w->repair &&
           w->reread.spent_us * SHARE <= w->reread.batches_us;
}

static void
tell_back(struct zdm_worker *w, const char *shown)
{
    const struct zdm_backfill_spec *spec = w->job->spec;
    bool copy = spec->action == ZDM_BACKFILL_COPY;
    char *key = zdm_strf("%s = %s", w->target->key, shown);
    char *words = zdm_row_undone(w->job, w->target, key);

    zdm_job_note(w->job, "warning", "note",
        "%s; look at the %striggers of %s, and cancel the plan if that is not meant", words,
        copy && spec->on_conflict == ZDM_CONFLICT_NOTHING ? "unique keys and " : "",
        copy ? w->target->into : "the table");
    free(words);
    free(key);
}

/* At most once each. */
static void
tell(struct zdm_worker *w, const char *key, bool stays)
{
    bool *told_of = stays ? &w->table->told_behind : &w->table->told_back;
    char *shown = zdm_position_show(key, w->sql->n_keys);

    zdm_job_lock(w->job);
    bool told = *told_of;
    *told_of = true;
    zdm_job_unlock(w->job);
    if (!told && stays)
        zdm_job_note(w->job, "info", "note",
            "rows of %s are written behind the walk and need it (%s = %s): the final sweep does "
            "them",
            w->target->relation, w->target->key, shown);
    else if (!told)
        tell_back(w, shown);
    free(shown);
}

/* Would the change of that row stay? Without an answer (it is locked, or gone) there is nothing to tell. */
static int
try_row(struct zdm_worker *w, const char *key, struct zdm_err *err)
{
    bool still = false;

    if (zdm_row_still(w->conn, w->table, key, &still, err) == 0) {
        tell(w, key, !still);
        return 0;
    }
    if (zdm_conn_lost(w->conn))
        return zdm_worker_again(w, err);
    if (err->code != ZDM_ERR_FAILED)
        return -1;
    zdm_err_clear(err);
    return 0;
}

int
zdm_worker_reread(
    struct zdm_worker *w, const char *after, const char *upto, double ms, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    int64_t start = zdm_monotonic_us();
    char *key = NULL;
    int rc = -1;

    w->reread.batches_us += (int64_t)(ms * 1000);
    if (!upto)
        return 0;
    if (zdm_worker_ask_found(w, after, upto, &r, err) < 0)
        goto out;
    rc = 0;
    if (r && zdm_result_rows(r) > 0) {
        rc = zdm_position_of_row(r, 0, w->sql->n_keys, &key, err);
        if (rc == 0)
            rc = try_row(w, key, err);
    }
out:
    if (rc < 0 && zdm_leaf_gone(w, err))
        rc = 0;
    w->reread.spent_us += zdm_monotonic_us() - start;
    zdm_result_free(r);
    free(key);
    return rc;
}
