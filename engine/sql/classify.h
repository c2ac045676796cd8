/*
 * classify.h - what a statement does to a running system, from its parse tree and what is known of
 * the database.
 *
 * Pure: no connection. With a catalog that was loaded from a server (sql/catalog.h) the facts are
 * the server's: evidence `catalog`. Without one, and wherever the catalog cannot tell, every claim
 * errs on the safe side and evidence is `assumed`. Lock modes, rewrites and scans are those measured
 * on PostgreSQL 12 to 18; tests/truth compares them with a real server. What is not known here is
 * verdict `unknown`, never safe.
 */
#ifndef ZDM_SQL_CLASSIFY_H
#define ZDM_SQL_CLASSIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum zdm_verdict {
    ZDM_VERDICT_SAFE,
    ZDM_VERDICT_CAUTION, /* safe with a short lock_timeout and retries; or worth a look */
    ZDM_VERDICT_UNSAFE,
    ZDM_VERDICT_UNKNOWN,
};
const char *zdm_verdict_name(enum zdm_verdict verdict);

enum zdm_evidence {
    ZDM_EVIDENCE_ASSUMED, /* from the text alone, at least in part */
    ZDM_EVIDENCE_CATALOG, /* every fact that matters was read from the catalog */
    ZDM_EVIDENCE_TRACED,  /* really run on a copy of the schema, and observed */
};
const char *zdm_evidence_name(enum zdm_evidence evidence); /* "assumed" ... */

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

/* What kind of trouble a rule warns of: the phase rules of a plan go by it. */
enum zdm_hazard {
    ZDM_HAZARD_BREAKS,      /* code that ran before fails afterwards */
    ZDM_HAZARD_LOSES,       /* data is gone */
    ZDM_HAZARD_BLOCKS,      /* a lock, or a rewrite, scan or build under one */
    ZDM_HAZARD_FAILS,       /* the statement itself fails, or may fail on the data there is */
    ZDM_HAZARD_TRANSACTION, /* cannot run where it stands */
    ZDM_HAZARD_UNKNOWN,     /* zdm cannot see what it does */
    ZDM_HAZARD_ADVICE,      /* nothing wrong, worth knowing */
};
const char *zdm_hazard_name(enum zdm_hazard hazard); /* "breaks", "loses", ... */

enum zdm_severity {
    ZDM_SEVERITY_OFF, /* style rules, until somebody asks for them */
    ZDM_SEVERITY_INFO,
    ZDM_SEVERITY_WARNING,
    ZDM_SEVERITY_ERROR,
};
const char *zdm_severity_name(enum zdm_severity severity); /* "off", "info", ... */

/* Which relations below it are locked along, whether or not a catalog lists them. Of what is not known
 * to go down nothing is said. */
enum zdm_lock_reach {
    ZDM_REACH_SELF,
    ZDM_REACH_PARTITIONS, /* when it is partitioned: its partitions at any depth */
    ZDM_REACH_FAMILY,     /* tables that inherit from it, too */
};

struct zdm_lock {
    /* Quoted where needed. From a catalog always schema.name; else as the author wrote it. An index
     * is listed only when its lock says more than that of its table. */
    char *relation;
    enum zdm_lock_mode mode;
    enum zdm_held held;
    enum zdm_lock_reach reach;
    int64_t rows, bytes; /* of the relation, the server's estimates, with indexes; -1: not known */
};

struct zdm_finding {
    const char *rule; /* id, such as "break-drop-column": static */
    enum zdm_hazard hazard;
    enum zdm_severity severity;
    size_t offset; /* of what it is about in the text that was parsed, bytes */
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
    ZDM_PROBE_REINDEX,      /* REINDEX CONCURRENTLY: again, behind what an interrupted one left */
    ZDM_PROBE_DETACHED,     /* DETACH PARTITION CONCURRENTLY: probe_object of probe_table */
    ZDM_PROBE_PRESENT,      /* CREATE DATABASE and its like: a probe_what named probe_object */
    ZDM_PROBE_ABSENT,       /* DROP DATABASE and its like */
    ZDM_PROBE_REPEAT,       /* running it again is harmless (VACUUM, ALTER SYSTEM, ...) */
};

