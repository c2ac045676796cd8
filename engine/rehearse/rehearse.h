/*
 * rehearse.h - proves a plan on a throw-away server while clients work there.
 *
 * The server holds a database `postgres` with the schema and the rows: the origin, which nothing here
 * changes. Each round has a copy of it, in which `zdm run` of the plan is a child process, step by step,
 * while the clients of the old and the new version of the application ask their queries.
 *
 *     round 1 "up"             the plan to its end
 *     round 2 "back and up"    up to contract, rolled back, compared with the origin, to its end
 *     round 3 "kills"          to its end with the child killed at random moments and run again
 *     rounds "no clients" and "no clients, kills"   the same without clients: the rows must be the same
 *
 * When the rows are not, "no clients, again" tells what differs without a kill, too.
 *
 * Gates are asked as ever. Checks that the database alone answers (sql, consistent, quarantine_empty,
 * function) must be open. What only time, people or the world outside can open is opened by writing the
 * gate into the journal of the copy: there is nothing in `zdm run` that would do so, so that no target can
 * be opened that way. The caller vouches that conninfo leads to a server that it started itself.
 */
#ifndef ZDM_REHEARSE_REHEARSE_H
#define ZDM_REHEARSE_REHEARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "plan/plan.h"
#include "rehearse/latency.h"
#include "rehearse/pool.h"

struct zdm_rehearse_options {
    const char *program;  /* this zdm */
    const char *conninfo; /* of the origin, on a sandbox */
    const char *folder;   /* the sandbox's: ledgers go there */
    const struct zdm_plan *plan;
    const struct zdm_compat *load; /* of whom the clients are; may be empty */
    size_t n_clients;              /* of each version */
    int64_t every_ms;              /* from one query of a client to its next */
    int64_t max_stall_us;          /* a client that waits longer is a failure */
    int kills;                     /* in a round with kills; 0: no such rounds */
    int asks;                      /* how often each client asks all its queries behind a step */
    uint64_t seed;
    void (*say)(void *self, const char *line); /* what begins now; may be NULL */
    void *say_self;
};

/* LOCK(mode, as PostgreSQL's manual names it), the weakest first */
#define ZDM_REHEARSE_LOCKS(LOCK)                                                                   \
    LOCK("AccessShareLock", "ACCESS SHARE")                                                        \
    LOCK("RowShareLock", "ROW SHARE")                                                              \
    LOCK("RowExclusiveLock", "ROW EXCLUSIVE")                                                      \
    LOCK("ShareUpdateExclusiveLock", "SHARE UPDATE EXCLUSIVE")                                     \
    LOCK("ShareLock", "SHARE")                                                                     \
    LOCK("ShareRowExclusiveLock", "SHARE ROW EXCLUSIVE")                                           \
    LOCK("ExclusiveLock", "EXCLUSIVE")                                                             \
    LOCK("AccessExclusiveLock", "ACCESS EXCLUSIVE")
const char *zdm_rehearse_lock_name(int strength); /* "ACCESS SHARE" is 1; 0: NULL, none */

struct zdm_rehearse_lock {
    char *relation;          /* "public.users" */
    int strength, predicted; /* the strongest that was taken, that the plan shows; 0: none */
    int64_t held_us;         /* at least: from the first to the last time that it was seen */
    bool made;               /* there was no such relation when the step began */
};
enum zdm_rehearse_work_kind { ZDM_WORK_REWRITE, ZDM_WORK_SCAN, ZDM_WORK_BUILD, ZDM_WORK_KINDS };
const char *zdm_rehearse_work_name(enum zdm_rehearse_work_kind kind); /* "rewrite" ... */
struct zdm_rehearse_work {
    enum zdm_rehearse_work_kind kind;
    char *relation; /* as the server names it; of a build the index */
    bool observed, predicted;
    bool made; /* for a table that was not there when the step began */
};

