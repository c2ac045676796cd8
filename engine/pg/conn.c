#include "pg/conn_private.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/embedded.h"
#include "base/mem.h"
#include "base/signals.h"
#include "base/text.h"
#include "pg/retry.h"

#define CONNECT_TIMEOUT_S 10
#define OPEN_TRIES        5

extern const struct zdm_embedded zdm_pg_sql[];

static void
on_notice(void *self, const PGresult *result)
{
    struct zdm_conn *conn = self;
    const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

    if (conn->notice && message)
        conn->notice(conn->notice_self, severity ? severity : "", state ? state : "", message);
}

/* A setting as it came out of text, environment and service file. Owned; NULL when unset. */
static char *
effective(PGconn *pg, const char *key)
{
    PQconninfoOption *options = PQconninfo(pg);
    char *value = NULL;

    for (PQconninfoOption *o = options; o && o->keyword; o++)
        if (strcmp(o->keyword, key) == 0 && o->val && *o->val)
            value = zdm_strdup(o->val);
    PQconninfoFree(options);
    return value;
}

/* A peer that vanished is noticed within a minute, unless the user's settings say otherwise. */
static void
watch_socket(PGconn *pg)
{
    static const struct {
        const char *key;
        int option, value;
    } options[] = {
        {"keepalives_idle", TCP_KEEPIDLE, 30},
        {"keepalives_interval", TCP_KEEPINTVL, 10},
        {"keepalives_count", TCP_KEEPCNT, 3},
        {"tcp_user_timeout", TCP_USER_TIMEOUT, 30000},
    };
    struct sockaddr_storage address;
    socklen_t size = sizeof address;

    if (getsockname(PQsocket(pg), (struct sockaddr *)&address, &size) < 0 ||
        address.ss_family == AF_UNIX)
        return;
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        char *given = effective(pg, options[i].key);
        /* Best effort: a system without the option waits as long as it always did. */
        if (!given)
            (void)setsockopt(PQsocket(pg), IPPROTO_TCP, options[i].option, &options[i].value,
                sizeof options[i].value);
        free(given);
    }
}

/* connect_timeout as libpq reads it, in seconds; 0: none. */
static int64_t
connect_timeout(PGconn *pg)
{
    char *text = effective(pg, "connect_timeout");
    int64_t seconds = CONNECT_TIMEOUT_S;

    if (text && (!zdm_parse_i64(text, &seconds) || seconds < 0))
        seconds = 0;
    free(text);
    return seconds > 1000000 ? 0 : seconds;
}

enum outcome { CONNECTED, FAILED, TIMED_OUT, STOPPED };

static enum outcome
poll_connection(struct zdm_conn *conn)
{
    PostgresPollingStatusType want = PGRES_POLLING_WRITING;

    while (want == PGRES_POLLING_READING || want == PGRES_POLLING_WRITING) {
        short events = want == PGRES_POLLING_READING ? POLLIN : POLLOUT;
        switch (zdm_wait_fd(PQsocket(conn->pg), events, -1, !conn->shielded, conn->deadline_us)) {
        case ZDM_WAITED_STOP:
            return STOPPED;
        case ZDM_WAITED_TIMEOUT:
            return TIMED_OUT;
        case ZDM_WAITED_READY:
            want = PQconnectPoll(conn->pg);
        }
    }
    return want == PGRES_POLLING_OK ? CONNECTED : FAILED;
}

static void
note_where(struct zdm_conn *conn)
{
    free(conn->where);
    conn->where =
        zdm_conninfo_where(PQuser(conn->pg), PQhost(conn->pg), PQport(conn->pg), PQdb(conn->pg));
}

static int
explain_failure(
    struct zdm_conn *conn, const struct zdm_conninfo *info, bool bad_settings, struct zdm_err *err)
{
    const char *user = PQuser(conn->pg), *host = PQhost(conn->pg), *db = PQdb(conn->pg);
    const char *secrets[] = {zdm_conninfo_get(info, "password"),
        zdm_conninfo_get(info, "sslpassword"), getenv("PGPASSWORD"), PQpass(conn->pg)};
    size_t n = sizeof secrets / sizeof *secrets;

