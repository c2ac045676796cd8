/* A partition that goes while it is walked. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"
#include "base/mem.h"
#include "batch/identity.h"
#include "batch/loop.h"

extern const struct zdm_embedded zdm_batch_sql[];

static void
tell_gone(struct zdm_job *job, const char *name)
{
    zdm_job_note(job, "info", "note",
        "%s is no partition of %s any more: what it holds is left as it is", name,
        zdm_job_target(job)->relation);
}

void
zdm_leaf_note_gone(struct zdm_job *job, const char *identity)
{
    char *name = zdm_identity_part(identity, 3);

    if (name)
        tell_gone(job, name);
    free(name);
}

static void
take_leave(struct zdm_worker *w)
{
    zdm_job_lock(w->job);
    bool told = w->table->gone;
    w->table->gone = true;
    zdm_job_unlock(w->job);
    w->gone = true;
    if (!told)
        tell_gone(w->job, w->target->relation);
}

bool
zdm_leaf_gone(struct zdm_worker *w, struct zdm_err *err)
{
    struct zdm_err trouble = ZDM_ERR_INIT;
    struct zdm_result *r = NULL;
    char leaf[24], root[24];

    if (w->target->root == 0 || (err->code != ZDM_OK && err->code != ZDM_ERR_FAILED))
        return false;
    snprintf(leaf, sizeof leaf, "%u", w->target->oid);
    snprintf(root, sizeof root, "%u", w->target->root);
    /* Without an answer what went wrong stands. */
    int rc = ZDM_QUERY(
        w->conn, zdm_embedded_text(zdm_batch_sql, "sql/leaf_there.sql"), &r, &trouble, leaf, root);
    zdm_err_release(&trouble);
    if (rc < 0)
        return false;
    bool gone = zdm_result_rows(r) == 0 || !zdm_result_bool(r, 0, 0);
    if (gone) {
        zdm_err_clear(err);
        take_leave(w);
    } else if (strcmp(zdm_result_get(r, 0, 1), w->target->relation) != 0) {
        zdm_fail(err, ZDM_ERR_FAILED, "partition %s is called %s now", w->target->relation,
            zdm_result_get(r, 0, 1));
        zdm_err_hint(
            err, "run plan \"%s\" again: the backfill goes on where it is", w->job->spec->plan);
    }
    zdm_result_free(r);
    return gone;
}
