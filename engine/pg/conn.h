/*
 * conn.h - one PostgreSQL session, with one profile for all of zdm's work.
 *
 * Every session sets: application_name, read committed, ISO dates, standard
 * strings, extra_float_digits, no statement_timeout, idle_in_transaction
 * timeout 0, client_min_messages warning. Calls wait on the socket and on ^C
 * (signals.h): a stop cancels the running statement (PQcancel) and the call
 * fails with ZDM_ERR_INTERRUPTED. An error from the server carries its
 * SQLSTATE and, for syntax and name errors, the position in the text sent.
 * Passwords never appear in any message.
 */
#ifndef ZDM_PG_CONN_H
#define ZDM_PG_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct zdm_conn;

/* Connects. `conninfo` is a DSN, URI or service ("" means libpq's environment);
 * borrowed for the call and kept for reconnects inside. application is
 * application_name. Bad conninfo: ZDM_ERR_USAGE; refused, wrong password, no
 * such database: ZDM_ERR_FAILED with a hint. *out owned. */
int zdm_conn_open(
    const char *conninfo, const char *application, struct zdm_conn **out, struct zdm_err *err);
/* A further session as conn was opened, on the address that conn is connected to (behind which another
 * server may answer all the same), for what can be done without: waits for it for two seconds at most. */
int zdm_conn_open_beside(const struct zdm_conn *conn, struct zdm_conn **out, struct zdm_err *err);
/* A session on a replica of conn's server. conninfo says where it is, or is a service, which says all; what
 * it leaves out (database, role and its password, TLS) is as conn has it. */
int zdm_conn_open_replica(
    const struct zdm_conn *conn, const char *conninfo, struct zdm_conn **out, struct zdm_err *err);
void zdm_conn_close(struct zdm_conn *conn); /* NULL is fine */
/* A fresh session with the same parameters, after a loss. The old one is gone whatever happens. */
int zdm_conn_reconnect(struct zdm_conn *conn, struct zdm_err *err);
bool zdm_conn_lost(const struct zdm_conn *conn);
/* Are the n bytes of text the name of a schema, table, column, type or constraint that the server's last
 * error was about, by its own account? Other words in quotes may be values. */
bool zdm_conn_error_names(const struct zdm_conn *conn, const char *text, size_t n);
/* While shielded a stop does not cancel and does not refuse statements: for bookkeeping that must
 * still run after ^C. COMMIT and ROLLBACK always are. Returns what it was before. */
bool zdm_conn_shield(struct zdm_conn *conn, bool shielded);
/* From now on, in later sessions too, a statement that is not answered within ms loses the session: for
 * what must not wait for a dead network. 0: waits for ever, as at first. */
void zdm_conn_patience(struct zdm_conn *conn, int64_t ms);
/* Messages of the server (warnings; more when client_min_messages is lowered). NULL drops them.
 * Called while a statement runs: fn must not use the connection. Views for the call. */
void zdm_conn_on_notice(struct zdm_conn *conn,
    void (*fn)(void *self, const char *severity, const char *sqlstate, const char *message),
    void *self);
struct zdm_conn_meanwhile {
    int64_t ms; /* 0: nothing is called */
    void (*fn)(void *self);
    void *self;
};
/* While a statement waits for its answer, fn is called every ms, on the thread that waits. It must not use
 * this connection, and what it does keeps the answer waiting. ms 0: no more. Returns what was so before. */
struct zdm_conn_meanwhile zdm_conn_while_waiting(
    struct zdm_conn *conn, int64_t ms, void (*fn)(void *self), void *self);
/* RESET of role and settings, away with temporary tables and prepared statements, then the profile
 * again: after SQL that is not zdm's own, outside a transaction. */
int zdm_conn_profile(struct zdm_conn *conn, struct zdm_err *err);
/* What runs next goes on in the server when this process dies (until zdm_conn_profile): for work of
 * hours that a catalog probe finds again. */
int zdm_conn_outlive(struct zdm_conn *conn, struct zdm_err *err);
/* A pooler stands between: the backend may change from transaction to transaction. */
bool zdm_conn_proxied(const struct zdm_conn *conn);
bool zdm_conn_in_transaction(const struct zdm_conn *conn);
int zdm_conn_server_version(const struct zdm_conn *conn); /* 150018 */
int zdm_conn_pid(const struct zdm_conn *conn);            /* backend, for looking at locks only */
/* "shop@host:5432/shop", "shop@[/run/postgresql]:5432/shop": for people, no password. View. */
const char *zdm_conn_where(const struct zdm_conn *conn);
const char *zdm_conn_conninfo(const struct zdm_conn *conn); /* as given: may hold a password */

/* The rows of a result. Cells are text; NULL pointers are SQL NULL. */
struct zdm_result;
int zdm_result_rows(const struct zdm_result *result);
int zdm_result_columns(const struct zdm_result *result);
const char *zdm_result_name(const struct zdm_result *result, int column);
unsigned zdm_result_type(const struct zdm_result *result, int column);            /* type Oid */
const char *zdm_result_get(const struct zdm_result *result, int row, int column); /* view */
size_t zdm_result_length(const struct zdm_result *result, int row, int column); /* bytes; NULL: 0 */
bool zdm_result_bool(const struct zdm_result *result, int row, int column);     /* NULL is false */
int64_t zdm_result_i64(const struct zdm_result *result, int row, int column);   /* NULL is 0 */
int64_t zdm_result_affected(const struct zdm_result *result); /* rows of the command tag, or 0 */
void zdm_result_free(struct zdm_result *result);              /* NULL is fine */