    /* A password that is the same as a name cannot be told from it, and says nothing. */
    for (size_t i = 0; i < n; i++)
        if (secrets[i] &&
            ((user && strcmp(secrets[i], user) == 0) || (host && strcmp(secrets[i], host) == 0) ||
                (db && strcmp(secrets[i], db) == 0)))
            secrets[i] = NULL;
    char *text = zdm_scrub(PQerrorMessage(conn->pg), n, secrets);

    if (bad_settings) {
        zdm_fail(
            err, ZDM_ERR_USAGE, "bad connection settings: %.*s", (int)strcspn(text, "\n"), text);
        if (zdm_conninfo_get(info, "service"))
            zdm_err_hint(err,
                "a word alone names a service of pg_service.conf; a database is "
                "written dbname=%s",
                zdm_conninfo_get(info, "service"));
        else
            zdm_err_hint(err, "see --db, ZDM_DATABASE_URL and the PG* variables");
    } else {
        zdm_connect_error(conn->where, host, PQport(conn->pg), db, user ? user : "", text, err);
    }
    free(text);
    return -1;
}

static int
timed_out(struct zdm_conn *conn, int64_t seconds, struct zdm_err *err)
{
    zdm_fail(err, ZDM_ERR_FAILED, "cannot connect to %s: no answer within %lld s", conn->where,
        (long long)seconds);
    return zdm_err_hint(err,
        "check the host, the port and the firewalls between here and there; "
        "connect_timeout=%lld in the connection settings waits longer",
        (long long)seconds * 6);
}

/* Sets conn->pg to a session that is logged in. */
static int
log_in(struct zdm_conn *conn, struct zdm_conninfo *info, struct zdm_err *err)
{
    for (;;) {
        if (!conn->shielded && zdm_stop_requested())
            return zdm_fail(err, ZDM_ERR_INTERRUPTED, "interrupted");
        PQfinish(conn->pg);
        conn->pg = PQconnectStartParams(
            (const char *const *)info->keys, (const char *const *)info->values, 0);
        if (!conn->pg)
            zdm_die("out of memory");
        PQsetErrorVerbosity(conn->pg, PQERRORS_VERBOSE); /* the SQLSTATE of a refused log-in */
        PQsetNoticeReceiver(conn->pg, on_notice, conn);
        note_where(conn);
        if (PQstatus(conn->pg) == CONNECTION_BAD) {
            bool bad_settings = PQpingParams((const char *const *)info->keys,
                                    (const char *const *)info->values, 0) == PQPING_NO_ATTEMPT;
            return explain_failure(conn, info, bad_settings, err);
        }

        int64_t seconds = connect_timeout(conn->pg);
        conn->deadline_us = seconds ? zdm_monotonic_us() + seconds * 1000000 : 0;
        enum outcome outcome = poll_connection(conn);
        note_where(conn);
        switch (outcome) {
        case CONNECTED:
            return 0;
        case STOPPED:
            return zdm_fail(err, ZDM_ERR_INTERRUPTED, "interrupted");
        case FAILED:
            return explain_failure(conn, info, false, err);
        case TIMED_OUT:
            /* libpq goes on to the next host by itself after a refusal, not after a silence. */
            if (!zdm_conninfo_skip_host(info, PQhost(conn->pg)))
                return timed_out(conn, seconds, err);
        }
    }
}

