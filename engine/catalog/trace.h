/*
 * trace.h - runs a statement on a throw-away copy of the schema and reports what PostgreSQL did.
 *
 * In its own transaction, at client_min_messages = debug1, where the server announces rewrites,
 * verifying scans, validated foreign keys and index builds even on empty tables; afterwards, before
 * the end of the transaction, pg_locks of this backend. File nodes before and after tell rewrites that
 * are not announced (CLUSTER, SET TABLESPACE). What must not run in a transaction is only run: its
 * effects on the schema and its error are observed, its locks are not (`locks_seen` false).
 *
 * A second session looks at what was there before: names and files as the last commit left them.
 *
 * Transactions of the author work: run BEGIN, then the statements with keep, then COMMIT or ROLLBACK.
 * Each statement stands behind a savepoint then, so that one that fails does not hide the rest.
 */
#ifndef ZDM_CATALOG_TRACE_H
#define ZDM_CATALOG_TRACE_H

#include <stdbool.h>

#include "base/err.h"
#include "base/mem.h"
#include "pg/conn.h"
#include "sql/classify.h"

struct zdm_observed {
    /* The strongest on each relation that was there before the transaction; held is BRIEF: that is
     * not observed. In a transaction of the author those that the statement added or made stronger. */
    struct zdm_lock *locks;
    size_t n_locks;
    struct zdm_lock *before; /* those that the author's transaction held already */
    size_t n_before;
    char **rewrites, **scans, **builds; /* named as struct zdm_statement does */
    size_t n_rewrites, n_scans, n_builds;
    bool locks_seen;
    char *sqlstate; /* NULL: it succeeded */
    char *message;  /* of the error */
};

struct zdm_trace; /* a session on the copy */
/* conninfo: of the copy, as a superuser. Returns owned. */
int zdm_trace_open(const char *conninfo, struct zdm_trace **out, struct zdm_err *err);
void zdm_trace_close(struct zdm_trace *trace); /* NULL is fine */
/* The session that statements run in: view. In a transaction of the author it sees what they did. */
struct zdm_conn *zdm_trace_conn(struct zdm_trace *trace);

/* Another script begins, in a new session: a transaction that the one before left open ends, and its
 * settings, role and temporary tables go. What is there now is in
 * use; what is made from here on is new until the next call, and nobody waits for it. Without any call
 * nothing is new behind the statement that made it. */
int zdm_trace_begin(struct zdm_trace *trace, struct zdm_err *err);

/*
 * Runs the statement. keep: what it did stays, so that the next statement meets it (roll forward);
 * otherwise it is rolled back, which needs a statement that may run in a transaction. transaction:
 * as the classifier says. -1 only when the copy cannot be asked any more; an error of the statement is
 * an observation (sqlstate "": it could not be sent, such as COPY FROM stdin). Everything lives in the arena.
 */
int zdm_trace_run(struct zdm_trace *trace, const char *sql, bool transaction_forbidden, bool keep,
    struct zdm_arena *arena, struct zdm_observed *out, struct zdm_err *err);

/* Where the classification and the observation differ: one line each, in the arena; n lines. Locks
 * up to ROW EXCLUSIVE depend on rows that a copy without rows does not have: one that was predicted
 * and not observed is no difference. */
char **zdm_trace_differences(const struct zdm_statement *st, const struct zdm_observed *observed,
    struct zdm_arena *arena, size_t *n);
/* Puts what was observed into the statement: evidence traced, locks, rewrites, scans, builds. What
 * nobody could see before (DO, a function call, a statement newer than the grammar) is judged by its
 * effects from now on, with the severities that the context has for the rules of it (NULL: their own).
 * Strings are copied into the arena, which must outlive the statement. */
void zdm_trace_apply(struct zdm_statement *st, const struct zdm_observed *observed,
    const struct zdm_sql_context *context, struct zdm_arena *arena);

#endif
