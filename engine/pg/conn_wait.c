#include "pg/conn_private.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/signals.h"

/* How long a cancelled statement may take to end before the session is given up. */
#define CANCEL_PATIENCE_US INT64_C(10000000)

enum zdm_waited
zdm_wait_fd(int fd, short events, int beside, bool watch_stop, int64_t deadline_us)
{
    for (;;) {
        struct pollfd fds[3] = {{.fd = fd, .events = events},
            {.fd = watch_stop ? zdm_stop_fd() : -1, .events = POLLIN},
            {.fd = beside, .events = POLLIN}};
        int timeout = -1;

        if (deadline_us) {
            int64_t left = (deadline_us - zdm_monotonic_us() + 999) / 1000;
            if (left <= 0)
                return ZDM_WAITED_TIMEOUT;
            timeout = left > 60000 ? 60000 : (int)left;
        }
        int n = poll(fds, 3, timeout);
        if (n < 0 && errno != EINTR)
            zdm_die("poll failed");
        /* Errors and hang-ups are for libpq to find. */
        if (n > 0 && (fds[0].revents || fds[2].revents))
            return ZDM_WAITED_READY;
        if (watch_stop && zdm_stop_requested())
            return ZDM_WAITED_STOP;
    }
}

/* One exchange with the server. */
struct exchange {
    struct zdm_conn *conn;
    PGconn *beside;   /* whose input is taken in meanwhile; NULL: none */
    PGresult *last;   /* of the newest statement that went well */
    PGresult *failed; /* the first error */
    bool cancelled;   /* a cancel was sent */
    bool interrupted; /* ... because of ^C */
    bool broken;      /* the session is of no use any more */
    const char *copy; /* a COPY that nobody feeds or reads: its direction */
    int64_t deadline_us;
    int64_t tick_us; /* when conn->waiting is due; 0: it is not wanted */
    bool pipeline;
    const struct zdm_taker *taker; /* of its results; NULL: that of statement `wanted` stays */
    size_t wanted, taken;          /* taken: results so far */
    int syncs;                     /* that the server answered: the second is the end */
    bool ended;                    /* the pipeline */
};

static void
send_cancel(struct exchange *x)
{
    char why[256];
    PGcancel *cancel = PQgetCancel(x->conn->pg);

    /* A cancel that does not get through shows as a statement that does not end. */
    if (cancel) {
        PQcancel(cancel, why, sizeof why);
        PQfreeCancel(cancel);
    }
    x->cancelled = true;
    x->deadline_us = zdm_monotonic_us() + CANCEL_PATIENCE_US;
}

static void
set_tick(struct exchange *x)
{
    int64_t ms = x->conn->waiting_ms;

    x->tick_us = ms ? zdm_monotonic_us() + ms * 1000 : 0;
}

/* Waits for the socket and lets libpq read; false when the session is broken. */
static bool
step(struct exchange *x, bool writing)
{
    PGconn *pg = x->conn->pg;
    int64_t deadline = x->deadline_us ? x->deadline_us : x->conn->deadline_us;
    short events = (short)(POLLIN | (writing ? POLLOUT : 0));
    bool ticks = x->tick_us && !x->cancelled && (!deadline || x->tick_us < deadline);
    int beside = x->beside ? PQsocket(x->beside) : -1;

    switch (zdm_wait_fd(PQsocket(pg), events, beside, !x->conn->shielded && !x->cancelled,
        ticks ? x->tick_us : deadline)) {
    case ZDM_WAITED_STOP:
        x->interrupted = true;
        send_cancel(x);
        return true;
    case ZDM_WAITED_TIMEOUT:
        if (ticks) {
            x->conn->waiting(x->conn->waiting_self);
            set_tick(x);
            return true;
        }
        x->broken = true;
        return false;
    case ZDM_WAITED_READY:
        break;
    }
    /* A session that broke would be ready for ever; its own exchange finds it. */
    if (x->beside && !PQconsumeInput(x->beside))
        x->beside = NULL;
    if (!PQconsumeInput(pg))
        x->broken = PQstatus(pg) == CONNECTION_BAD;
    return !x->broken;
}

