/* What the session of a worker is called, and how it is set. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "batch/loop.h"

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
zdm_worker_connect(struct zdm_worker *w, struct zdm_err *err)
{
    char *name = application_name(w);
    int rc = zdm_conn_open(w->job->conninfo, name, &w->conn, err);

    free(name);
    return rc == 0 ? zdm_worker_set_session(w, err) : -1;
}