/* Runs text without parameters: may hold several statements, which then form one implicit
 * transaction. Returns the last statement's result, owned; out NULL: rows are dropped as they
 * arrive, however many. Here and below a session that is lost, or a stop asked for before the call,
 * fails at once. A statement that ended well although ^C came counts as done. COPY from or to the
 * client is an error. */
int zdm_conn_exec(
    struct zdm_conn *conn, const char *sql, struct zdm_result **out, struct zdm_err *err);
/* One statement with n text parameters (NULL is SQL NULL). */
int zdm_conn_query(struct zdm_conn *conn, const char *sql, size_t n, const char *const *values,
    struct zdm_result **out, struct zdm_err *err);
/* zdm_conn_query with parameters as arguments:  ZDM_QUERY(conn, sql, &result, err, a, b) */
#define ZDM_QUERY(conn, sql, out, err, ...)                                                        \
    zdm_conn_query((conn), (sql), sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *),          \
        (const char *[]){__VA_ARGS__}, (out), (err))
/* Prepares once under `name` (again by itself after a reconnect) and runs it. */
int zdm_conn_run(struct zdm_conn *conn, const char *name, const char *sql, size_t n,
    const char *const *values, struct zdm_result **out, struct zdm_err *err);

/* Gets the result of each statement of a pipeline, in their order. The result is a view for the call,
 * and take must not use the connection, but for zdm_conn_pull(). */
struct zdm_taker {
    void *self;
    void (*take)(void *self, size_t index, const struct zdm_result *result);
};
/* Sends n statements without parameters at once, one each: the server works on the next ones while
 * `take` looks at what has come. Outside a transaction they are one. After the first that fails none
 * of the others runs, and take was called for those before it. */
int zdm_conn_pipeline(struct zdm_conn *conn, const char *const *sql, size_t n,
    const struct zdm_taker *taker, struct zdm_err *err);
/* The two halves of it, for two sessions at once: in between conn can only be pulled or closed. While
 * take waits for conn, it takes in what arrives for `beside`, whose own turn comes later (NULL: none). */
int zdm_conn_send_pipeline(
    struct zdm_conn *conn, const char *const *sql, size_t n, struct zdm_err *err);
int zdm_conn_take_pipeline(struct zdm_conn *conn, const struct zdm_taker *taker,
    struct zdm_conn *beside, struct zdm_err *err);

/* Takes in what the server has sent, without waiting: it stands still when the socket is full. For a
 * `take` that has long to do, every now and then. */
void zdm_conn_pull(struct zdm_conn *conn);

/* One statement with n text parameters, views. */
struct zdm_statement_text {
    const char *sql;
    size_t n;
    const char *const *values;
    const char *prepared; /* its name, when it is; NULL: it is not. Of pg/ */
};
/* The statement in a transaction of its own with this statement_timeout, in one round trip. Failed with
 * 57014: it took longer, or somebody cancelled it. The COMMIT is not under the timeout. A statement that
 * comes again soon is prepared, but for a pooler's sessions, and planned with its values all the same. */
int zdm_conn_query_within(struct zdm_conn *conn, int64_t timeout_ms,
    const struct zdm_statement_text *statement, struct zdm_result **out, struct zdm_err *err);
/* BEGIN and the statement, in one round trip; the timeout is that of each statement until COMMIT. When
 * it fails: zdm_conn_rollback. Prepared as above, and so is what comes with the COMMIT. */
int zdm_conn_begin_with(struct zdm_conn *conn, int64_t timeout_ms,
    const struct zdm_statement_text *statement, struct zdm_result **out, struct zdm_err *err);
/* The statement and COMMIT, in one round trip. Failed: not committed, zdm_conn_rollback; or, when the
 * connection is lost, unknown. */
int zdm_conn_commit_with(struct zdm_conn *conn, const struct zdm_statement_text *statement,
    struct zdm_result **out, struct zdm_err *err);

/* ROLLBACK when a transaction is open; never fails (a lost connection has rolled back). */
void zdm_conn_rollback(struct zdm_conn *conn);
/* COMMIT. ZDM_ERR_FAILED when the server answered with ROLLBACK. When the connection is lost here
 * the outcome is unknown: zdm_conn_lost() tells, the journal decides. */
int zdm_conn_commit(struct zdm_conn *conn, struct zdm_err *err);

/* Where to find the target: --db, then ZDM_DATABASE_URL, DATABASE_URL, then libpq's environment
 * (""). `option` may be NULL. A word without '=' and "://" is a service name. Returns owned. */
char *zdm_target_conninfo(const char *option);
/* May `conninfo` be shown? False when it holds a password, or cannot be read. */
bool zdm_conninfo_is_public(const char *conninfo);
/* The settings in one text that is equal for equal ones, without secrets. Returns owned. */
char *zdm_conninfo_public_key(const char *conninfo);
/* text with `conninfo`, when it is not public, and the passwords in it and in PGPASSWORD replaced by
 * ***. For what a program printed that got them. Returns owned. */
char *zdm_conninfo_hide(const char *conninfo, const char *text);

#endif
