/* One row from quarantine: done, or written down with what it failed with. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/failpoint.h"
#include "batch/loop.h"
#include "batch/order.h"
#include "batch/pages_sql.h"
#include "pg/retry.h"

#define TRIGGERED_ACTION "09000"
#define DATA_EXCEPTION   "22000"

int
zdm_retry_taken_over(const struct zdm_job *job, struct zdm_err *err)
{
    zdm_fail(err, ZDM_ERR_OWNED, "another runner has taken over plan \"%s\"", job->spec->plan);
    return zdm_err_hint(err, "its work is kept; zdm status shows who runs it");
}

/* The parameters that both statements have. */
static void
add_parameters(struct zdm_parameters *p, const struct zdm_worker *w, const struct zdm_bad_row *row,
    const struct zdm_position *key, const char *epoch)
{
    zdm_parameters_add(p, w->job->spec->plan);
    zdm_parameters_add(p, w->job->spec->step);
    zdm_parameters_add(p, row->relation);
    zdm_parameters_add(p, row->key);
    zdm_parameters_add(p, epoch);
    zdm_parameters_add_position(p, key, 0);
}

/* It failed with *err, again when it is in quarantine (tries): that is what is written down. */
static int
note_failure(struct zdm_worker *w, const struct zdm_bad_row *row, struct zdm_parameters *p,
    struct zdm_err *err)
{
    bool values = w->job->spec->quarantine_values;
    char sqlstate[6], tries[24];
    char *message = zdm_worker_bad_message(w, err);
    bool listed = row->tries > 0;
    char *sql = listed ? zdm_failed_again_sql(w->target, values)
                       : zdm_pages_build_list(w->job->spec, w->target);
    struct zdm_result *r = NULL;
    int rc;

    snprintf(sqlstate, sizeof sqlstate, "%s", err->sqlstate);
    snprintf(tries, sizeof tries, "%lld", (long long)row->tries);
    zdm_parameters_add(p, listed ? tries : row->identity);
    zdm_parameters_add(p, sqlstate);
    zdm_parameters_add(p, message);
    zdm_err_clear(err);
    while ((rc = zdm_conn_query(w->conn, sql, p->n, p->values, &r, err)) < 0)
        if (zdm_worker_again(w, err) < 0)
            break;
    if (rc == 0 && zdm_result_i64(r, 0, 0) == 0)
        rc = zdm_retry_taken_over(w->job, err);
    zdm_result_free(r);
    free(message);
    free(sql);
    return rc;
}

static int
blame(struct zdm_worker *w, const struct zdm_bad_row *row, struct zdm_err *err)
{
    zdm_worker_blame(w, &w->sql->retry, 0, err);
    zdm_err_wrap(err, "row of %s with %s = %s", w->target->relation, w->target->key, row->key);
    if (strcmp(err->sqlstate, "42501") == 0 && !err->hint)
        zdm_err_hint(err,
            "a retry takes rows out of zdm.quarantine: GRANT DELETE ON zdm.quarantine "
            "to the role, if that is what it lacks");
    return -1;
}

/* Was a row that its partition does not have moved to another one? Nobody does it there any more. */
static int
look_elsewhere(struct zdm_worker *w, const struct zdm_bad_row *row, const struct zdm_position *key,
    struct zdm_err *err)
{
    struct zdm_backfill_target root = *w->target;
    struct zdm_parameters p = {.n = 0};
    struct zdm_buf b = ZDM_BUF_INIT;
    struct zdm_result *r = NULL;
    int rc;

    if (w->target == &w->job->tables[0]->target || w->target->by_page)
        return 0;
    root.relation = zdm_job_target(w->job)->relation;
    root.alias = NULL;
    zdm_parameters_add_position(&p, key, 0);
    zdm_buf_addf(&b,
        "SELECT EXISTS (SELECT FROM %s WHERE %s.tableoid OPERATOR(pg_catalog.<>) %u AND ",
        root.relation, root.relation, w->target->oid);
    zdm_order_add_at(&b, &root, 1);
    zdm_buf_add(&b, ")");
    while ((rc = zdm_conn_query(w->conn, b.s, p.n, p.values, &r, err)) < 0)
        if (zdm_worker_again(w, err) < 0)
            break;
    zdm_buf_release(&b);
    if (rc == 0 && zdm_result_bool(r, 0, 0))
        zdm_job_note(w->job, "warning", "note",
            "the row of %s with %s = %s is in another partition now: it has left quarantine as it "
            "is; see to it by hand",
            row->relation, w->target->key, row->key);
    zdm_result_free(r);
    return rc;
}

