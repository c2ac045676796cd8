/*
 * classify.h - what a statement does to a running system, from its parse tree.
 *
 * Pure: no connection. Every claim that would need the catalog errs on the safe
 * side; evidence says `assumed`. Lock modes, rewrites and scans are those
 * measured on PostgreSQL 12 to 18 (docs/internals/architecture.md names the
 * source). What is not known here is verdict `unknown`, never safe.
 */
#ifndef ZDM_SQL_CLASSIFY_H
#define ZDM_SQL_CLASSIFY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

enum zdm_verdict {
    ZDM_VERDICT_SAFE,
    ZDM_VERDICT_CAUTION, /* safe with a short lock_timeout and retries; or worth a look */
    ZDM_VERDICT_UNSAFE,
    ZDM_VERDICT_UNKNOWN,
};
const char *zdm_verdict_name(enum zdm_verdict verdict);

enum zdm_lock_mode { /* PostgreSQL's table locks, weakest first */
    ZDM_LOCK_NONE,
    ZDM_LOCK_ACCESS_SHARE,
    ZDM_LOCK_ROW_SHARE,
    ZDM_LOCK_ROW_EXCLUSIVE,
    ZDM_LOCK_SHARE_UPDATE_EXCLUSIVE,
    ZDM_LOCK_SHARE,
    ZDM_LOCK_SHARE_ROW_EXCLUSIVE,
    ZDM_LOCK_EXCLUSIVE,
    ZDM_LOCK_ACCESS_EXCLUSIVE,
};
const char *zdm_lock_mode_name(enum zdm_lock_mode mode); /* "ACCESS EXCLUSIVE" */

enum zdm_held {
    ZDM_HELD_BRIEF,
    ZDM_HELD_SCAN,
    ZDM_HELD_REWRITE,
    ZDM_HELD_BUILD,
    ZDM_HELD_STATEMENT
};
const char *zdm_held_name(enum zdm_held held); /* "brief" ... */

enum zdm_transaction {
    ZDM_TX_OK,
    ZDM_TX_FORBIDDEN, /* fails inside a transaction block (25001) */
};
const char *zdm_transaction_name(enum zdm_transaction transaction); /* "ok", "forbidden" */

enum zdm_severity { ZDM_SEVERITY_INFO, ZDM_SEVERITY_WARNING, ZDM_SEVERITY_ERROR };
const char *zdm_severity_name(enum zdm_severity severity);

struct zdm_lock {
    char *relation; /* as written, schema-qualified when the author did; quoted where needed */
    enum zdm_lock_mode mode;
    enum zdm_held held;
};

struct zdm_finding {
    const char *rule; /* id, such as "break-drop-column": static */
    enum zdm_severity severity;
    char *message;
    char *hint;   /* may be NULL */
    char **safer; /* n_safer SQL statements with the author's own names */
    size_t n_safer;
};

/* How zdm can settle by itself whether a statement outside a transaction ran. */
enum zdm_probe_kind {
    ZDM_PROBE_NONE,         /* cannot: the author must give one */
    ZDM_PROBE_INDEX_VALID,  /* CREATE INDEX CONCURRENTLY: probe_object is the index */
    ZDM_PROBE_INDEX_ABSENT, /* DROP INDEX CONCURRENTLY */
    ZDM_PROBE_REPEAT,       /* running it again is harmless (VACUUM, REINDEX CONCURRENTLY, ...) */
};

struct zdm_statement {
    const char *kind; /* "ALTER TABLE", "CREATE INDEX", ...: static */
    char *sql;        /* trimmed text of this statement, without the semicolon */
    size_t offset;    /* of sql in the text that was parsed, bytes */
    enum zdm_verdict verdict;
    enum zdm_transaction transaction;
    struct zdm_lock *locks;
    size_t n_locks;
    char **rewrites, **scans, **builds; /* relation or index names */
    size_t n_rewrites, n_scans, n_builds;
    bool breaks_readers, breaks_writers, breaks_plans;
    bool data_loss;
    const char *fails_with; /* SQLSTATE that is certain, or NULL */
    struct zdm_finding *findings;
    size_t n_findings;

    enum zdm_probe_kind probe;
    char *probe_schema;                     /* NULL: resolved by search_path */
    char *probe_object;                     /* unquoted name */
    char *probe_table_schema, *probe_table; /* CREATE INDEX: the table, unquoted */
};

struct zdm_parsed {
    struct zdm_statement *statements;
    size_t count;
};

/*
 * Parses text (one or more statements) and classifies each. `in_transaction`
 * says that the statements will be wrapped in a transaction block; a step with
 * one statement that forbids it is not (the caller decides and may pass false).
 * Returns owned in *out (zdm_parsed_free). On a syntax error: ZDM_ERR_PLAN with
 * err->position = 1-based character offset.
 */
int zdm_sql_classify(
    const char *text, bool in_transaction, struct zdm_parsed **out, struct zdm_err *err);
void zdm_parsed_free(struct zdm_parsed *parsed);

/* The strongest lock of a statement, ZDM_LOCK_NONE when it takes none. */
enum zdm_lock_mode zdm_statement_strongest(const struct zdm_statement *st);

#endif