static int
set_profile(struct zdm_conn *conn, bool reset, struct zdm_err *err)
{
    struct zdm_buf sql = ZDM_BUF_INIT;
    struct zdm_result *result = NULL;
    int version = PQserverVersion(conn->pg);

    if (reset) {
        /* A temporary table left behind would stand before the table of its name. */
        zdm_buf_add(&sql, "RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL;\n"
                          "CLOSE ALL; UNLISTEN *; DEALLOCATE ALL; DISCARD TEMP;\n");
        zdm_conn_forget_prepared(conn);
    }
    zdm_buf_add(&sql, zdm_embedded_text(zdm_pg_sql, "sql/profile.sql"));
    if (version >= 140000)
        zdm_buf_add(&sql, "SET idle_session_timeout = 0;\n");
    /* A backend whose client was killed ends its statement, and lets go of the plan, within this
     * time. Only where the server can watch the socket. */
    if (version >= 140000)
        zdm_buf_add(&sql,
            "SELECT pg_catalog.set_config('client_connection_check_interval', '1s', false) "
            "WHERE pg_catalog.version() OPERATOR(pg_catalog.~~) '%linux%';\n");
    if (version >= 170000)
        zdm_buf_add(&sql, "SET transaction_timeout = 0;\n");
    zdm_buf_add(&sql, "SELECT pg_catalog.pg_backend_pid(), pg_catalog.current_setting('role')");

    int rc = zdm_conn_exec(conn, sql.s, &result, err);
    zdm_buf_release(&sql);
    if (rc < 0)
        return -1;
    conn->pid = (int)zdm_result_i64(result, 0, 0);
    conn->proxied = conn->pid != PQbackendPID(conn->pg);
    /* A pooler may be told to drop what it does not know: then all would be done as another role. */
    const char *options = PQoptions(conn->pg);
    if (options && strstr(options, "role=") && strcmp(zdm_result_get(result, 0, 1), "none") == 0) {
        zdm_fail(err, ZDM_ERR_FAILED, "%s does not take the role from the options \"%s\"",
            conn->where, options);
        rc = zdm_err_hint(err, "a pooler in between drops them: give the role to whoever logs in "
                               "(ALTER ROLE ... SET role = ...), or name the server itself");
    }
    zdm_result_free(result);
    return rc;
}

/* The address that `other` is connected to, not the next one of a list. */
static void
pin(struct zdm_conninfo *info, PGconn *other)
{
    zdm_conninfo_set(info, "host", PQhost(other));
    zdm_conninfo_set(info, "hostaddr", PQhostaddr(other));
    zdm_conninfo_set(info, "port", PQport(other));
    zdm_conninfo_set(info, "connect_timeout", "2");
}

/* beside: see zdm_conn_open_beside(); NULL: wherever the settings lead. *in: the server let us in, and the
 * session ended behind that. */
static int
start_session(struct zdm_conn *conn, const struct zdm_conn *beside, bool *in, struct zdm_err *err)
{
    struct zdm_conninfo info;

    *in = false;
    if (zdm_conninfo_parse(conn->conninfo, &info, err) < 0)
        return -1;
    if (beside)
        pin(&info, beside->pg);
    zdm_conninfo_set(&info, "fallback_application_name", conn->application);
    zdm_conn_forget_prepared(conn);
    PQfinish(conn->pg);
    conn->pg = NULL;
    conn->lost = true;

    int rc = log_in(conn, &info, err);
    if (rc == 0) {
        conn->lost = false;
        PQsetErrorVerbosity(conn->pg, PQERRORS_DEFAULT);
        PQsetnonblocking(conn->pg, 1);
        watch_socket(conn->pg);
        rc = set_profile(conn, false, err);
        if (rc < 0) {
            *in = conn->lost && zdm_retry_class(err->sqlstate, true) == ZDM_RETRY_RECONNECT;
            conn->lost = true;
            if (err->code == ZDM_ERR_FAILED)
                zdm_err_wrap(err, "cannot set up the session on %s", conn->where);
        }
    }
    conn->deadline_us = 0;
    zdm_conninfo_release(&info);
    return rc;
}

