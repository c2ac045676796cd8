/* What is locked is left for later: it becomes a slice of its own, a part (cursor.h). */
#include "batch/loop.h"

#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"
#include "base/failpoint.h"
#include "base/mem.h"
#include "pg/retry.h"

extern const struct zdm_embedded zdm_batch_sql[];

/* More of them in a row, and it is not single rows that are locked: better wait than go through the
 * table at a lock_timeout a row. */
#define DEFERRED_MOST 8

/* Two workers that defer at the same time want the same number for their parts. */
#define NUMBER_TRIES 20

bool
zdm_worker_table_locked(struct zdm_worker *w)
{
    const struct zdm_backfill_target *t = w->target;
    struct zdm_result *r = NULL;
    struct zdm_err err = ZDM_ERR_INIT;
    bool locked = false;

    /* A connection that is lost here shows again at the next statement. */
    if (ZDM_QUERY(w->conn, zdm_embedded_text(zdm_batch_sql, "sql/table_locked.sql"), &r, &err,
            t->relation, t->into) == 0)
        locked = zdm_result_bool(r, 0, 0);
    zdm_result_free(r);
    zdm_err_release(&err);
    return locked;
}

bool
zdm_worker_may_defer(const struct zdm_worker *w)
{
    /* By pages the next pass would have to know of it. */
    return !w->part && !w->target->by_page && w->deferred < DEFERRED_MOST;
}

static int
send(struct zdm_worker *w, const char *upto, struct zdm_result **r, struct zdm_err *err)
{
    const struct zdm_batch batch = zdm_worker_in_question(w, upto);
    struct zdm_request q;
    int rc = -1;

    zdm_request_fill_deferral(&q, w->job->spec, &batch);
    for (int i = 0; i < NUMBER_TRIES && rc < 0; i++) {
        zdm_err_clear(err);
        rc = zdm_conn_query(w->conn, zdm_embedded_text(zdm_batch_sql, "sql/cursor_defer.sql"),
            q.p.n, q.p.values, r, err);
        if (rc < 0 && strcmp(err->sqlstate, "23505") != 0)
            break;
    }
    zdm_request_release(&q);
    return rc;
}

int
zdm_worker_defer(
    struct zdm_worker *w, const char *upto, const char *who, bool *look, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    char *range = zdm_worker_range(w, upto);
    int rc = send(w, upto, &r, err);

    if (rc < 0) {
        *look = zdm_retry_class(err->sqlstate, zdm_conn_lost(w->conn)) == ZDM_RETRY_RECONNECT;
        rc = zdm_worker_again(w, err);
        goto out;
    }
    if (zdm_result_rows(r) == 0) {
        *look = true;
        goto out;
    }
    ZDM_FAIL_HERE(DEFER_AFTER);
    if (zdm_stuck_worth_a_note(&w->stuck))
        zdm_job_note(w->job, "info", "deferred",
            "the %s is locked and left for later; in the way: %s", range, who);
    zdm_slice_add_part(w->job, zdm_result_i64(r, 0, 2), w->slice, zdm_result_i64(r, 0, 1));
    zdm_worker_pass(w, zdm_result_i64(r, 0, 0), zdm_result_i64(r, 0, 1));
out:
    zdm_result_free(r);
    free(range);
    return rc;
}
