#include "catalog/trace.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/embedded.h"
#include "catalog/trace_private.h"

extern const struct zdm_embedded zdm_catalog_sql[];

/* Nobody else works on the copy but transactions that a script prepared: the timeout ends the wait. */
static const char profile[] = "SET lc_messages = 'C'; SET lock_timeout = '1min'";

int
zdm_trace_open(const char *conninfo, struct zdm_trace **out, struct zdm_err *err)
{
    struct zdm_trace *trace = zdm_alloc(sizeof *trace);

    if (zdm_conn_open(conninfo, "zdm trace", &trace->conn, err) < 0 ||
        zdm_conn_open(conninfo, "zdm trace observer", &trace->observer, err) < 0 ||
        zdm_conn_exec(trace->conn, profile, NULL, err) < 0) {
        zdm_trace_close(trace);
        return -1;
    }
    zdm_conn_on_notice(trace->conn, zdm_trace_hear, trace);
    *out = trace;
    return 0;
}

void
zdm_trace_close(struct zdm_trace *trace)
{
    if (!trace)
        return;
    zdm_trace_forget(trace);
    zdm_conn_close(trace->conn);
    zdm_conn_close(trace->observer);
    free(trace);
}

struct zdm_conn *
zdm_trace_conn(struct zdm_trace *trace)
{
    return trace->conn;
}

int
zdm_trace_begin(struct zdm_trace *trace, struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    zdm_conn_rollback(trace->conn);
    /* What the script before set, made temporary or prepared went with its session. */
    if (zdm_conn_exec(trace->conn, "DISCARD ALL", NULL, err) < 0 ||
        zdm_conn_exec(trace->conn, profile, NULL, err) < 0)
        return -1;
    /* The server counts upwards. */
    if (zdm_conn_exec(trace->observer,
            "SELECT pg_catalog.max(c.oid)::pg_catalog.int8 OPERATOR(pg_catalog.+) 1 "
            "FROM pg_catalog.pg_class c",
            &r, err) < 0)
        return -1;
    trace->fresh_from = (uint32_t)zdm_result_i64(r, 0, 0);
    zdm_result_free(r);
    return 0;
}

/* Behind white space and comments. */
static const char *
first_word(const char *sql)
{
    for (;;) {
        while (isspace((unsigned char)*sql) || *sql == ';')
            sql++;
        if (sql[0] == '-' && sql[1] == '-') {
            sql += strcspn(sql, "\n");
        } else if (sql[0] == '/' && sql[1] == '*') {
            int depth = 0;
            do {
                if (sql[0] == '/' && sql[1] == '*')
                    depth++, sql++;
                else if (sql[0] == '*' && sql[1] == '/')
                    depth--, sql++;
                sql++;
            } while (depth && *sql);
        } else {
            return sql;
        }
    }
}

static bool
begins_with(const char *sql, const char *word)
{
    size_t len = strlen(word);

    sql = first_word(sql);
    return strncasecmp(sql, word, len) == 0 && !isalnum((unsigned char)sql[len]) && sql[len] != '_';
}

