#include "batch/loop.h"

#include <stdlib.h>
#include <string.h>

#include "batch/identity.h"

static bool
same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

/* Another table under the same name, or another primary key: rows behind pos were never looked at.
 * In another database (a restored dump) oids say nothing. */
static int
check_identity(const struct zdm_job *job, const struct zdm_backfill_target *target,
    const struct zdm_cursor *cursor, struct zdm_err *err)
{
    const struct zdm_backfill_spec *spec = job->spec;
    const char *then = cursor->relation, *now = target ? target->identity : NULL;

    if (!then || !now || !zdm_identity_same(then, now, 1) || zdm_identity_same(then, now, 3))
        return 0;
    char *where = zdm_cursor_where(spec->plan, spec->step);
    if (zdm_identity_same(then, now, 2)) {
        zdm_fail(err, ZDM_ERR_MISMATCH,
            "%s: %s is another key than the one that backfill \"%s\" began with", target->relation,
            target->key, spec->step);
        zdm_err_detail(
            err, "%lld rows were updated in the order of the other one", (long long)cursor->rows);
        zdm_err_hint(err,
            "put the key back; or, when rows may be updated twice, begin again from its first key: "
            "DELETE FROM zdm.cursor WHERE %s",
            where);
    } else {
        zdm_fail(err, ZDM_ERR_MISMATCH,
            "%s is another table than the one that backfill \"%s\" began with", target->relation,
            spec->step);
        zdm_err_detail(err, "it was dropped and made again; %lld rows of the old one were updated",
            (long long)cursor->rows);
        zdm_err_hint(err,
            "to begin again from its first key: DELETE FROM zdm.cursor WHERE %s; when it holds the "
            "old table's rows (a restored dump), go on with: UPDATE zdm.cursor SET relation = %s "
            "WHERE %s",
            where, job->by_leaf ? "pg_catalog.regexp_replace(relation, '^[0-9]+', '0')" : "NULL",
            where);
    }
    free(where);
    return -1;
}

int
zdm_job_check_cursor(const struct zdm_job *job, const struct zdm_backfill_target *target,
    const struct zdm_cursor *cursor, struct zdm_err *err)
{
    const struct zdm_backfill_spec *spec = job->spec;

    if (!cursor->exists) {
        zdm_fail(err, ZDM_ERR_MISMATCH, "the cursor of backfill \"%s\" is gone", spec->step);
        zdm_err_detail(err, "table zdm.cursor has no row of plan \"%s\", step \"%s\" any more",
            spec->plan, spec->step);
        return zdm_err_hint(err,
            "if the database was put back to an earlier point, run the plan again; if somebody "
            "deleted the row, the backfill would start over from the first key");
    }
    if (cursor->epoch < job->epoch) {
        zdm_fail(err, ZDM_ERR_FAILED,
            "the cursor of backfill \"%s\" is at an earlier run than ours", spec->step);
        return zdm_err_hint(err,
            "the database was restored or failed over to an earlier point: run "
            "the plan again, it goes on from what is there");
    }
    if (cursor->epoch != job->epoch) {
        zdm_fail(err, ZDM_ERR_OWNED, "another runner has taken over plan \"%s\"", spec->plan);
        zdm_err_detail(err, "its epoch is %lld, ours is %lld", (long long)cursor->epoch,
            (long long)job->epoch);
        return zdm_err_hint(err, "its work is kept; zdm status shows who runs it");
    }
    if (check_identity(job, target, cursor, err) < 0)
        return -1;
    if (strcmp(cursor->state, "open") != 0) {
        zdm_fail(err, ZDM_ERR_MISMATCH,
            "the cursor of backfill \"%s\" is done, but the journal has no row of it", spec->step);
        char *where = zdm_cursor_where(spec->plan, spec->step);
        zdm_err_hint(err,
            "if it is to run again from the first key: DELETE FROM zdm.cursor WHERE %s", where);
        free(where);
        return -1;
    }
    return 0;
}

