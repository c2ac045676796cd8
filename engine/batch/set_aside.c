/* A row whose data are bad is left behind, in quarantine (quarantine.h). */
#include <stdlib.h>
#include <string.h>

#include "base/failpoint.h"
#include "base/mem.h"
#include "batch/loop.h"
#include "batch/pages_sql.h"
#include "pg/retry.h"

/* A line about it at most this often: there may be thousands. */
#define SAY_EVERY_US 10000000

static int
send(struct zdm_worker *w, const char *upto, const struct zdm_bad_row *bad, bool room,
    struct zdm_result **r, struct zdm_err *err)
{
    const struct zdm_batch batch = zdm_worker_in_question(w, upto);
    struct zdm_request q;
    int common;

    if (zdm_request_fill_set_aside(&q, w->sql, w->job->spec, &batch, bad, room, &common, err) < 0)
        return -1;
    char *sql = zdm_set_aside_sql(w->job->spec, w->target, common, batch.striped);
    int rc = zdm_conn_query(w->conn, sql, q.p.n, q.p.values, r, err);
    free(sql);
    zdm_request_release(&q);
    return rc;
}

static void
count(struct zdm_job *job, int64_t quarantined)
{
    zdm_job_lock(job);
    job->quarantined = quarantined;
    zdm_job_unlock(job);
    job->recount = false;
}

static int
recount(struct zdm_worker *w, struct zdm_err *err)
{
    const struct zdm_backfill_spec *spec = w->job->spec;
    int64_t n;

    if (zdm_quarantine_count(w->conn, spec->plan, spec->step, &n, err) < 0)
        return -1;
    count(w->job, n);
    return 0;
}

int
zdm_worker_drop_stale(struct zdm_worker *w, struct zdm_err *err)
{
    const struct zdm_backfill_spec *spec = w->job->spec;
    char *sql = zdm_pages_build_stale(spec, w->target, false);
    char *epoch = zdm_strf("%lld", (long long)w->job->epoch);
    int rc = ZDM_QUERY(w->conn, sql, NULL, err, spec->plan, spec->step, w->target->relation, epoch);

    free(epoch);
    free(sql);
    return rc;
}

static void
say(struct zdm_worker *w, const char *range, const struct zdm_bad_row *bad)
{
    struct zdm_job *job = w->job;
    int64_t now = zdm_monotonic_us();

    if (job->quarantine_said && now - job->quarantine_said < SAY_EVERY_US)
        return;
    job->quarantine_said = now;
    zdm_job_note(job, "warning", "quarantined",
        "%s goes into quarantine, where %lld of at most %lld are now: %s (%s)", range,
        (long long)job->quarantined, (long long)job->spec->max_quarantine, bad->message,
        bad->sqlstate);
}

/* What the server made of it. 1: there is no room; 2: ask the cursor. */
static int
see_result(struct zdm_worker *w, const char *range, const struct zdm_bad_row *bad,
    const struct zdm_result *r)
{
    if (zdm_result_rows(r) == 0)
        return 2;
    if (!zdm_result_get(r, 0, 0)) {
        if (zdm_result_bool(r, 0, 3))
            return 1;
        zdm_worker_narrow(w); /* somebody inserted a row before it */
        return 0;
    }
    bool fresh = zdm_result_i64(r, 0, 2) > 0;
    count(w->job, w->job->quarantined + fresh);
    ZDM_FAIL_HERE(QUARANTINE_AFTER);
    if (fresh)
        say(w, range, bad);
    zdm_worker_skip(w, zdm_result_i64(r, 0, 0), zdm_result_i64(r, 0, 1));
    return 0;
}

char *
zdm_worker_bad_message(const struct zdm_worker *w, const struct zdm_err *why)
{
    bool values = w->job->spec->quarantine_values;

    if (strcmp(why->sqlstate, ZDM_MAP_FAILED) == 0)
        return zdm_map_message(w, why, values);
    return values ? zdm_strdup(why->message) : zdm_quarantine_mask(w->conn, why->message);
}

/* Under set_aside. As see_result; *why is what the server said of the row. */
static int
set_aside(struct zdm_worker *w, const char *upto, const struct zdm_err *why, struct zdm_err *err)
{
    struct zdm_job *job = w->job;
    struct zdm_result *r = NULL;
    struct zdm_bad_row bad = {
        .relation = w->target->relation,
        .identity = w->target->identity,
        .sqlstate = (char *)why->sqlstate,
        .message = zdm_worker_bad_message(w, why),
    };
    char *range = zdm_worker_range(w, upto);
    int rc = 0;

    /* Room that rows take which are no more where they were. */
    if (w->target->by_page && job->quarantined >= job->spec->max_quarantine) {
        rc = zdm_worker_drop_stale(w, err);
        job->recount = true;
    }
    if (rc == 0 && job->recount)
        rc = recount(w, err);
    if (rc == 0)
        rc = send(w, upto, &bad, job->quarantined < job->spec->max_quarantine, &r, err);
    if (rc == 0)
        rc = see_result(w, range, &bad, r);
    else
        job->recount = true; /* it may have gone through */
    zdm_result_free(r);
    free(range);
    free(bad.message);
    return rc;
}

int
zdm_worker_set_aside(struct zdm_worker *w, const char *upto, bool *look, struct zdm_err *err)
{
    struct zdm_err why = ZDM_ERR_INIT;

    zdm_err_move(&why, err);
    pthread_mutex_lock(&w->job->set_aside);
    int rc = set_aside(w, upto, &why, err);
    pthread_mutex_unlock(&w->job->set_aside);
    w->unclean = true;
    *look = rc == 2;
    if (rc == 1) {
        zdm_err_move(err, &why);
        return 1;
    }
    zdm_err_release(&why);
    if (rc < 0) {
        *look = zdm_retry_class(err->sqlstate, zdm_conn_lost(w->conn)) == ZDM_RETRY_RECONNECT;
        return zdm_worker_again(w, err);
    }
    return 0;
}
