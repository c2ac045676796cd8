/* What the final sweep found becomes slices, whose batches change the rows that need it and no others. */
#include "batch/loop.h"

#include <stdlib.h>

#include "base/failpoint.h"
#include "base/mem.h"
#include "pg/journal.h"
#include "pg/retry.h"

int
zdm_row_still(struct zdm_conn *conn, const struct zdm_table *table, const char *key, bool *still,
    struct zdm_err *err)
{
    struct zdm_position at = {.n = 0};
    struct zdm_parameters p = {.n = 0};
    struct zdm_result *r = NULL;
    int rc = -1;

    if (!table->sql.look.once) { /* a map: each of its batches checks that in its rows */
        *still = false;
        return 0;
    }
    if (zdm_position_split(key, table->sql.n_keys, &at, err) < 0)
        return -1;
    zdm_parameters_add_position(&p, &at, 0);
    if (zdm_conn_exec(conn, "BEGIN", NULL, err) == 0 &&
        zdm_conn_exec(conn,
            "SELECT pg_catalog.set_config('zdm.sync', 'off', true),"
            " pg_catalog.set_config('lock_timeout', '50ms', true),"
            " pg_catalog.set_config('row_security', 'off', true)",
            NULL, err) == 0 &&
        zdm_conn_query(conn, table->sql.look.once, p.n, p.values, NULL, err) == 0 &&
        zdm_conn_query(conn, table->sql.look.still, p.n, p.values, &r, err) == 0) {
        *still = zdm_result_bool(r, 0, 0);
        rc = 0;
    }
    zdm_result_free(r);
    zdm_conn_rollback(conn);
    zdm_position_release(&at);
    return rc;
}

char *
zdm_row_undone(
    const struct zdm_job *job, const struct zdm_backfill_target *target, const char *keys)
{
    if (job->spec->action != ZDM_BACKFILL_COPY)
        return zdm_strf("a row of %s is as it was after the change (%s), as if a trigger took it "
                        "back",
            target->relation, keys);
    if (job->spec->on_conflict != ZDM_CONFLICT_NOTHING)
        return zdm_strf("a row of %s that was copied is not in %s (%s), as if a trigger kept it "
                        "away",
            target->relation, target->into, keys);
    return zdm_strf(
        "a row of %s that was copied is not in %s (%s), as if another row there had the "
        "same in one of its unique keys: on_conflict = \"nothing\" keeps that one and "
        "leaves this out",
        target->relation, target->into, keys);
}

int
zdm_repair_lasts(struct zdm_job *job, bool *lasts, struct zdm_err *err)
{
    const struct zdm_sweep *s = &job->sweep;
    bool still = false;

    *lasts = true;
    if (s->n_keys == 0)
        return 0;
    while (zdm_row_still(
               job->control, s->pieces[s->keys[0].piece].table, s->keys[0].key, &still, err) < 0) {
        if (zdm_retry_class(err->sqlstate, zdm_conn_lost(job->control)) != ZDM_RETRY_RECONNECT) {
            /* Locked, or an error: its batch will wait, or tell. */
            zdm_err_clear(err);
            return 0;
        }
        if (zdm_control_again(job, err) < 0)
            return -1;
    }
    *lasts = !still;
    return 0;
}

/* One transaction. A second one, after a lost reply, finds rows without a batch and writes the same. */
static int
make(struct zdm_job *job, size_t first, int64_t round, struct zdm_err *err)
{
    const struct zdm_backfill_spec *spec = job->spec;
    const struct zdm_sweep *s = &job->sweep;

    if (zdm_conn_exec(job->control, "BEGIN", NULL, err) < 0 ||
        zdm_journal_fence(job->control, spec->plan, job->epoch, err) < 0)
        goto failed;
    for (size_t i = 0; i < s->n_found; i++) {
        const struct zdm_piece *from = &s->pieces[s->found[i].first],
                               *to = &s->pieces[s->found[i].last];
        const struct zdm_cursor slice = {
            .slice = (int64_t)(first + i),
            .at.pos = from->after,
            .bound = to->upto,
            .relation = from->table->target.identity,
            .round = round,
        };
        if (zdm_cursor_claim(job->control, spec->plan, spec->step, job->epoch, &slice, err) < 0)
            goto failed;
    }
    if (zdm_conn_commit(job->control, err) < 0)
        goto failed;
    return 0;
failed:
    zdm_conn_rollback(job->control);
    return -1;
}

static int
read_cursors(struct zdm_job *job, struct zdm_cursors *cursors, struct zdm_err *err)
{
    if (zdm_job_read_cursors(job, cursors, err) < 0)
        return -1;
    return zdm_job_check_slices(job, cursors, err);
}

int
zdm_repair_begin(struct zdm_job *job, struct zdm_err *err)
{
    struct zdm_cursors cursors = {.count = 0};
    int64_t round = 1;
    int rc = -1;

    if (read_cursors(job, &cursors, err) < 0)
        goto out;
    for (size_t i = 0; i < cursors.count; i++)
        if (cursors.items[i].round >= round)
            round = cursors.items[i].round + 1;
    size_t first = cursors.count;
    while (make(job, first, round, err) < 0)
        if (zdm_control_again(job, err) < 0)
            goto out;
    ZDM_FAIL_HERE(REPAIR_AFTER);
    if (read_cursors(job, &cursors, err) < 0 || zdm_job_adopt(job, &cursors, err) < 0)
        goto out;
    zdm_slices_found(job, first);
    rc = 0;
out:
    zdm_cursors_release(&cursors);
    return rc;
}