/* What a step of the plan did in round 1. */
struct zdm_rehearse_step {
    const struct zdm_step *step;
    bool ran, alone;             /* alone: it shares no transaction with its row of the journal */
    bool with[ZDM_COMPAT_SIDES]; /* clients of which version worked meanwhile */
    int64_t begin_us;
    int64_t ms; /* of the child */
    struct zdm_latency seen;
    int64_t faults;
    struct zdm_rehearse_lock *locks;
    size_t n_locks;
    struct zdm_rehearse_work *work;
    size_t n_work;
    char *opened; /* what a gate was opened in spite of, "soak, approval"; NULL: nothing */
};

/* TROUBLE(symbol, name) */
#define ZDM_REHEARSE_TROUBLES(TROUBLE)                                                             \
    TROUBLE(ERROR, "error")       /* a client's query failed */                                    \
    TROUBLE(SHAPE, "columns")     /* an answer has other columns than before */                    \
    TROUBLE(VALUES, "values")     /* an answer has other values than before */                     \
    TROUBLE(STALL, "stall")       /* a client waited too long */                                   \
    TROUBLE(RUN, "run")           /* the plan failed */                                            \
    TROUBLE(GATE, "gate")         /* a gate stayed closed that nobody outside can open */          \
    TROUBLE(ROLLBACK, "rollback") /* the plan could not be taken back */                           \
    TROUBLE(SCHEMA, "schema")     /* the schema is not what it should be again */                  \
    TROUBLE(ROWS, "rows")         /* a run that was killed left other rows */                      \
    TROUBLE(VERIFY, "verify")     /* zdm verify found a difference behind the round */
enum zdm_rehearse_trouble_kind {
#define TROUBLE(symbol, name) ZDM_TROUBLE_##symbol,
    ZDM_REHEARSE_TROUBLES(TROUBLE)
#undef TROUBLE
};
const char *zdm_rehearse_trouble_name(enum zdm_rehearse_trouble_kind kind);

struct zdm_rehearse_trouble {
    enum zdm_rehearse_trouble_kind kind;
    const char *round;           /* static */
    const struct zdm_step *step; /* NULL: none is to blame */
    int side;                    /* enum zdm_compat_side; -1: no client's */
    size_t query;                /* of the side's queries */
    const char *sql;             /* its first statement; view; NULL: no client's */
    char sqlstate[6];
    char *message, *detail; /* owned; detail may be NULL */
    int64_t count;
    int64_t at_us; /* when first; 0: it was not a client's */
};

struct zdm_rehearse_round {
    const char *name; /* static */
    int64_t ms;
    int64_t asked; /* by all clients */
    int kills;
    struct zdm_latency seen; /* of all of it */
};

enum { ZDM_REHEARSE_ROUNDS = 6 }; /* at most */
struct zdm_rehearsal {
    struct zdm_rehearse_step *steps; /* one each of the plan */
    size_t n_steps;
    struct zdm_rehearse_round rounds[ZDM_REHEARSE_ROUNDS];
    size_t n_rounds;
    struct zdm_rehearse_trouble *troubles;
    size_t n_troubles;
    size_t n_compared; /* queries of the old version whose values were compared in round 1 */
    int64_t rows;      /* :row is 1 to this */
    struct zdm_pools pools;
    int server; /* version number, 150018 */
};

/* 0: it was rehearsed; n_troubles tells whether anything broke. -1: it could not be: no server, a query of
 * the load that fails before the plan began (ZDM_ERR_USAGE), ^C. */
int zdm_rehearse(
    const struct zdm_rehearse_options *options, struct zdm_rehearsal *out, struct zdm_err *err);
/* A step before contract that ran when clients of the old version were gone already, behind a gate: what it
 * would do to them nobody has seen. */
bool zdm_rehearse_unseen(const struct zdm_rehearse_step *step);
void zdm_rehearsal_release(struct zdm_rehearsal *rehearsal);

#endif