static void
end_copy_in(struct exchange *x)
{
    int rc;

    x->copy = "FROM STDIN";
    while ((rc = PQputCopyEnd(x->conn->pg, "there is no data to send")) == 0)
        if (!step(x, true))
            return;
    if (rc < 0)
        x->broken = true;
}

static void
end_copy_out(struct exchange *x)
{
    x->copy = "TO STDOUT";
    if (!x->cancelled)
        send_cancel(x);
    for (;;) {
        char *row = NULL;
        int n = PQgetCopyData(x->conn->pg, &row, 1);
        if (n > 0)
            PQfreemem(row);
        else if (n < 0 || !step(x, false))
            return;
    }
}

static void
keep(PGresult **place, PGresult *result)
{
    PQclear(*place);
    *place = result;
}

static void
hand_over(struct exchange *x, PGresult *result)
{
    struct zdm_result view = {.pg = result};
    size_t index = x->taken++;

    if (!x->taker && index == x->wanted) {
        keep(&x->last, result);
        return;
    }
    if (x->taker)
        x->taker->take(x->taker->self, index, &view);
    PQclear(result);
}

static void
take_result(struct exchange *x, PGresult *result)
{
    switch (PQresultStatus(result)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_EMPTY_QUERY:
        if (x->pipeline)
            hand_over(x, result);
        else
            keep(&x->last, result);
        return;
    case PGRES_PIPELINE_SYNC:
        PQclear(result);
        x->ended = ++x->syncs == 2;
        return;
    case PGRES_COPY_IN:
        PQclear(result);
        end_copy_in(x);
        return;
    case PGRES_COPY_OUT:
        PQclear(result);
        end_copy_out(x);
        return;
    case PGRES_COPY_BOTH:
        PQclear(result);
        x->copy = "BOTH";
        x->broken = true; /* a replication stream has no polite end from here */
        return;
    case PGRES_FATAL_ERROR:
    case PGRES_BAD_RESPONSE:
        if (x->failed)
            PQclear(result);
        else
            x->failed = result;
        return;
    default: /* a row that nobody asked for; a statement of a pipeline behind the one that failed */
        PQclear(result);
        return;
    }
}

/* Takes the results that are here; false when there is nothing more to come. In a pipeline NULL is
 * only the end of one statement, unless the session broke. */
static bool
take_results(struct exchange *x)
{
    PGconn *pg = x->conn->pg;

    while (!x->broken && !x->ended && !PQisBusy(pg)) {
        PGresult *result = PQgetResult(pg);
        if (result)
            take_result(x, result);
        else if (!x->pipeline)
            return false;
        else if (PQstatus(pg) == CONNECTION_BAD)
            x->broken = true;
    }
    return !x->ended;
}

/* Sends what is left, takes every result until the server is ready for the next statement. */
static void
drive(struct exchange *x)
{
    PGconn *pg = x->conn->pg;

    set_tick(x);
    while (!x->broken) {
        int unsent = PQflush(pg);
        if (unsent < 0 && PQstatus(pg) == CONNECTION_BAD) {
            /* What the server said before it hung up may still be in the socket. */
            PQconsumeInput(pg);
            unsent = 0;
        }
        if (!take_results(x))
            return;
        if (!x->broken && !step(x, unsent > 0) && PQstatus(pg) == CONNECTION_BAD)
            for (PGresult *result; (result = PQgetResult(pg)) != NULL;)
                take_result(x, result);
    }
}

static int
verdict(struct exchange *x, struct zdm_err *err)
{
    struct zdm_conn *conn = x->conn;
    const char *state = x->failed ? PQresultErrorField(x->failed, PG_DIAG_SQLSTATE) : NULL;
    bool query_canceled = state && strcmp(state, "57014") == 0;

    if (x->broken || PQstatus(conn->pg) == CONNECTION_BAD)
        conn->lost = true;
    if (x->interrupted && (query_canceled || x->broken)) {
        zdm_fail(err, ZDM_ERR_INTERRUPTED, "interrupted");
        if (query_canceled)
            snprintf(err->sqlstate, sizeof err->sqlstate, "57014");
    } else if (x->copy) {
        zdm_fail(err, ZDM_ERR_FAILED, "COPY %s cannot be used in a plan", x->copy);
        zdm_err_hint(err, "write INSERT or SELECT, or run psql in a command step");
    } else if (x->failed) {
        zdm_server_error(conn, x->failed, err);
    } else if (x->broken) {
        zdm_lost_error(conn, PQerrorMessage(conn->pg), err);
    } else {
        return 0; /* also when the server hung up after its answer */
    }
    return -1;
}