/* A query that returns the key of one row with which the statement fails, or no row. */
struct zdm_row_question {
    const char *sqlstate; /* that it fails with; "22" when `evaluates`: what the query fails with */
    const char *sql, *search_path;
    const char *table; /* whose rows */
    const char *what;  /* of the row: "has NULL in email" */
    bool evaluates;    /* the query returns nothing of use, and fails where the statement would */
};

/* How much a statement reads and writes and how long that takes, by the sizes on a server and its speeds
 * (speed.h). */
struct zdm_workload {
    int64_t read_bytes; /* of tables, their indexes apart */
    int64_t disk_bytes; /* of new files, beside the old ones until it commits */
    int64_t wal_bytes;
    int64_t least_ms, most_ms;
    const char
        *work; /* "reads 12 GB of public.t (about 80,000,000 rows)"; NULL: not known, or none */
    const char *basis;      /* of the times: "assumed speeds" */
    const char *tablespace; /* of the largest of its tables; NULL: not known */
};

struct zdm_statement {
    const char *kind; /* "ALTER TABLE", "CREATE INDEX", ...: static */
    char *sql;        /* trimmed text of this statement, without the semicolon */
    size_t offset;    /* of sql in the text that was parsed, bytes */
    enum zdm_verdict verdict;
    enum zdm_evidence evidence;
    bool parsed; /* false: the grammar does not know it, or it is no SQL (a command of psql) */
    enum zdm_transaction transaction;
    struct zdm_lock *locks;
    size_t n_locks;
    /* Relations whose files are written anew or read from end to end under these locks, and indexes
     * that are built, old ones of a rewritten table too. Indexes without their schema. */
    char **rewrites, **scans, **builds;
    size_t n_rewrites, n_scans, n_builds;
    /* Code that ran before fails afterwards: that reads, that writes, that holds prepared
     * statements (once). A constraint that only refuses bad rows is a finding of severity info. */
    bool breaks_readers, breaks_writers, breaks_plans;
    bool data_loss;
    bool transaction_control; /* BEGIN, COMMIT, SAVEPOINT, ... */
    /* VACUUM FULL, REINDEX, CLUSTER of several tables: each in a transaction of its own, behind a lock
     * that keeps writers out. One that is cancelled begins with the first of them again. */
    bool one_by_one;
    const char *fails_with; /* SQLSTATE that is certain, or NULL */
    struct zdm_finding *findings;
    size_t n_findings;

    struct zdm_workload workload;

    struct zdm_row_question *questions; /* when the context asks for rows */
    size_t n_questions;

    enum zdm_probe_kind probe;
    char *probe_schema; /* NULL: resolved by search_path */
    char *probe_object; /* unquoted name */
    /* CREATE INDEX: the table; DETACH PARTITION: what is partitioned. Unquoted. */
    char *probe_table_schema, *probe_table;
    /* Static. "database", "tablespace", "subscription"; of REINDEX "index", "table", "schema" or
     * "database", which probe_object names. */
    const char *probe_what;
};

struct zdm_parsed {
    struct zdm_statement *statements;
    size_t count;
    struct zdm_arena *arena; /* owns every string and array of the statements */
};

/* One rule: findings are made from it (sql/rules.def). */
struct zdm_rule {
    const char *id;
    enum zdm_hazard hazard;
    enum zdm_severity severity;
    int since, until;           /* major versions of PostgreSQL that it speaks of; 0: no bound */
    const char *message, *hint; /* with {table}, {column}, ... still in them; hint may be NULL */
};
/* All rules in the order of rules.def. Static. */
const struct zdm_rule *zdm_sql_rules(size_t *n);
/* NULL when there is no such rule. */
const struct zdm_rule *zdm_sql_rule(const char *id);

/*
 * What is known before a statement: the catalog, changed by the earlier statements of the same plan,
 * file or deploy; relations that they made, so that nobody waits for their locks. Without a loaded
 * catalog relations are known by their name as written: "users" and "public.users" are two.
 */
struct zdm_catalog;
struct zdm_sql_context;
struct zdm_sql_context *zdm_sql_context_new(void); /* of an empty catalog; returns owned */
/* takes catalog. pg_version: the major version that the text is for, such as 15; 0: the catalog's,
 * else what the oldest supported one can do. Returns owned. */