static int
open_session(const char *conninfo, const char *application, const struct zdm_conn *beside,
    struct zdm_conn **out, struct zdm_err *err)
{
    struct zdm_conn *conn = zdm_alloc(sizeof *conn);

    conn->conninfo = zdm_strdup(conninfo);
    conn->application = zdm_strdup(application);
    /* A session that was ended right behind its start is followed by another; a server that lets nobody in is
     * told at once. */
    struct zdm_backoff backoff = {.base_ms = 50, .max_ms = 1000};
    bool ended;
    while (start_session(conn, beside, &ended, err) < 0) {
        if (!ended || err->code != ZDM_ERR_FAILED || backoff.attempt >= OPEN_TRIES ||
            zdm_sleep_ms(zdm_backoff_next(&backoff)) < 0) {
            zdm_conn_close(conn);
            return -1;
        }
        zdm_err_clear(err);
    }
    *out = conn;
    return 0;
}

int
zdm_conn_open(
    const char *conninfo, const char *application, struct zdm_conn **out, struct zdm_err *err)
{
    return open_session(
        conninfo ? conninfo : "", application ? application : "zdm", NULL, out, err);
}

int
zdm_conn_open_beside(const struct zdm_conn *conn, struct zdm_conn **out, struct zdm_err *err)
{
    return open_session(conn->conninfo, conn->application, conn, out, err);
}

void
zdm_conn_close(struct zdm_conn *conn)
{
    if (!conn)
        return;
    zdm_conn_forget_prepared(conn);
    free(conn->prepared);
    PQfinish(conn->pg);
    free(conn->conninfo);
    free(conn->application);
    free(conn->where);
    for (size_t i = 0; i < sizeof conn->named / sizeof *conn->named; i++)
        free(conn->named[i]);
    free(conn);
}

int
zdm_conn_reconnect(struct zdm_conn *conn, struct zdm_err *err)
{
    bool in; /* whoever reconnects tries again by himself */

    return start_session(conn, NULL, &in, err);
}

int
zdm_conn_profile(struct zdm_conn *conn, struct zdm_err *err)
{
    return set_profile(conn, true, err);
}

int
zdm_conn_outlive(struct zdm_conn *conn, struct zdm_err *err)
{
    if (zdm_conn_server_version(conn) < 140000)
        return 0;
    return zdm_conn_exec(conn, "SET client_connection_check_interval = 0", NULL, err);
}

void
zdm_conn_patience(struct zdm_conn *conn, int64_t ms)
{
    conn->patience_ms = ms;
}

bool
zdm_conn_lost(const struct zdm_conn *conn)
{
    return conn->lost;
}

bool
zdm_conn_proxied(const struct zdm_conn *conn)
{
    return conn->proxied;
}

bool
zdm_conn_shield(struct zdm_conn *conn, bool shielded)
{
    bool before = conn->shielded;

    conn->shielded = shielded;
    return before;
}

void
zdm_conn_on_notice(struct zdm_conn *conn,
    void (*fn)(void *self, const char *severity, const char *sqlstate, const char *message),
    void *self)
{
    conn->notice = fn;
    conn->notice_self = self;
}

struct zdm_conn_meanwhile
zdm_conn_while_waiting(struct zdm_conn *conn, int64_t ms, void (*fn)(void *self), void *self)
{
    struct zdm_conn_meanwhile before = {conn->waiting_ms, conn->waiting, conn->waiting_self};

    conn->waiting_ms = ms;
    conn->waiting = fn;
    conn->waiting_self = self;
    return before;
}

int
zdm_conn_server_version(const struct zdm_conn *conn)
{
    return PQserverVersion(conn->pg);
}

int
zdm_conn_pid(const struct zdm_conn *conn)
{
    return conn->pid;
}

const char *
zdm_conn_where(const struct zdm_conn *conn)
{
    return conn->where;
}

const char *
zdm_conn_conninfo(const struct zdm_conn *conn)
{
    return conn->conninfo;
}
