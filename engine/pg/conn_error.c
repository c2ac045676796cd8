#include "pg/conn_private.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

/* One line of libpq's text behind "... failed: ", and the SQLSTATE in it ("FATAL:  28P01: why"). */
static char *
connect_reason(const char *line, size_t n, char sqlstate[6])
{
    char *text = zdm_strndup(line, n);
    const char *why = strstr(text, " failed: ");

    why = why ? why + strlen(" failed: ") : text;
    const char *code = strstr(why, ":  ");
    if (code) {
        code += 3;
        size_t length = strspn(code, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ");
        if (length == 5 && strncmp(code + 5, ": ", 2) == 0) {
            snprintf(sqlstate, 6, "%.5s", code);
            why = code + 7;
        }
    }
    char *reason = zdm_strdup(why);
    free(text);
    return reason;
}

static int
connect_hint(const char *host, const char *port, const char *db, const char *user, const char *why,
    struct zdm_err *err)
{
    const char *state = err->sqlstate;

    if (strcmp(state, "28P01") == 0 || strstr(why, "no password supplied"))
        return zdm_err_hint(err,
            "set the password of \"%s\" in PGPASSWORD, ~/.pgpass or a service "
            "file",
            user);
    if (strcmp(state, "28000") == 0)
        return zdm_err_hint(err,
            "connect as a role that exists and may log in, or add a line for "
            "user \"%s\" and database \"%s\" to the server's pg_hba.conf",
            user, db);
    if (strcmp(state, "3D000") == 0)
        return zdm_err_hint(err, "create it (createdb %s), or name another database with --db", db);
    if (strcmp(state, "53300") == 0)
        return zdm_err_hint(err, "end idle sessions, or raise max_connections or the role's "
                                 "connection limit");
    if (strncmp(state, "57P0", 4) == 0)
        return zdm_err_hint(err, "the server is starting or stopping: try again in a moment");
    if (*state)
        return -1;
    if (strstr(why, "translate host name"))
        return zdm_err_hint(err, "check the spelling of the host \"%s\" and the DNS", host);
    if (strstr(why, "SSL") || strstr(why, "certificate"))
        return zdm_err_hint(err, "check sslmode, sslrootcert and the server's ssl setting");
    if (host && host[0] == '/')
        return zdm_err_hint(err,
            "is PostgreSQL running, and is %s its unix_socket_directories? "
            "Another server is named with --db or ZDM_DATABASE_URL",
            host);
    return zdm_err_hint(err, "is PostgreSQL running on \"%s\", and does it listen on port %s?",
        host && *host ? host : "localhost", port && *port ? port : "5432");
}

int
zdm_connect_error(const char *where, const char *host, const char *port, const char *db,
    const char *user, const char *text, struct zdm_err *err)
{
    struct zdm_buf all = ZDM_BUF_INIT;
    char *reason = NULL;
    char sqlstate[6] = "";
    int attempts = 0;

    for (const char *line = text; *line;) {
        size_t n = strcspn(line, "\n");
        bool attempt = n > 0 && !isspace((unsigned char)*line);
        /* Several hosts or addresses: each has its line, the last one decides. */
        if (attempt && (attempts == 0 || strncmp(line, "connection to ", 14) == 0 ||
                           strncmp(line, "could not ", 10) == 0)) {
            attempts++;
            free(reason);
            sqlstate[0] = '\0';
            reason = connect_reason(line, n, sqlstate);
            zdm_buf_addf(&all, "%s%.*s", all.len ? "; " : "", (int)n, line);
        } else if (attempt && strncmp(line, "DETAIL:  ", 9) == 0) {
            zdm_buf_addf(&all, " (%.*s)", (int)n - 9, line + 9);
        }
        line += n + (line[n] == '\n');
    }
    zdm_fail(err, ZDM_ERR_FAILED, "cannot connect to %s: %s", where,
        reason ? reason : "the connection failed");
    snprintf(err->sqlstate, sizeof err->sqlstate, "%s", sqlstate);
    if (attempts > 1)
        zdm_err_detail(err, "%s", all.s);
    connect_hint(host, port, db, user, reason ? reason : "", err);
    free(reason);
    zdm_buf_release(&all);
    return -1;
}

static const char *
field(const PGresult *result, int code)
{
    const char *text = PQresultErrorField(result, code);

    return text && *text ? text : NULL;
}

static void
keep_names(struct zdm_conn *conn, const PGresult *result)
{
    static const int codes[] = {PG_DIAG_SCHEMA_NAME, PG_DIAG_TABLE_NAME, PG_DIAG_COLUMN_NAME,
        PG_DIAG_DATATYPE_NAME, PG_DIAG_CONSTRAINT_NAME};

    _Static_assert(sizeof codes / sizeof *codes == sizeof conn->named / sizeof *conn->named, "");
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        free(conn->named[i]);
        conn->named[i] = zdm_strdup(field(result, codes[i]));
    }
}

