#include "run/work.h"

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/embedded.h"
#include "pg/locks.h"
#include "sql/syntax.h"

extern const struct zdm_embedded zdm_run_sql[];

enum {
    TELL_EVERY_US = 10 * 1000 * 1000,
    BLOCKERS_TOLD = 3,
    PATIENCE_MS = 3000, /* for a look, which must not keep the work's own answer waiting */
};

enum column {
    COMMAND,
    PHASE,
    RELATION,
    UNIT,
    DONE,
    TOTAL,
    LOCKERS_DONE,
    LOCKERS_TOTAL,
    PID,
    USER,
    APPLICATION,
    CLIENT,
    STATE,
    TRANSACTION_AGE,
    QUERY,
};

static char *
text_of(const struct zdm_result *result, int row, enum column column)
{
    return zdm_strdup(zdm_result_get(result, row, (int)column));
}

static int64_t
known(const struct zdm_result *result, enum column column)
{
    return zdm_result_get(result, 0, (int)column) ? zdm_result_i64(result, 0, (int)column) : -1;
}

static void
add_blocker(struct zdm_buf *out, const struct zdm_result *result, int row)
{
    const char *query = zdm_result_get(result, row, QUERY);
    struct zdm_blocker blocker = {
        .pid = (int)zdm_result_i64(result, row, PID),
        .user = text_of(result, row, USER),
        .application = text_of(result, row, APPLICATION),
        .client = text_of(result, row, CLIENT),
        .state = text_of(result, row, STATE),
        .transaction_age_ms = zdm_result_i64(result, row, TRANSACTION_AGE),
        .statement_age_ms = -1,
        .query = query ? zdm_sql_normalise(query) : NULL,
    };
    char *line = blocker.pid ? zdm_blocker_line(&blocker) : zdm_strdup("a prepared transaction");
    zdm_buf_addf(out, "%s%s", out->len ? "; " : "", line);
    free(line);
    free(blocker.user);
    free(blocker.application);
    free(blocker.client);
    free(blocker.state);
    free(blocker.query);
}

static char *
blockers(const struct zdm_result *result)
{
    struct zdm_buf out = ZDM_BUF_INIT;
    int n = zdm_result_rows(result);
    if (!zdm_result_get(result, 0, PID))
        return NULL;
    for (int i = 0; i < n && i < BLOCKERS_TOLD; i++)
        add_blocker(&out, result, i);
    if (n > BLOCKERS_TOLD)
        zdm_buf_addf(&out, "; and %d more", n - BLOCKERS_TOLD);
    return zdm_buf_take(&out);
}

int
zdm_work_look(struct zdm_conn *conn, int pid, struct zdm_work_progress *out, struct zdm_err *err)
{
    struct zdm_result *result = NULL;
    char *text = zdm_strf("%d", pid);
    int rc =
        ZDM_QUERY(conn, zdm_embedded_text(zdm_run_sql, "sql/work_state.sql"), &result, err, text);
    free(text);
    if (rc < 0)
        return -1;
    *out = (struct zdm_work_progress){
        .command = text_of(result, 0, COMMAND),
        .phase = text_of(result, 0, PHASE),
        .relation = text_of(result, 0, RELATION),
        .done = known(result, DONE),
        .total = known(result, TOTAL),
        .lockers_done = known(result, LOCKERS_DONE),
        .lockers_total = known(result, LOCKERS_TOTAL),
        .waiting = blockers(result),
    };
    if (out->total > 0)
        out->unit = text_of(result, 0, UNIT);
    else
        out->done = out->total = -1; /* a phase that does not count */
    zdm_result_free(result);
    return 0;
}

void
zdm_work_release(struct zdm_work_progress *work)
{
    free(work->command);
    free(work->phase);
    free(work->relation);
    free(work->unit);
    free(work->waiting);
}

/* "pid 4242" out of "pid 4242 (app web, ...", whose ages and states change with every look. */
static char *
who(const char *waiting)
{
    return zdm_strndup(waiting, strcspn(waiting, "("));
}

/* A concurrent statement waits for one transaction after the other: at once for the first, then not more
 * often than people want to read. */
