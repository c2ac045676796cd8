/*
 * trace.h - runs a statement on a throw-away copy of the schema and reports what PostgreSQL did.
 *
 * In its own transaction, at client_min_messages = debug1, where the server announces rewrites,
 * verifying scans, validated foreign keys and index builds even on empty tables; afterwards, before
 * the end of the transaction, pg_locks of this backend. File nodes before and after tell rewrites that
 * are not announced (TRUNCATE, SET TABLESPACE). What must not run in a transaction is only run: its
 * effects on the schema and its error are observed, its locks are not (`locks_seen` false).
 */
#ifndef ZDM_CATALOG_TRACE_H
#define ZDM_CATALOG_TRACE_H

#include <stdbool.h>

#include "base/err.h"
#include "base/mem.h"
#include "pg/conn.h"
#include "sql/classify.h"

struct zdm_observed {
    struct zdm_lock *locks; /* on relations that were there before; held is BRIEF: not observed */
    size_t n_locks;
    char **rewrites, **scans, **builds; /* named as struct zdm_statement does */
    size_t n_rewrites, n_scans, n_builds;
    bool locks_seen;
    char *sqlstate; /* NULL: it succeeded */
    char *message;  /* of the error */
};

struct zdm_trace; /* a session on the copy */
/* conninfo: of the copy. Returns owned. */
int zdm_trace_open(const char *conninfo, struct zdm_trace **out, struct zdm_err *err);
void zdm_trace_close(struct zdm_trace *trace); /* NULL is fine */

/*
 * Runs the statement. keep: what it did stays, so that the next statement meets it (roll forward);
 * otherwise it is rolled back, which needs a statement that may run in a transaction. transaction:
 * as the classifier says. -1 only when the copy cannot be asked any more; an error of the statement is
 * an observation. Everything lives in the arena.
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
 * effects from now on. Strings are copied into the arena, which must outlive the statement. */
void zdm_trace_apply(
    struct zdm_statement *st, const struct zdm_observed *observed, struct zdm_arena *arena);

#endif
