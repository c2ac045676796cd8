/*
 * plan.h - a plan as data.
 *
 * What a plan script describes, after it was read (lua/reader) and before
 * anything runs: strings, numbers and places, no behaviour. Everything lives in
 * the plan's arena and is a view until zdm_plan_free. Lua functions stay on the
 * Lua side: a step carries a handle that the host (run/host.h) calls.
 *
 * Steps are in the order in which they run. Ids are unique in a plan and
 * stable: the journal knows a step by its id.
 */
#ifndef ZDM_PLAN_PLAN_H
#define ZDM_PLAN_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/mem.h"

enum zdm_phase {
    ZDM_PHASE_EXPAND,
    ZDM_PHASE_BACKFILL,
    ZDM_PHASE_GATE,
    ZDM_PHASE_CONTRACT,
};
const char *zdm_phase_name(enum zdm_phase phase); /* "expand" ... */
bool zdm_phase_of_name(const char *name, enum zdm_phase *out);

enum zdm_step_kind {
    ZDM_STEP_SQL,
    ZDM_STEP_BACKFILL,
    ZDM_STEP_GATE,
    ZDM_STEP_HOOK,
    ZDM_STEP_COMMAND,
};
const char *zdm_step_kind_name(enum zdm_step_kind kind); /* "sql" ... */
bool zdm_step_kind_of_name(const char *name, enum zdm_step_kind *out);

/* SQL of the author's with its place. `at` is where the text begins in the plan
 * file; `exact` says that the text stands there verbatim, so that an offset into
 * it is an offset into the file. Otherwise only at.line holds. */
struct zdm_sql_text {
    const char *text; /* NULL when not given */
    struct zdm_place at;
    bool exact;
};

/* The place of byte `offset` of sql->text in the plan file. */
struct zdm_place zdm_sql_place(const struct zdm_sql_text *sql, size_t offset);

/* A handle of a Lua function; 0 is none. Opaque to the engine. */
typedef int zdm_func;

struct zdm_allow { /* allow = { "rule" }, because = "why" */
    const char **rules;
    size_t n_rules;
    const char *because;
};

/* A condition that must hold when the step begins, checked in its transaction:
 * a query with one boolean, and behind it, when there are facts to name, a text. sync{} uses it ("the new column
 * has no default"). */
struct zdm_require {
    struct zdm_sql_text sql;
    const char *message; /* said when it is false */
    const char *hint;    /* NULL when there is none */
    bool
        early; /* what it asks for is there already: zdm plan asks, too; failing with 22... is false, too */
};

/* The step starts a sync{}: `to` = up, `from` = down are kept by triggers. A sync_columns{} is one of these for each of
 * its new columns. */
struct zdm_sync {
    const char *table, *from, *to; /* as the author wrote them */
    struct zdm_sql_text up, down;  /* text NULL: the other column as it is */
    const struct zdm_sync *next;   /* of the same step; NULL: none */
};

/* A table, or columns of one, beside another table, as long as triggers write to both. */
struct zdm_twin {
    const char *table; /* the other one, as SQL writes it */
    const char *same;  /* a condition: its row, called zdm_twin, holds what one beside it does */
    const char
        *trigger; /* on it: while that is there, and the rows are too many to ask, it is believed */
};

/* A statement of a text that is only for what is there when the text runs (plan/pieces.h): `of` names relations, as SQL
 * writes them, each a partition, or an index, of the one before it. One alone is there; behind "" it is part of nothing. */
struct zdm_sql_piece {
    size_t at, length; /* bytes of the text, with the semicolon behind it */
    const char **of;   /* n_of, at least 1 */
    size_t n_of;
};
struct zdm_sql_pieces {
    struct zdm_sql_piece *items;
    size_t count; /* 0: all of the text, in any case */
};

