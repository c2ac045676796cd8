#include <string.h>

#include "base/clock.h"
#include "base/embedded.h"
#include "pg/retry.h"
#include "run/probe.h"

extern const struct zdm_embedded zdm_run_sql[];

enum { STATE, PARENT, CHILD, PID, HIDDEN };

enum {
    ATTEMPT_MS = 300,
    LOOK_MS = 100, /* into an attempt, at who is in its way */
};

/* FINALIZE keeps readers off the partition while it waits for transactions that may still use it: so it
 * waits for a moment only, and comes back, for as long as they take. */
static int
finalize(const struct zdm_probe *probe, const char *parent, const char *child, struct zdm_err *err)
{
    struct zdm_session *s = probe->s;
    struct zdm_backoff backoff = {.base_ms = 100, .max_ms = 5000};
    char *sql = zdm_strf("SET lock_timeout = %d; ALTER TABLE %s DETACH PARTITION %s FINALIZE",
        ATTEMPT_MS, parent, child);
    int rc;
    zdm_session_say(s, ZDM_EVENT_NOTE, "info", probe->step,
        "partition %s is half detached, left by an interrupted DETACH: finalizing it", child);
    zdm_conn_while_waiting(s->conn, LOOK_MS, zdm_work_tick, probe->look->watch);
    while ((rc = zdm_conn_exec(s->conn, sql, NULL, err)) < 0) {
        if (err->code != ZDM_ERR_FAILED || zdm_conn_lost(s->conn) ||
            zdm_retry_class(err->sqlstate, false) != ZDM_RETRY_LOCK)
            break;
        zdm_err_clear(err);
        if (zdm_sleep_ms(zdm_backoff_next(&backoff)) < 0) {
            zdm_fail(err, ZDM_ERR_INTERRUPTED, "interrupted");
            break;
        }
    }
    free(sql);
    zdm_conn_while_waiting(s->conn, ZDM_WORK_EVERY_MS, zdm_work_tick, probe->look->watch);
    return rc < 0 ? zdm_err_at(err, probe->step->at) : zdm_conn_profile(s->conn, err);
}

/* Somebody who is at it, or, hidden, may be. */
struct other {
    int pid; /* 0: there is nobody */
    bool hidden;
};

/* One look. */
static int
look(const struct zdm_probe *probe, bool *done, bool *before, struct other *other,
    struct zdm_err *err)
{
    const struct zdm_statement *st = probe->st;
    struct zdm_result *result = NULL;
    if (ZDM_QUERY(probe->s->conn, zdm_embedded_text(zdm_run_sql, "sql/detach_state.sql"), &result,
            err, st->probe_table_schema, st->probe_table, st->probe_schema, st->probe_object) < 0)
        return -1;
    const char *state = zdm_result_get(result, 0, STATE);
    bool pending = strcmp(state, "pending") == 0;
    int rc = 0;
    bool hidden = !zdm_result_get(result, 0, PID);
    int pid = (int)zdm_result_i64(result, 0, hidden ? HIDDEN : PID);
    *other = (struct other){.pid = pending ? pid : 0, .hidden = hidden};
    *done = *before = strcmp(state, "detached") == 0;
    if (pending && !pid) {
        rc = finalize(
            probe, zdm_result_get(result, 0, PARENT), zdm_result_get(result, 0, CHILD), err);
        *done = rc == 0;
    }
    zdm_result_free(result);
    return rc;
}

int
zdm_probe_detached(const struct zdm_probe *probe, bool *done, bool *before, struct zdm_err *err)
{
    bool told = false;
    for (;;) {
        struct other other;
        if (look(probe, done, before, &other, err) < 0)
            return -1;
        *before &= !told; /* what somebody does while we wait for it is done by now */
        if (!other.pid)
            return 0;
        if (!told)
            zdm_session_say(probe->s, ZDM_EVENT_NOTE, "info", probe->step,
                "partition %s is being detached by another session (pid %d%s): waiting for it",
                probe->st->probe_object, other.pid,
                other.hidden ? ", by how it waits: to see its statement takes the role "
                               "pg_read_all_stats"
                             : "");
        told = true;
        if (zdm_probe_wait(probe, other.pid, err) < 0)
            return -1;
    }
}