/* The verdict; when all is well *out takes the result that was kept. */
static int
settle(struct exchange *x, struct zdm_result **out, struct zdm_err *err)
{
    int rc = verdict(x, err);

    if (rc == 0 && out) {
        if (!x->last)
            zdm_die("the server answered without a result");
        *out = zdm_alloc(sizeof **out);
        (*out)->pg = x->last;
        x->last = NULL;
    }
    PQclear(x->last);
    PQclear(x->failed);
    return rc;
}

int
zdm_conn_exchange(struct zdm_conn *conn, bool sent, struct zdm_result **out, struct zdm_err *err)
{
    struct exchange x = {.conn = conn};

    if (!sent)
        return zdm_lost_error(conn, PQerrorMessage(conn->pg), err);
    if (!out)
        PQsetSingleRowMode(conn->pg);
    if (conn->patience_ms)
        conn->deadline_us = zdm_monotonic_us() + conn->patience_ms * 1000;
    drive(&x);
    if (conn->patience_ms)
        conn->deadline_us = 0;
    return settle(&x, out, err);
}

void
zdm_conn_pull(struct zdm_conn *conn)
{
    /* A session that broke is found by the next exchange. */
    PQconsumeInput(conn->pg);
}

/* libpq leaves the mode in which rows come one by one only between the entries of a pipeline, and what
 * ran before may have set it: so the first entry is one without rows. */
static bool
send_pipeline(PGconn *pg, const struct zdm_statement_text *statements, size_t n)
{
    if (PQpipelineSync(pg) != 1)
        return false;
    for (size_t i = 0; i < n; i++) {
        const struct zdm_statement_text *s = &statements[i];
        int sent = s->prepared
                       ? PQsendQueryPrepared(pg, s->prepared, (int)s->n, s->values, NULL, NULL, 0)
                       : PQsendQueryParams(pg, s->sql, (int)s->n, NULL, s->values, NULL, NULL, 0);
        if (sent != 1)
            return false;
    }
    return PQpipelineSync(pg) == 1;
}

static int
begin_pipeline(struct zdm_conn *conn, const struct zdm_statement_text *statements, size_t n,
    struct zdm_err *err)
{
    if (zdm_conn_ready(conn, err) < 0)
        return -1;
    if (PQenterPipelineMode(conn->pg) != 1 || !send_pipeline(conn->pg, statements, n)) {
        conn->lost = true; /* half a pipeline: its answers could not be told from later ones */
        return zdm_lost_error(conn, PQerrorMessage(conn->pg), err);
    }
    return 0;
}

static int
end_pipeline(struct exchange *x, struct zdm_result **out, struct zdm_err *err)
{
    struct zdm_conn *conn = x->conn;

    drive(x);

    int rc = settle(x, out, err);
    if (!conn->lost && PQexitPipelineMode(conn->pg) != 1)
        zdm_die("a pipeline has ended and is not empty");
    return rc;
}

static int
run_pipeline(struct exchange *x, const struct zdm_statement_text *statements, size_t n,
    struct zdm_result **out, struct zdm_err *err)
{
    if (begin_pipeline(x->conn, statements, n, err) < 0)
        return -1;
    return end_pipeline(x, out, err);
}

int
zdm_conn_send_pipeline(struct zdm_conn *conn, const char *const *sql, size_t n, struct zdm_err *err)
{
    struct zdm_statement_text *statements = zdm_alloc((n + 1) * sizeof *statements);

    for (size_t i = 0; i < n; i++)
        statements[i].sql = sql[i];
    int rc = begin_pipeline(conn, statements, n, err);
    free(statements);
    /* What the socket does not hold follows when the answers are waited for; an error is found then. */
    if (rc == 0)
        (void)PQflush(conn->pg);
    return rc;
}

