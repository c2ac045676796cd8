#include "batch/loop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/signals.h"
#include "base/text.h"

char *
zdm_batch_application(const struct zdm_backfill_spec *spec, const char *suffix)
{
    /* The same room for every suffix: sessions of one backfill begin alike. */
    size_t plan = strlen(spec->plan), room = 63 - strlen("zdm///monitor");
    size_t plan_room = plan < room / 2 ? plan : room / 2;

    return zdm_strf("zdm/%.*s/%.*s/%s", zdm_whole_characters(spec->plan, plan_room), spec->plan,
        zdm_whole_characters(spec->step, room - plan_room), spec->step, suffix);
}

/* "zdm/PLAN/STEP/SLICE" */
static char *
application_name(const struct zdm_worker *w)
{
    char slice[24];

    snprintf(slice, sizeof slice, "%lld", (long long)w->slice);
    return zdm_batch_application(w->job->spec, slice);
}

int
zdm_worker_set_session(struct zdm_worker *w, struct zdm_err *err)
{
    int64_t lock_timeout = w->job->spec->lock_timeout_ms > 0 ? w->job->spec->lock_timeout_ms : 50;
    char *name = application_name(w), *timeout = zdm_strf("%lldms", (long long)lock_timeout);
    const char *idle = w->job->spec->action == ZDM_BACKFILL_MAP ? ZDM_MAP_IDLE_MOST : "0";
    /* Processors are the application's but for one a worker: no parallel query takes another. */
    char *beside = zdm_strf("%lld", (long long)w->job->knobs[ZDM_KNOB_WORKERS] - 1);
    /* row_security off: policies that would hide rows are an error, not silence. */
    int rc = ZDM_QUERY(w->conn,
        "SELECT pg_catalog.set_config('application_name', $1, false),"
        " pg_catalog.set_config('lock_timeout', $2, false),"
        " pg_catalog.set_config('row_security', 'off', false),"
        " pg_catalog.set_config('synchronous_commit', COALESCE($3,"
        "   pg_catalog.current_setting('synchronous_commit')), false),"
        " pg_catalog.set_config('idle_in_transaction_session_timeout', $4, false),"
        " pg_catalog.set_config('max_parallel_workers_per_gather', LEAST($5::pg_catalog.int8,"
        "   "
        "pg_catalog.current_setting('max_parallel_workers_per_gather')::pg_catalog.int8)::pg_"
        "catalog.text,"
        "   false)",
        NULL, err, name, timeout, w->job->spec->synchronous_commit, idle, beside);

    free(name);
    free(timeout);
    free(beside);
    return rc;
}

int
zdm_worker_open(struct zdm_worker *w, struct zdm_err *err)
{
    char *name = application_name(w);
    int rc = zdm_conn_open(w->job->conninfo, name, &w->conn, err);

    free(name);
    if (rc == 0)
        rc = zdm_worker_set_session(w, err);
    /* One that ended right behind its start is like one that is lost later. */
    while (rc < 0 && w->conn && zdm_conn_lost(w->conn) && zdm_worker_again(w, err) == 0)
        rc = zdm_worker_set_session(w, err);
    if (rc < 0 && err->code != ZDM_ERR_INTERRUPTED)
        zdm_err_wrap(err, "the backfill's own connection");
    return rc;
}

int
zdm_worker_reconnect(struct zdm_worker *w, bool first, struct zdm_err *err)
{
    struct zdm_backoff backoff = {.base_ms = 50, .max_ms = 5000};
    int64_t patience_ms = w->job->spec->patience_ms > 0 ? w->job->spec->patience_ms : 600000;
    int64_t start = zdm_monotonic_us();
    zdm_job_lost_session(w->job);
    bool say = first || zdm_stuck_worth_a_note(&w->stuck);

    if (say)
        zdm_job_note(w->job, "warning", "reconnect",
            "the backfill's session is of no use any more: %s", err->message);
    zdm_job_waits(w->job, &w->stuck, "the connection");
    if (!first && zdm_job_sleep(w->job, zdm_backoff_next(&w->stuck.backoff)) < 0)
        return zdm_job_stopped(w->job, err);
    for (;;) {
        zdm_err_clear(err);
        if (zdm_conn_reconnect(w->conn, err) == 0 && zdm_worker_set_session(w, err) == 0)
            break;
        if (err->code == ZDM_ERR_INTERRUPTED || zdm_stop_requested())
            return zdm_job_stopped(w->job, err);
        if (zdm_monotonic_us() - start > patience_ms * 1000)
            return zdm_err_wrap(err, "the backfill's own connection");
        zdm_job_tell(w->job, false);
        if (zdm_job_sleep(w->job, zdm_backoff_next(&backoff)) < 0)
            return zdm_job_stopped(w->job, err);
    }
    if (say)
        zdm_job_note(w->job, "info", "reconnect", "connected again to %s", zdm_conn_where(w->conn));
    zdm_job_waits(w->job, &w->stuck, NULL);
    return 0;
}

struct zdm_batch
zdm_worker_in_question(const struct zdm_worker *w, const char *upto)
{
    return (struct zdm_batch){
        .slice = w->slice,
        .epoch = w->job->epoch,
        .batches = w->batches,
        .from = &w->at,
        .to = &w->to,
        .upto = upto,
        .striped = w->at.range_end != NULL,
        .keys = w->known ? w->batch_keys : 0,
        .repair = w->repair,
    };
}

int64_t
zdm_worker_most_ms(const struct zdm_worker *w)
{
    enum { TIMES = 20, LEAST_MS = 1000 };
    int64_t most = (int64_t)(w->controller.target_ms * TIMES);

    return (most > LEAST_MS ? most : LEAST_MS) << w->slow;
}

int
zdm_worker_batch(
    struct zdm_worker *w, const char *upto, struct zdm_batch_done *done, struct zdm_err *err)
{
    struct zdm_result *r = NULL;
    struct zdm_request q;

    const struct zdm_batch batch = zdm_worker_in_question(w, upto);
    if (zdm_request_fill(&q, w->sql, w->job->spec, &batch, err) < 0)
        return -1;
    w->sent = q.text;
    w->fetched = 0;
    int rc = w->job->spec->action == ZDM_BACKFILL_MAP
                 ? zdm_worker_map(w, &q, &r, err)
                 : zdm_conn_query_within(w->conn, zdm_worker_most_ms(w),
                       &(struct zdm_statement_text){
                           .sql = q.text->text, .n = q.p.n, .values = q.p.values},
                       &r, err);
    zdm_request_release(&q);
    if (rc < 0)
        return -1;
    done->applied = zdm_result_rows(r) > 0;
    if (done->applied) {
        done->rows = zdm_result_i64(r, 0, 0);
        done->batches = zdm_result_i64(r, 0, 1);
        done->wal = zdm_result_i64(r, 0, 2);
        done->xid = w->target->by_page ? (unsigned)zdm_result_i64(r, 0, 3) : 0;
    }
    zdm_result_free(r);
    return 0;
}