struct zdm_step_sql {
    struct zdm_sql_text up;   /* one or more statements */
    struct zdm_sql_text undo; /* text NULL: none given; "nothing": there is nothing to take back */
    bool undo_derived;        /* it is zdm's own, of a sync {} and its like */
    struct zdm_sql_pieces pieces, undo_pieces; /* zdm's own: of `up`, of `undo` */
    const char *recall; /* zdm's own too, each NULL for none: a query, asked of the catalog before
                                  `up` runs, for the undo as it will have to be; NULL: nothing */
    const char *behind; /* a query for more statements, behind `up` */
    const char *undo_behind; /* the same behind `undo`, in its transaction */
    const char *
        undo_before; /* a query for a statement that has a transaction of its own before the undo */
    const char
        *undo_finds; /* zdm's own: statements of the undos before, without which it would be judged
                               wrongly; never run from here. NULL: none */
    const char **undo_unless; /* n_undo_unless queries: why it cannot be taken back now, or NULL */
    size_t n_undo_unless;
    const struct zdm_twin *twin; /* of the table, or columns, that it makes; NULL: none */
    bool keeps; /* what it drops, and what its undo drops, is kept elsewhere: no data are lost */
    const char *kept;          /* the table in which it leaves values, as SQL; NULL: none */
    struct zdm_sql_text probe; /* one boolean: "is it done already?"; for statements
                                  outside transactions that zdm cannot probe itself */
    struct zdm_allow allow;
    struct zdm_require *requires;
    size_t n_requires;
    const struct zdm_sync
        *sync; /* NULL: it is none. What it does is in `up`, so is its definition */
};

struct zdm_assign {     /* SET column = expression */
    const char *column; /* as the author wrote it: an SQL identifier, unquoted or quoted */
    struct zdm_sql_text expr;
};

/* When a backfill slows down and holds. 0, false and NULL: not looked at. */
struct zdm_step_throttle {
    const char **replicas; /* whose lag counts; n_replicas 0: of all */
    size_t n_replicas;
    int64_t lag_bytes;            /* of a replica, default 64 MB */
    int64_t slot_bytes;           /* kept by a replication slot, default 1 GB */
    int64_t archive_segments;     /* default 42 */
    int64_t blocked_ms;           /* default 100 */
    int64_t canary_times;         /* default 3 */
    int64_t dead_percent;         /* default 200 */
    int64_t checkpoints_a_minute; /* default 6 */
    bool load;                    /* default true */
    struct zdm_sql_text sql;
    const char *url, *file;
    zdm_func check;     /* function(ctx): true or a reason holds */
    const char *source; /* its text; NULL: none */
};

struct zdm_step_backfill {
    const char *table;          /* as written: name or schema.name, each part maybe quoted */
    struct zdm_assign *set;     /* or the columns of a copy */
    size_t n_set;               /* sorted by column; 0: a delete, or a copy of all columns */
    bool erase;                 /* deletes the rows */
    const char *into;           /* copies the rows into this table; NULL: does not */
    const char *on_conflict;    /* of a copy: "error", "nothing", "update" */
    zdm_func map;               /* function(row): new values of the columns of `write`; 0: none */
    const char *map_source;     /* its text */
    const char **read, **write; /* of a map: columns as written */
    size_t n_read, n_write;
    struct zdm_sql_text where; /* text NULL: every row; "this row still needs it" */
    const struct zdm_step_back
        *back;        /* zdm's own: it is taken back by a backfill; NULL: it is not */
    const char **key; /* columns to walk along; n_key 0: the primary key, or a unique one */
    size_t n_key;
    int64_t target_ms;            /* duration of a batch aimed at, 5..5000, default 25 */
    int64_t batch_min, batch_max; /* rows, defaults 50 and 50000 */
    int64_t lock_timeout_ms;      /* default 50 */
    int64_t workers;              /* sessions at the same time, 1..16, default 1 */
    int64_t stripes; /* batches of a range, where HOT updates are possible, default 8 */
    const char *synchronous_commit; /* of the batches; NULL: as the session has it */
    int64_t pause_ms;               /* after each batch, default 0 */
    int64_t max_lag_ms;       /* holds while a replica is further behind, default 5 s; 0: never */
    int64_t wal_rate;         /* bytes of WAL a second at most; 0: no ceiling */
    int64_t max_throttled_ms; /* held longer at a stretch: a warning, default 1 h; 0: never */
    struct zdm_sql_text undo; /* as that of an sql step */
    bool where_becomes_false; /* by the change, in each row: batches check it; default false */
    bool verify;              /* the final sweep, where there can be one (sweep.h); default true */
    int64_t max_quarantine;   /* bad rows to leave behind; 0: the first one stops it */
    bool quarantine_values;   /* keep what is in them */
    bool vacuum;              /* VACUUM between batches, ANALYZE at the end; default true */
    struct zdm_step_throttle throttle;
    struct zdm_allow allow;
};

