/* Rows from quarantine, one by one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/embedded.h"
#include "base/mem.h"
#include "batch/identity.h"
#include "batch/loop.h"

extern const struct zdm_embedded zdm_batch_sql[];

/* In another database (a restored dump) oids say nothing. */
static bool
same_table(const char *then, const char *now)
{
    return !then || !zdm_identity_same(then, now, 1) || zdm_identity_same(then, now, 3);
}

static int
other_table(const struct zdm_job *job, const struct zdm_bad_row *row, struct zdm_err *err)
{
    zdm_fail(err, ZDM_ERR_MISMATCH,
        "%s is another table, or has another key, than when its row %s went into quarantine",
        row->relation, row->key);
    struct zdm_buf b = ZDM_BUF_INIT;
    char *where = zdm_cursor_where(job->spec->plan, job->spec->step);
    zdm_buf_addf(&b, "%s AND relation = ", where);
    zdm_batch_add_literal(&b, row->relation);
    zdm_buf_add(&b, " AND key = ");
    zdm_batch_add_literal(&b, row->key);
    zdm_err_hint(err,
        "put it back; or, when the row is of no interest any more: DELETE FROM zdm.quarantine "
        "WHERE %s",
        b.s);
    zdm_buf_release(&b);
    free(where);
    return -1;
}

/* The table that the plan names: with the key of the row, unless that is of a partition. */
static int
find_root(struct zdm_job *job, const struct zdm_bad_row *row, struct zdm_err *err)
{
    const char *began = zdm_identity_of_leaf(row->identity) ? NULL : row->identity;
    struct zdm_backfill_target target;

    while (zdm_backfill_target_find(job->control, job->spec, began, &target, err) < 0)
        if (zdm_control_again(job, err) < 0)
            return -1;
    zdm_job_add_table(job, &target);
    return 0;
}

/* Is there still a table with the oid that the partition had? Then it was renamed. */
static int
still_there(struct zdm_job *job, const struct zdm_bad_row *row, bool *there, struct zdm_err *err)
{
    char *oid = zdm_identity_part(row->identity, 1);
    struct zdm_result *r = NULL;
    int rc;

    while ((rc = ZDM_QUERY(job->control,
                "SELECT EXISTS (SELECT FROM pg_catalog.pg_class AS c"
                " WHERE c.oid OPERATOR(pg_catalog.=) $1::pg_catalog.oid)",
                &r, err, oid)) < 0)
        if (zdm_control_again(job, err) < 0)
            break;
    free(oid);
    if (rc == 0)
        *there = zdm_result_bool(r, 0, 0) &&
                 zdm_identity_same(row->identity, zdm_job_target(job)->identity, 1);
    zdm_result_free(r);
    return rc;
}

/* *found false: a partition that was dropped. */
static int
find_leaf(struct zdm_job *job, const struct zdm_bad_row *row, bool *found, struct zdm_table **table,
    struct zdm_err *err)
{
    struct zdm_backfill_target target;

    while (zdm_backfill_target_find_leaf(job->control, job->spec, zdm_job_target(job),
               row->relation, row->identity, found, &target, err) < 0)
        if (zdm_control_again(job, err) < 0)
            return -1;
    if (*found)
        *table = zdm_job_add_table(job, &target);
    return 0;
}

/* The worker is about the table of the row from now on: what the plan names, or a partition. */
static int
walk_table(struct zdm_worker *w, const struct zdm_bad_row *row, bool *found, struct zdm_err *err)
{
    struct zdm_job *job = w->job;
    struct zdm_table *table;
    bool renamed = false;

    *found = true;
    if (w->target && strcmp(w->target->relation, row->relation) == 0)
        return 0;
    if (job->n_tables == 0 && find_root(job, row, err) < 0)
        return -1;
    table = job->tables[0];
    if (zdm_identity_of_leaf(row->identity) && find_leaf(job, row, found, &table, err) < 0)
        return -1;
    if (!*found) {
        if (still_there(job, row, &renamed, err) < 0)
            return -1;
        return renamed ? other_table(job, row, err) : 0;
    }
    if (!same_table(row->identity, table->target.identity))
        return other_table(job, row, err);
    zdm_batch_sql_build(job->spec, &table->target, &table->sql);
    zdm_worker_walks(w, table);
    return 0;
}

/* Its partition is gone, and the row with it. */
static int
drop_row(struct zdm_job *job, const struct zdm_bad_row *row, struct zdm_retried *out,
    struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    char epoch[24];

    snprintf(epoch, sizeof epoch, "%lld", (long long)job->epoch);
    while (ZDM_QUERY(job->control, zdm_embedded_text(zdm_batch_sql, "sql/quarantine_drop.sql"), &r,
               err, job->spec->plan, job->spec->step, row->relation, row->key, epoch) < 0)
        if (zdm_control_again(job, err) < 0)
            return -1;
    bool ours = zdm_result_i64(r, 0, 0) > 0;
    zdm_result_free(r);
    out->unneeded++;
    return ours ? 0 : zdm_retry_taken_over(job, err);
}