static int
try_row(struct zdm_worker *w, const struct zdm_parameters *p, struct zdm_retried_row *out,
    struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    const char *sql = w->sql->retry.text;

    if (w->job->spec->action == ZDM_BACKFILL_MAP)
        return zdm_worker_map_again(
            w, &(struct zdm_statement_text){.sql = sql, .n = p->n, .values = p->values}, out, err);
    if (zdm_conn_query(w->conn, sql, p->n, p->values, &r, err) < 0)
        return -1;
    *out = (struct zdm_retried_row){.ours = zdm_result_i64(r, 0, 0) > 0,
        .was_there = zdm_result_i64(r, 0, 1) > 0,
        .changed = zdm_result_i64(r, 0, 2) > 0};
    zdm_result_free(r);
    return 0;
}

/* What the change of a row ends with that a trigger left as it was. */
static void
tell_suppressed(struct zdm_err *err)
{
    zdm_err_clear(err);
    zdm_fail(err, ZDM_ERR_FAILED, "the row stayed as it was, as if a trigger kept the change away");
    snprintf(err->sqlstate, sizeof err->sqlstate, "%s", TRIGGERED_ACTION);
}

/* It may be by what somebody made of this row; the others are tried all the same. */
static bool
where_stays(const struct zdm_worker *w, struct zdm_err *err)
{
    bool left = strstr(err->message, ZDM_MAP_LEAVES) && *err->sqlstate == '\0';

    if (err->code != ZDM_ERR_FAILED || !zdm_batch_checks_where(w->job->spec, w->target) ||
        !(left || strstr(err->message, ZDM_WHERE_STAYS)))
        return false;
    zdm_err_clear(err);
    zdm_fail(err, ZDM_ERR_FAILED, "%s",
        left ? "the map leaves the row as it is, for which where is true"
             : "where is still true for the row behind its change");
    snprintf(err->sqlstate, sizeof err->sqlstate, "%s", DATA_EXCEPTION);
    return true;
}

int
zdm_retry_row(struct zdm_worker *w, const struct zdm_bad_row *row, const struct zdm_position *key,
    struct zdm_retried *out, bool *gone, bool *moved, struct zdm_err *err)
{
    struct zdm_parameters p = {.n = 0};
    struct zdm_retried_row did;
    bool unknown = false; /* what became of the try before */
    bool suppressed = false;
    char epoch[24];

    snprintf(epoch, sizeof epoch, "%lld", (long long)w->job->epoch);
    add_parameters(&p, w, row, key, epoch);
    while (try_row(w, &p, &did, err) < 0) {
        if (!where_stays(w, err) && strstr(err->message, ZDM_SUPPRESSED)) {
            /* Or somebody changed it at that moment so that it is not meant any more: once more. */
            if (!suppressed) {
                suppressed = true;
                zdm_err_clear(err);
                continue;
            }
            tell_suppressed(err);
        }
        if (err->code == ZDM_ERR_FAILED &&
            (zdm_is_data_error(err->sqlstate) || strcmp(err->sqlstate, TRIGGERED_ACTION) == 0)) {
            out->failed++;
            return note_failure(w, row, &p, err);
        }
        if (err->code == ZDM_ERR_FAILED &&
            zdm_retry_class(err->sqlstate, zdm_conn_lost(w->conn)) == ZDM_RETRY_NEVER)
            return blame(w, row, err);
        unknown = unknown || zdm_conn_lost(w->conn);
        if (zdm_worker_again(w, err) < 0)
            return -1;
    }
    if (!did.ours) {
        *gone = zdm_leaf_gone(w, err);
        return *gone ? 0 : err->code == ZDM_OK ? zdm_retry_taken_over(w->job, err) : -1;
    }
    ZDM_FAIL_HERE(RETRY_AFTER);
    if (did.changed || (!did.was_there && unknown))
        out->done++;
    else if (did.was_there && row->tries > 0)
        out->unneeded++;
    zdm_worker_unstuck(w);
    *moved = w->target->by_page && !did.was_there && !unknown;
    return did.was_there && !did.changed ? look_elsewhere(w, row, key, err) : 0;
}