struct zdm_sql_context *zdm_sql_context_on(struct zdm_catalog *catalog, int pg_version);
struct zdm_catalog *zdm_sql_context_catalog(struct zdm_sql_context *context); /* view */
/* Another severity for a rule; OFF keeps its findings from being made. -1 when there is no such rule. */
int zdm_sql_context_set_severity(
    struct zdm_sql_context *context, const char *rule, enum zdm_severity severity);
/* The severity that somebody gave the rule; -1: nobody did. */
int zdm_sql_context_asked(const struct zdm_sql_context *context, const struct zdm_rule *rule);
/* Statements get questions about the rows that are there, which catalog/violations.h asks. */
void zdm_sql_context_ask_rows(struct zdm_sql_context *context);
void zdm_sql_context_free(struct zdm_sql_context *context); /* NULL is fine */
/* Frees the context and hands its catalog back: owned by the caller from now on. */
struct zdm_catalog *zdm_sql_context_leave(struct zdm_sql_context *context);
/* Others may have begun to use the new relations: a backfill, a hook, a gate came between. */
void zdm_sql_context_settle(struct zdm_sql_context *context);

enum zdm_wrap {       /* will the statements run in a transaction block? */
    ZDM_WRAP_NEVER,   /* no, unless the text itself says BEGIN */
    ZDM_WRAP_SEVERAL, /* when there is more than one: sent as one string, or a step of a plan */
    ZDM_WRAP_ALWAYS,
};

/*
 * Parses text (one or more statements) and classifies each, in order. `context` carries over from
 * one text to the next and may be NULL. Returns owned in *out (zdm_parsed_free). On a syntax error:
 * ZDM_ERR_PLAN with err->position = 1-based character offset into text.
 */
int zdm_sql_classify_in(const char *text, enum zdm_wrap wrap, struct zdm_sql_context *context,
    struct zdm_parsed **out, struct zdm_err *err);
/*
 * The same for a script of any size that need not be right: a statement that the grammar does not
 * know, or with a variable of psql in it (finding `unparsed`, at the error), and a command of psql
 * that does more than show (`uninspectable`) become statements with `parsed` false, and the rest is
 * classified all the same. The rows behind COPY FROM stdin belong to it. Takes linear time, and
 * memory for the result and one batch of trees. Never fails.
 */
void zdm_sql_classify_script(
    const char *text, enum zdm_wrap wrap, struct zdm_sql_context *context, struct zdm_parsed **out);
/*
 * The same for a script of which not all shall be held at once: `found` takes what was found in some
 * statements side by side, in their order, as soon as nothing that stands behind them can say more of
 * them, and at last what is left, which may be nothing. Held until the end is only what stands behind
 * a DROP of something on which others were granted rights (grants-lost).
 */
struct zdm_script_listener {
    void *self;
    size_t at_once; /* statements, or more; from 1 */
    void (*found)(void *self, struct zdm_parsed *parsed);
};
void zdm_sql_classify_pieces(const char *text, enum zdm_wrap wrap, struct zdm_sql_context *context,
    const struct zdm_script_listener *listener);
/* The same for a script that stands in a text. ahead: who parses it, as the next one (sql/ahead.h);
 * NULL: nobody does. */
struct zdm_ahead;
struct zdm_sql_text;
void zdm_sql_classify_text(const struct zdm_sql_text *text, struct zdm_ahead *ahead,
    struct zdm_sql_context *context, const struct zdm_script_listener *listener);
/* The same as zdm_sql_classify_in() for a text that stands alone. */
int zdm_sql_classify(
    const char *text, bool in_transaction, struct zdm_parsed **out, struct zdm_err *err);
void zdm_parsed_free(struct zdm_parsed *parsed); /* NULL is fine */

/* The strongest lock of a statement, ZDM_LOCK_NONE when it takes none. */
enum zdm_lock_mode zdm_statement_strongest(const struct zdm_statement *st);
/* The verdict that its findings and fails_with add up to. */
enum zdm_verdict zdm_statement_judge(const struct zdm_statement *st);

#endif