int
zdm_job_check_cursors(
    const struct zdm_job *job, const struct zdm_cursors *cursors, struct zdm_err *err)
{
    struct zdm_cursor none = {.exists = false};
    size_t n = cursors->count;

    if (n == 0 || cursors->items[n - 1].slice != (int64_t)n - 1 ||
        n < job->n_slices) /* more: parts whose making was not replied */
        return zdm_job_check_cursor(job, zdm_job_target(job), &none, err);
    for (size_t i = 0; i < n; i++) {
        const struct zdm_table *table = zdm_job_table_of(job, &cursors->items[i]);
        if (zdm_job_check_cursor(job, table ? &table->target : NULL, &cursors->items[i], err) < 0)
            return -1;
    }
    return 0;
}

/* Reads the cursor; ours, or -1. */
static int
read_cursor(struct zdm_worker *w, bool lock, struct zdm_cursor *out, struct zdm_err *err)
{
    const struct zdm_backfill_spec *spec = w->job->spec;

    while (zdm_cursor_read(w->conn, spec->plan, spec->step, w->slice, lock, out, err) < 0)
        if (zdm_worker_again(w, err) < 0)
            return -1;
    struct zdm_table *table = out->exists ? zdm_job_table_of(w->job, out) : w->table;
    if (table && table != w->table)
        zdm_worker_walks(w, table);
    if (!out->exists)
        w->behind = zdm_slice_may_be_lost(w->job, w->slice);
    return zdm_job_check_cursor(w->job, table ? &table->target : NULL, out, err);
}

/* The slice was further: a failover, or a crash that lost what was committed last. */
static void
note_rewound(struct zdm_worker *w, int64_t before, int64_t now)
{
    zdm_slice_rewound(w->job, w->slice, now);
    zdm_job_note(w->job, "warning", "rewound",
        "the database is %lld batches behind what was reported done: going on from there",
        (long long)(before - now));
}

int
zdm_worker_read(struct zdm_worker *w, struct zdm_err *err)
{
    struct zdm_cursor cursor = {.exists = false};
    int rc = read_cursor(w, false, &cursor, err);

    if (rc == 0) {
        w->gone = !zdm_job_table_of(w->job, &cursor);
        zdm_job_lock(w->job);
        w->rows = w->job->slices[w->slice].rows;
        w->batches = w->job->slices[w->slice].batches;
        zdm_job_unlock(w->job);
        if (cursor.batches < w->batches)
            note_rewound(w, w->batches, cursor.batches);
        if (cursor.batches != w->batches)
            zdm_worker_moved(w, &cursor.at, cursor.rows, cursor.batches, -1, 0);
        else
            zdm_spot_copy(&cursor.at, &w->at);
        w->bound = cursor.bound;
        cursor.bound = NULL;
        w->total = cursor.total;
        w->repair = cursor.round > 0;
    }
    zdm_cursor_release(&cursor);
    return rc;
}

int
zdm_worker_look(struct zdm_worker *w, bool *moved, struct zdm_err *err)
{
    struct zdm_cursor cursor = {.exists = false};
    int rc = read_cursor(w, true, &cursor, err);

    if (rc < 0)
        goto out;
    /* What is still to be begun is not in the cursor. */
    *moved = cursor.batches != w->batches || !same_text(cursor.at.pos, w->at.pos) ||
             cursor.at.stripe != w->at.stripe;
    if (!*moved)
        goto out;
    if (cursor.batches == w->batches + 1 && zdm_spot_same(&cursor.at, &w->to)) {
        /* The batch in question went through: its reply was lost. */
        zdm_worker_advance(w, cursor.rows, cursor.batches, 0, -1);
    } else {
        if (cursor.batches < w->batches)
            note_rewound(w, w->batches, cursor.batches);
        else
            zdm_job_note(w->job, "info", "adopted", "going on from where the cursor is");
        zdm_ranges_clear(&w->ranges);
        zdm_cuts_clear(&w->cuts);
        w->suspect = 0;
        free(w->bound);
        w->bound = cursor.bound;
        cursor.bound = NULL;
        w->repair = cursor.round > 0;
        zdm_worker_moved(w, &cursor.at, cursor.rows, cursor.batches, -1, 0);
    }
out:
    zdm_cursor_release(&cursor);
    return rc;
}