static bool
is_control(const char *sql)
{
    static const char *const words[] = {
        "begin", "start", "commit", "end", "rollback", "abort", "savepoint", "release"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (begins_with(sql, words[i]))
            return true;
    return false;
}

/* An error of the statement is an observation; -1 when it was the session's. */
static int
observe_error(struct zdm_trace *trace, struct zdm_arena *arena, struct zdm_observed *out,
    struct zdm_err *failure, struct zdm_err *err)
{
    if (zdm_conn_lost(trace->conn) || failure->code == ZDM_ERR_INTERRUPTED) {
        zdm_err_move(err, failure);
        return -1;
    }
    out->sqlstate = zdm_arena_strdup(arena, failure->sqlstate);
    out->message = zdm_arena_strdup(arena, failure->message);
    zdm_err_clear(failure);
    return 0;
}

/* BEGIN and the like: nothing to look at. */
static int
run_control(struct zdm_trace *trace, const char *sql, struct zdm_arena *arena,
    struct zdm_observed *out, struct zdm_err *err)
{
    struct zdm_err failure = ZDM_ERR_INIT;

    out->locks_seen = true;
    if (zdm_conn_exec(trace->conn, sql, NULL, &failure) < 0)
        return observe_error(trace, arena, out, &failure, err);
    return 0;
}

static int
new_files(struct zdm_trace *trace, const struct zdm_result *files, struct zdm_arena *arena,
    struct zdm_observed *out, struct zdm_err *err)
{
    struct zdm_result *r = NULL;

    if (!zdm_result_get(files, 0, 0))
        return 0;
    if (ZDM_QUERY(trace->observer, zdm_embedded_text(zdm_catalog_sql, "sql/trace_new_files.sql"),
            &r, err, zdm_result_get(files, 0, 0), zdm_result_get(files, 0, 1)) < 0)
        return -1;
    out->n_rewrites = (size_t)zdm_result_rows(r);
    out->rewrites = zdm_arena_alloc(arena, (out->n_rewrites + 1) * sizeof *out->rewrites);
    for (int row = 0; row < (int)out->n_rewrites; row++)
        out->rewrites[row] = zdm_arena_strdup(arena, zdm_result_get(r, row, 0));
    zdm_result_free(r);
    return 0;
}

/* Outside of a transaction: afterwards its locks are gone. */
static int
run_alone(struct zdm_trace *trace, const char *sql, struct zdm_arena *arena,
    struct zdm_observed *out, struct zdm_err *err)
{
    static const char verbose[] = "SELECT pg_catalog.set_config('client_min_messages', $1, false), "
                                  "pg_catalog.current_setting('client_min_messages')";
    struct zdm_result *files = NULL, *setting = NULL;
    struct zdm_err failure = ZDM_ERR_INIT;
    int rc = -1;

    if (zdm_conn_exec(trace->observer, zdm_embedded_text(zdm_catalog_sql, "sql/trace_files.sql"),
            &files, err) < 0 ||
        zdm_conn_exec(trace->conn, "SHOW client_min_messages", &setting, err) < 0 ||
        ZDM_QUERY(trace->conn, verbose, NULL, err, "debug1") < 0)
        goto out;
    int ran = zdm_conn_exec(trace->conn, sql, NULL, &failure);
    if (ran < 0 && observe_error(trace, arena, out, &failure, err) < 0)
        goto out;
    if (ZDM_QUERY(trace->conn, verbose, NULL, err, zdm_result_get(setting, 0, 0)) < 0 ||
        (ran == 0 && (zdm_trace_look_alone(trace, arena, out, err) < 0 ||
                         new_files(trace, files, arena, out, err) < 0)))
        goto out;
    rc = 0;
out:
    zdm_err_release(&failure);
    zdm_result_free(files);
    zdm_result_free(setting);
    return rc;
}

/* In a transaction of its own, or behind a savepoint of the author's. */
static int
run_inside(struct zdm_trace *trace, const char *sql, bool keep, struct zdm_arena *arena,
    struct zdm_observed *out, struct zdm_err *err)
{
    bool authors = zdm_conn_in_transaction(trace->conn);
    struct zdm_sight held = {.n = 0}, scans;
    struct zdm_err failure = ZDM_ERR_INIT;
    struct zdm_result *r = NULL;
    const char *away =
        authors ? "ROLLBACK TO SAVEPOINT zdm_trace; RELEASE SAVEPOINT zdm_trace" : "ROLLBACK";
    const char *stay = authors ? "RELEASE SAVEPOINT zdm_trace" : "COMMIT";
    char *begin = zdm_strf("%s; SET LOCAL client_min_messages = debug1;\n%s",
        authors ? "SAVEPOINT zdm_trace" : "BEGIN",
        zdm_embedded_text(zdm_catalog_sql, "sql/trace_scans.sql"));
    int rc = -1;

    if (zdm_conn_exec(trace->conn, begin, &r, err) < 0)
        goto out;
    zdm_trace_scans(r, arena, &scans);
    if (authors && zdm_trace_locked(trace, arena, &held, err) < 0)
        goto out;
    zdm_trace_forget(trace);

    const char *end = keep ? stay : away;
    if (zdm_conn_exec(trace->conn, sql, NULL, &failure) < 0) {
        if (observe_error(trace, arena, out, &failure, err) < 0)
            goto out;
        end = away;
    } else if (zdm_trace_look(trace, &held, &scans, begins_with(sql, "truncate"), arena, out, err) <
               0) {
        goto out;
    }
    /* A deferred constraint speaks up here. */
    if (zdm_conn_exec(trace->conn, end, NULL, &failure) < 0 &&
        (end == away || observe_error(trace, arena, out, &failure, err) < 0)) {
        if (failure.message)
            zdm_err_move(err, &failure);
        goto out;
    }
    rc = 0;
out:
    zdm_err_release(&failure);
    zdm_result_free(r);
    free(begin);
    return rc;
}

int
zdm_trace_run(struct zdm_trace *trace, const char *sql, bool transaction_forbidden, bool keep,
    struct zdm_arena *arena, struct zdm_observed *out, struct zdm_err *err)
{
    struct zdm_observed observed = {.locks = NULL};
    int rc;

    zdm_trace_forget(trace);
    if (is_control(sql))
        rc = run_control(trace, sql, arena, &observed, err);
    else if (transaction_forbidden && !zdm_conn_in_transaction(trace->conn))
        rc = run_alone(trace, sql, arena, &observed, err);
    else
        rc = run_inside(trace, sql, keep, arena, &observed, err);
    if (rc == 0)
        *out = observed;
    return rc;
}