/* How a backfill that kept values is taken back: by another one, which fills them in again. */
struct zdm_step_back {
    const char *id; /* of its cursors; no step of the plan has it */
    const char *
        behind; /* the step whose undo makes the column that it fills: never begun, nothing to do */
    const char *tells; /* a query: what it cannot fill, a line or NULL */
    struct zdm_step_backfill fill;
};

enum zdm_check_kind {
    ZDM_CHECK_SOAK,
    ZDM_CHECK_APPROVAL,
    ZDM_CHECK_SQL,
    ZDM_CHECK_COMMAND,
    ZDM_CHECK_NOT_BEFORE,
    ZDM_CHECK_WINDOW,
    ZDM_CHECK_NO_CLIENTS,
    ZDM_CHECK_NO_LONG_TRANSACTIONS,
    ZDM_CHECK_REPLICA_LAG,
    ZDM_CHECK_CONSISTENT,
    ZDM_CHECK_HTTP,
    ZDM_CHECK_FLAG,
    ZDM_CHECK_UNUSED,
    ZDM_CHECK_QUARANTINE_EMPTY,
    ZDM_CHECK_FUNCTION,
    ZDM_CHECK_KINDS
};
const char *zdm_check_kind_name(
    enum zdm_check_kind kind); /* "soak" ...; NULL of ZDM_CHECK_KINDS: it is not known */

/* Named as in stdlib/checks.lua; durations in milliseconds. */
struct zdm_check_option {
    const char *name, *value;
};

/* One condition of a gate. Ids are unique within the gate. */
struct zdm_check {
    enum zdm_check_kind kind;
    const char *id;  /* approval, sql and others with a name: it; else the kind's */
    int64_t soak_ms; /* soak: since the last finished step before the gate, or that of "since" */
    struct zdm_sql_text
        sql; /* sql: a query whose first column of its one row must be true; consistent:
                              * the expression of `up`; flag: a query with its value */
    const char *const *argv; /* command; ends with NULL */
    size_t n_argv;
    const struct zdm_check_option *options; /* of approval and the kinds behind command */
    size_t n_options;
    const char *const *names; /* unused: columns, tables and indexes, as written */
    size_t n_names;
    const char *const *roles; /* unused: whose statements do not count */
    size_t n_roles;
    const char *const *functions; /* unused: that do not use it, as written */
    size_t n_functions;
    const char *const *aliases; /* unused: that only other relations have */
    size_t n_aliases;
    const char *const *replicas; /* unused: connection settings of those to ask too */
    size_t n_replicas;
    zdm_func run;       /* function */
    const char *source; /* its text */
    const char *shown;  /* what they wait for, for people; NULL: soak, approval and sql */
    struct zdm_place at;
};
/* NULL: not given. */
const char *zdm_check_option(const struct zdm_check *check, const char *name);
int64_t zdm_check_number(
    const struct zdm_check *check, const char *name); /* of one that is there */

struct zdm_step_gate {
    struct zdm_check *checks;
    size_t n_checks; /* at least 1 */
};

struct zdm_step_hook {
    zdm_func run, probe, undo;
    bool transaction;   /* default true: runs in one transaction with its journal row */
    const char *source; /* the functions' source lines: part of the definition */
};