bool
zdm_conn_error_names(const struct zdm_conn *conn, const char *text, size_t n)
{
    for (size_t i = 0; i < sizeof conn->named / sizeof *conn->named; i++)
        if (conn->named[i] && strlen(conn->named[i]) == n && memcmp(conn->named[i], text, n) == 0)
            return true;
    return false;
}

/* Of the relations of pg_catalog those that are for everybody. */
static bool
is_for_all(const char *name, size_t n)
{
    static const char *const guarded[] = {"pg_authid", "pg_statistic", "pg_statistic_ext_data",
        "pg_subscription", "pg_user_mapping", "pg_largeobject", "pg_shadow", "pg_config"};

    for (size_t i = 0; i < sizeof guarded / sizeof *guarded; i++)
        if (strlen(guarded[i]) == n && memcmp(guarded[i], name, n) == 0)
            return false;
    return true;
}

/* A hardened server. In which language it says "permission denied for table pg_class" does not matter,
 * as long as it is not about a function. */
static int
denied_hint(const char *message, struct zdm_err *err)
{
    const char *name = strstr(message, " pg_");
    size_t n = name ? strspn(name + 1, "abcdefghijklmnopqrstuvwxyz0123456789_") : 0;

    if (n == 0 || name[1 + n] || strstr(message, "function") || !is_for_all(name + 1, n))
        return -1;
    return zdm_err_hint(err,
        "every role may read pg_catalog.%.*s until that right is taken away: GRANT SELECT ON "
        "pg_catalog.%.*s TO PUBLIC, or to this role, gives it back",
        (int)n, name + 1, (int)n, name + 1);
}

int
zdm_server_error(struct zdm_conn *conn, const PGresult *result, struct zdm_err *err)
{
    const char *state = field(result, PG_DIAG_SQLSTATE);
    const char *severity = field(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    const char *detail = field(result, PG_DIAG_MESSAGE_DETAIL);
    const char *context = field(result, PG_DIAG_CONTEXT);
    const char *position = field(result, PG_DIAG_STATEMENT_POSITION);

    if (!state) /* libpq's own words: the server said nothing */
        return zdm_lost_error(conn, PQresultErrorMessage(result), err);
    if (severity && (strcmp(severity, "FATAL") == 0 || strcmp(severity, "PANIC") == 0))
        conn->lost = true;

    keep_names(conn, result);
    const char *message = field(result, PG_DIAG_MESSAGE_PRIMARY);
    zdm_fail(err, ZDM_ERR_FAILED, "%s", message ? message : "unknown error of the server");
    snprintf(err->sqlstate, sizeof err->sqlstate, "%s", state);
    if (detail || context)
        zdm_err_detail(err, "%s%s%s", detail ? detail : "", detail && context ? "\n" : "",
            context ? context : "");
    const char *hint = field(result, PG_DIAG_MESSAGE_HINT);
    if (hint && strcmp(state, "2BP01") == 0) /* the server's would be CASCADE */
        zdm_err_hint(err,
            "change or drop what depends on it first, each by its name: CASCADE would "
            "take with it whatever else there is by then");
    else if (hint)
        zdm_err_hint(err, "%s", hint);
    else if (message && strcmp(state, "42501") == 0)
        denied_hint(message, err);
    if (position)
        err->position = (int)strtol(position, NULL, 10);
    return -1;
}

int
zdm_lost_error(struct zdm_conn *conn, const char *text, struct zdm_err *err)
{
    size_t n = text ? strcspn(text, "\n") : 0;

    if (PQstatus(conn->pg) == CONNECTION_BAD)
        conn->lost = true;
    if (!conn->lost)
        return zdm_fail(err, ZDM_ERR_FAILED, "%.*s", (int)n, n ? text : "");
    zdm_fail(err, ZDM_ERR_FAILED, "lost the connection to %s", conn->where);
    if (n)
        zdm_err_detail(err, "%.*s", (int)n, text);
    return zdm_err_hint(err, "run the same command again: it goes on where the database is");
}