static int
retry_one(struct zdm_worker *w, const struct zdm_bad_row *row, struct zdm_retried *out, bool *moved,
    struct zdm_err *err)
{
    struct zdm_position key = {.n = 0};
    bool found, gone = false;

    if (walk_table(w, row, &found, err) < 0)
        return -1;
    if (!found)
        return drop_row(w->job, row, out, err);
    if ((!w->conn && zdm_worker_open(w, err) < 0) ||
        zdm_position_split(row->key, w->sql->n_keys, &key, err) < 0)
        return -1;
    int rc = zdm_retry_row(w, row, &key, out, &gone, moved, err);
    zdm_position_release(&key);
    return rc == 0 && gone ? drop_row(w->job, row, out, err) : rc;
}

/* Rows of a table that was renamed, or has another key: told in the end, with *first. */
struct left_out {
    const struct zdm_bad_row *row; /* the last of them */
    int64_t rows;
    struct zdm_err first;
};

static bool
same_place(const struct zdm_bad_row *a, const struct zdm_bad_row *b)
{
    return a && strcmp(a->relation, b->relation) == 0 &&
           (a->identity && b->identity ? strcmp(a->identity, b->identity) == 0
                                       : a->identity == b->identity);
}

static int
retry_all(struct zdm_worker *w, const struct zdm_bad_rows *rows, struct zdm_retried *out,
    struct zdm_err *err)
{
    struct left_out left = {.row = NULL, .first = ZDM_ERR_INIT};
    int64_t moved = 0; /* of the table in question */
    int rc = 0;

    for (size_t i = 0; i < rows->count && rc == 0; i++) {
        const struct zdm_bad_row *row = &rows->items[i];
        if (same_place(left.row, row)) {
            left.rows++;
            continue;
        }
        if (moved > 0 && strcmp(row->relation, w->target->relation) != 0) {
            rc = zdm_retry_settle(w, moved, out, err);
            moved = 0;
        }
        bool it_moved = false;
        if (rc == 0)
            rc = retry_one(w, row, out, &it_moved, err);
        moved += it_moved;
        if (rc == 0 || err->code != ZDM_ERR_MISMATCH)
            continue;
        left.row = row;
        left.rows++;
        if (left.first.code == ZDM_OK)
            zdm_err_move(&left.first, err);
        zdm_err_clear(err);
        rc = 0;
    }
    if (rc == 0 && moved > 0)
        rc = zdm_retry_settle(w, moved, out, err);
    if (rc < 0 || left.rows == 0) {
        zdm_err_release(&left.first);
        return rc;
    }
    zdm_err_move(err, &left.first);
    if (rows->count > 1)
        zdm_err_detail(err,
            "%lld of %zu rows are left out for such a reason, the others were tried",
            (long long)left.rows, rows->count);
    return -1;
}

int
zdm_backfill_retry(struct zdm_conn *control, const struct zdm_backfill_spec *spec, int64_t epoch,
    const struct zdm_backfill_hooks *hooks, const char *key, struct zdm_retried *out,
    struct zdm_err *err)
{
    struct zdm_backfill_spec own = *spec;
    struct zdm_job job = {.control = control,
        .spec = &own,
        .hooks = hooks,
        .epoch = epoch,
        .fault.set_index = ZDM_FAULT_WHERE};
    struct zdm_bad_rows rows = {.count = 0};
    int rc;

    /* What is reported done must outlive a crash. */
    if (!own.synchronous_commit || strcmp(own.synchronous_commit, "off") == 0)
        own.synchronous_commit = "on";
    zdm_job_init(&job);
    job.conninfo = zdm_strdup(zdm_conn_conninfo(control));
    while ((rc = zdm_quarantine_read(control, spec->plan, spec->step, key, &rows, err)) < 0)
        if (zdm_control_again(&job, err) < 0)
            break;
    if (rc == 0 && rows.count > 0 && spec->action == ZDM_BACKFILL_MAP)
        rc = hooks->mapper(hooks->self, &job.workers->mapper, err);
    if (rc == 0)
        rc = retry_all(job.workers, &rows, out, err);
    if (rc < 0 && hooks->fault)
        *hooks->fault = job.workers->fault;
    zdm_job_tell(&job, false);
    zdm_bad_rows_release(&rows);
    zdm_job_release(&job);
    return rc;
}