struct zdm_step_command {
    const char **argv;  /* n_argv strings and a NULL */
    size_t n_argv;      /* at least 1 */
    const char **probe; /* argv of a command that exits 0 when it is done already; or NULL */
    size_t n_probe;
    const char **undo; /* argv of one that takes it back, with a NULL; or NULL */
    size_t n_undo;
    bool idempotent;    /* may simply run again after an interruption */
    int64_t timeout_ms; /* 0: none */
};

/* How a step gets its locks: what the plan says, unless the step says otherwise. */
enum zdm_on_blocked { ZDM_BLOCKED_WAIT, ZDM_BLOCKED_CANCEL, ZDM_BLOCKED_TERMINATE };
const char *zdm_on_blocked_name(enum zdm_on_blocked what); /* "wait" ... */
struct zdm_lock_rules {
    int64_t budget_ms;    /* longest single try for a strong lock, default 2 s */
    int64_t patience_ms;  /* all tries together, default 10 min */
    int64_t tries;        /* default 100 */
    int64_t statement_ms; /* a brief statement may work so long, default 5 s; 0: for ever */
    int64_t old_ms; /* a transaction that is older is waited for first, default 10 s; 0: none */
    int64_t wait_old_ms;             /* so long, default 10 min; 0: not at all */
    enum zdm_on_blocked on_blocked;  /* default wait */
    int64_t blocked_age_ms;          /* ... when its transaction is so old, default 1 min */
    const char *blocked_application; /* ... and its name matches this regex; NULL: any */
};
extern const struct zdm_lock_rules zdm_lock_rules_default;

struct zdm_step {
    const char *id;
    enum zdm_phase phase;
    enum zdm_step_kind kind;
    struct zdm_lock_rules locks;
    const char *why; /* NULL when not given */
    struct zdm_place at;
    const char *definition; /* canonical JSON of this step (plan/canon.h) */
    char fingerprint[65];   /* SHA-256 of definition */
    union {
        struct zdm_step_sql sql;
        struct zdm_step_backfill backfill;
        struct zdm_step_gate gate;
        struct zdm_step_hook hook;
        struct zdm_step_command command;
    } u;
};

/* What applications ask of the tables that a plan changes, for zdm rehearse. */
struct zdm_compat_query { /* one statement, or those of one transaction */
    const char **statements;
    size_t n;
};
enum zdm_compat_side { ZDM_COMPAT_OLD, ZDM_COMPAT_NEW, ZDM_COMPAT_SIDES };
struct zdm_compat {
    struct zdm_compat_query *queries[ZDM_COMPAT_SIDES];
    size_t n[ZDM_COMPAT_SIDES];
};

struct zdm_plan {
    struct zdm_arena *arena;
    const char *name;         /* [A-Za-z0-9_.-]{1,100} */
    const char *why, *ticket; /* NULL when not given */
    const char *file;         /* as the user named it */
    int api;
    struct zdm_lock_rules locks;
    const char **after;     /* names of plans that are to be done before */
    const char **alongside; /* names of plans that may change its tables at the same time */
    size_t n_after, n_alongside;
    const char *because;      /* why those may; NULL: there are none */
    struct zdm_compat compat; /* no part of the fingerprint: no step depends on it */
    struct zdm_step *steps;
    size_t n_steps;
    const char *canonical; /* canonical JSON of the plan: keys sorted, no places */
    char fingerprint[65];  /* SHA-256 of canonical */
};

/* Makes an empty plan with the defaults above; returns owned. */
struct zdm_plan *zdm_plan_new(void);
void zdm_plan_free(struct zdm_plan *plan); /* NULL is fine */
/* NULL when there is no such step. */
const struct zdm_step *zdm_plan_step(const struct zdm_plan *plan, const char *id);
/* ZDM_ERR_USAGE with the nearest name when there is no such step. */
int zdm_plan_must_have(const struct zdm_plan *plan, const char *id, struct zdm_err *err);

#endif