int
zdm_conn_take_pipeline(struct zdm_conn *conn, const struct zdm_taker *taker,
    struct zdm_conn *beside, struct zdm_err *err)
{
    struct exchange x = {.conn = conn,
        .pipeline = true,
        .taker = taker,
        .beside = beside && !beside->lost ? beside->pg : NULL};

    return end_pipeline(&x, NULL, err);
}

int
zdm_conn_pipeline(struct zdm_conn *conn, const char *const *sql, size_t n,
    const struct zdm_taker *taker, struct zdm_err *err)
{
    if (zdm_conn_send_pipeline(conn, sql, n, err) < 0)
        return -1;
    return zdm_conn_take_pipeline(conn, taker, NULL, err);
}

/* Until the end of the transaction; a setting of the session would stay behind in a pooler. */
static const char set_timeout[] = "SELECT pg_catalog.set_config('statement_timeout', $1, true)";

/* A generic plan may scan the whole table for a range of it. */
static const char set_timeout_and_plan[] =
    "SELECT pg_catalog.set_config('statement_timeout', $1, true),"
    " pg_catalog.set_config('plan_cache_mode', 'force_custom_plan', true)";

#define TIMEOUT_NAME "zdm_timeout"

/* By its name, when it came before; and so its timeout. */
static int
prepare_repeated(struct zdm_conn *conn, struct zdm_statement_text *timeout,
    struct zdm_statement_text *statement, struct zdm_err *err)
{
    if (zdm_conn_ready(conn, err) < 0 || zdm_conn_prepare_repeated(conn, statement->sql, err) < 0)
        return -1;
    statement->prepared = zdm_conn_repeated(conn, statement->sql);
    if (!statement->prepared)
        return 0;
    if (zdm_conn_prepare(conn, TIMEOUT_NAME, set_timeout_and_plan, err) < 0)
        return -1;
    timeout->prepared = TIMEOUT_NAME;
    return 0;
}

int
zdm_conn_query_within(struct zdm_conn *conn, int64_t timeout_ms,
    const struct zdm_statement_text *statement, struct zdm_result **out, struct zdm_err *err)
{
    char timeout[24];
    const char *const values[] = {timeout};

    snprintf(timeout, sizeof timeout, "%" PRId64, timeout_ms);
    for (bool again = false;; again = true) {
        struct exchange x = {.conn = conn, .pipeline = true, .wanted = 1};
        struct zdm_statement_text both[] = {
            {.sql = set_timeout, .n = 1, .values = values}, *statement};

        if (prepare_repeated(conn, &both[0], &both[1], err) < 0)
            return -1;
        if (run_pipeline(&x, both, 2, out, err) == 0)
            return 0;
        if (again || !both[1].prepared || zdm_conn_unprepare_stale(conn, err) < 0)
            return -1;
    }
}

int
zdm_conn_begin_with(struct zdm_conn *conn, int64_t timeout_ms,
    const struct zdm_statement_text *statement, struct zdm_result **out, struct zdm_err *err)
{
    char timeout[24];
    const char *const values[] = {timeout};

    snprintf(timeout, sizeof timeout, "%" PRId64, timeout_ms);
    for (bool again = false;; again = true) {
        struct exchange x = {.conn = conn, .pipeline = true, .wanted = 2};
        struct zdm_statement_text all[] = {
            {.sql = "BEGIN"}, {.sql = set_timeout, .n = 1, .values = values}, *statement};

        if (prepare_repeated(conn, &all[1], &all[2], err) < 0)
            return -1;
        if (run_pipeline(&x, all, 3, out, err) == 0)
            return 0;
        if (again || !all[2].prepared)
            return -1;
        zdm_conn_rollback(conn);
        if (zdm_conn_unprepare_stale(conn, err) < 0)
            return -1;
    }
}

int
zdm_conn_commit_with(struct zdm_conn *conn, const struct zdm_statement_text *statement,
    struct zdm_result **out, struct zdm_err *err)
{
    struct exchange x = {.conn = conn, .pipeline = true, .wanted = 0};
    struct zdm_statement_text both[] = {*statement, {.sql = "COMMIT"}};

    both[0].prepared = zdm_conn_repeated(conn, statement->sql);
    return run_pipeline(&x, both, 2, out, err);
}