static void
tell_wait(struct zdm_work_watch *watch, const struct zdm_work_progress *work)
{
    int64_t now = zdm_monotonic_us();
    char *name = who(work->waiting);
    bool same = watch->told && strcmp(watch->told, name) == 0;
    if (same || (watch->told_us && now - watch->told_us < TELL_EVERY_US)) {
        free(name);
        return;
    }
    free(watch->told);
    watch->told = name;
    watch->told_us = now;
    zdm_session_say(watch->s, ZDM_EVENT_LOCK_WAIT, "info", watch->step, "%s: %s",
        work->phase ? work->phase : "waiting for a lock", work->waiting);
}

static void
tell(struct zdm_work_watch *watch, struct zdm_work_progress *work)
{
    work->elapsed_ms = (zdm_monotonic_us() - watch->started_us) / 1000;
    if (work->waiting && (watch->kind == ZDM_WORK_ALONE || watch->kind == ZDM_WORK_LOOKS))
        tell_wait(watch, work);
    if (watch->kind != ZDM_WORK_LOOKS)
        zdm_session_tell(watch->s, &(struct zdm_event){
                                       .kind = ZDM_EVENT_PROGRESS,
                                       .step = watch->step,
                                       .work = work,
                                       .rows = -1,
                                   });
    zdm_work_release(work);
}

static int
open_second(struct zdm_work_watch *watch, struct zdm_err *err)
{
    if (watch->conn)
        return zdm_conn_lost(watch->conn) ? zdm_conn_reconnect(watch->conn, err) : 0;
    char *application = zdm_strf("zdm/%s/watch", watch->s->plan->name);
    int rc = zdm_conn_open(watch->s->options->conninfo, application, &watch->conn, err);
    free(application);
    if (rc == 0)
        zdm_conn_patience(watch->conn, PATIENCE_MS);
    return rc;
}

static void
look_aside(struct zdm_work_watch *watch, struct zdm_work_progress *work)
{
    struct zdm_err err = ZDM_ERR_INIT;
    if (open_second(watch, &err) == 0 &&
        zdm_work_look(watch->conn, zdm_conn_pid(watch->s->conn), work, &err) == 0)
        return;
    if (err.code != ZDM_ERR_INTERRUPTED) {
        watch->blind = true;
        zdm_session_say(watch->s, ZDM_EVENT_NOTE, "warning", watch->step,
            "cannot see how far it is: %s", err.message);
    }
    zdm_err_release(&err);
}

void
zdm_work_tick(void *self)
{
    struct zdm_work_watch *watch = self;
    struct zdm_work_progress work = {
        .done = -1, .total = -1, .lockers_done = -1, .lockers_total = -1};
    if (watch->kind != ZDM_WORK_PROGRAM && !watch->blind)
        look_aside(watch, &work);
    tell(watch, &work);
}

void
zdm_work_tick_other(struct zdm_work_watch *watch, int pid)
{
    struct zdm_err err = ZDM_ERR_INIT;
    struct zdm_work_progress work;
    /* What the next look at the catalog meets too. */
    if (zdm_work_look(watch->s->conn, pid, &work, &err) == 0)
        tell(watch, &work);
    zdm_err_release(&err);
}

void
zdm_work_begin(struct zdm_work_watch *watch, struct zdm_session *s, const struct zdm_step *step,
    enum zdm_work_kind kind)
{
    *watch = (struct zdm_work_watch){
        .s = s, .step = step, .kind = kind, .started_us = zdm_monotonic_us()};
    /* Behind a pooler the pid of one statement is not that of the next. */
    watch->blind = zdm_conn_proxied(s->conn);
    if (kind != ZDM_WORK_PROGRAM)
        zdm_conn_while_waiting(s->conn, ZDM_WORK_EVERY_MS, zdm_work_tick, watch);
}

void
zdm_work_end(struct zdm_work_watch *watch)
{
    if (watch->kind != ZDM_WORK_PROGRAM)
        zdm_conn_while_waiting(watch->s->conn, 0, NULL, NULL);
    zdm_conn_close(watch->conn);
    free(watch->told);
}
