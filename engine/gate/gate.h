/*
 * gate.h - is a gate open?
 *
 * One file a kind of check (soak.c, approval.c, sql.c ...); those that are one query about the server are
 * sql/KIND.sql, asked by server.c. A check reads, never writes; the runner journals an open gate with what
 * it saw. Checks look at the server's clock and the journal, so that they survive restarts and machines.
 * What each check saw last, and since when it has been closed, a run keeps in zdm.gate (rows.c).
 */
#ifndef ZDM_GATE_GATE_H
#define ZDM_GATE_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "pg/conn.h"
#include "pg/journal.h"
#include "plan/plan.h"

struct zdm_check_result {
    const struct zdm_check *check; /* view of the plan */
    bool open;
    char *seen;          /* facts: "1 h 12 min of 48 h", "approved by ann at ...", "true" */
    char *todo;          /* when closed, what to do: "run: zdm approve plans/x.lua \"gate\" ..." */
    int64_t ready_in_ms; /* when time alone opens it; -1 otherwise */
    int64_t since_ms;    /* by the server's clock, since when it has been so; 0: since now */
    int64_t age_ms;      /* for how long; 0: since now */
    char *memory;        /* JSON that the next look is compared with; NULL: nothing */
};

/* A row of zdm.gate: what a check saw at the last look of a run. All owned. */
struct zdm_gate_row {
    char *check; /* its id */
    bool open;
    int64_t since_ms, age_ms;
    char *seen, *memory; /* memory NULL: none */
};
struct zdm_gate_rows {
    struct zdm_gate_row *items;
    size_t count;
};

struct zdm_gate_result {
    bool open;
    struct zdm_check_result *checks; /* one each, in the plan's order */
    size_t n_checks;
};

/* How to look. */
enum zdm_gate_look {
    /* For people: what costs much, runs programs or asks others is closed, unasked; what cannot be
     * looked at is closed, and says why. */
    ZDM_GATE_SHOW,
    ZDM_GATE_ASK,
    ZDM_GATE_WAIT, /* the same, but what is only in the way now (a lock, a timeout) is closed */
};

struct zdm_gate_question {
    struct zdm_conn *conn;
    const struct zdm_plan *plan;
    size_t index; /* of the gate's step */
    enum zdm_gate_look how;
    const struct zdm_journal_rows *rows; /* the plan's journal, fresh */
    const struct zdm_gate_rows *before;  /* the looks before; NULL: there was none */
    const char *runner;                  /* who runs the plan now; NULL: nobody */
    /* Calls the function of a check, in a read-only transaction. *seen: owned, or NULL. */
    int (*call)(
        void *self, const struct zdm_check *check, bool *open, char **seen, struct zdm_err *err);
    /* Asked while a check waits for others: true ends the look with ZDM_ERR_INTERRUPTED. NULL: only a
     * stop (signals.h) does. */
    bool (*stopped)(void *self);
    void *self; /* of both */
};
/* Looks at every check of the gate. An SQL check that fails to run is an error with its place in the
 * plan, not a closed gate. */
int zdm_gate_look(
    const struct zdm_gate_question *question, struct zdm_gate_result *out, struct zdm_err *err);
void zdm_gate_result_release(struct zdm_gate_result *result);
/* [{"check":"soak","kind":"soak","open":true,"seen":"..."}, ...] for the journal, with "memory" for the
 * next look; owned. */
char *zdm_gate_result_json(const struct zdm_gate_result *result, bool memory);

/* --- approval.c -------------------------------------------------------------------------------- */
/* Who is who is what zdm_whoami() says, user@host; a user is one person on all hosts. Each approval is a
 * row of the journal: the first under the id of its check, others with a line break and the approver
 * behind it. */
struct zdm_approval_question {
    const struct zdm_check *check;
    const char *gate; /* id of the step */
    const struct zdm_journal_rows *rows;
    const char *runner; /* who runs the plan now; NULL: those are meant who ran its steps */
};
struct zdm_approvals {
    int64_t needed, given; /* given: those that count, one a person */
    char *seen;            /* who approved, when and why; NULL: nobody */
    char *missing;         /* who may still approve; NULL: no more are needed */
};
void zdm_gate_approvals(const struct zdm_approval_question *question, struct zdm_approvals *out);
void zdm_gate_approvals_release(struct zdm_approvals *approvals);
/* NULL: that person may; otherwise why not: "runs the plan". */
const char *zdm_gate_may_not_approve(const struct zdm_approval_question *question, const char *who);
/* The first approval of that person that counts; any at all when who is NULL. NULL: there is none. */
const struct zdm_journal_row *zdm_gate_approval_of(
    const struct zdm_approval_question *question, const char *who);
/* Under which item a second approval is written; owned. */
char *zdm_gate_approval_item(const char *check, const char *who);

/* The note of an approval's row in the journal, {"note": "..."}; owned, NULL when there is none. */
char *zdm_gate_note(const char *detail);

/* Does the server know the time zones of all gates? Asked before anything begins: a gate may be days
 * away. */
int zdm_gate_check_zones(
    struct zdm_conn *conn, const struct zdm_plan *plan, struct zdm_err *err); /* zones.c */

/* --- rows.c ------------------------------------------------------------------------------------ */
/* None when the zdm schema is older than the table. */
int zdm_gate_rows_read(struct zdm_conn *conn, const char *plan, const char *step,
    struct zdm_gate_rows *out, struct zdm_err *err);
/* Of a check; NULL: it was not looked at. */
const struct zdm_gate_row *zdm_gate_row(const struct zdm_gate_rows *rows, const char *check);
void zdm_gate_rows_release(struct zdm_gate_rows *rows);
/* Writes down what was seen, in the caller's transaction. */
int zdm_gate_rows_write(struct zdm_conn *conn, const char *plan, const char *step,
    const struct zdm_gate_result *result, struct zdm_err *err);

/* One function a kind, called by zdm_gate_look. */
#define ZDM_GATE(name)                                                                             \
    int zdm_gate_look_##name(const struct zdm_gate_question *g, const struct zdm_check *check,     \
        struct zdm_check_result *out, struct zdm_err *err)
ZDM_GATE(soak);
ZDM_GATE(approval);
ZDM_GATE(sql);
ZDM_GATE(command);
ZDM_GATE(server);
ZDM_GATE(replica_lag);
ZDM_GATE(consistent);
ZDM_GATE(http);
ZDM_GATE(flag);
ZDM_GATE(unused);
ZDM_GATE(function);
#undef ZDM_GATE

/* --- look.c ------------------------------------------------------------------------------------ */
/* What stands behind every statement of a gate, for whoever looks at the server's statistics. */
#define ZDM_GATE_MARK "\n/* zdm gate */"
/* A read-only transaction with that statement_timeout. */
int zdm_gate_begin(const struct zdm_gate_question *g, const struct zdm_check *check,
    int64_t timeout_ms, struct zdm_err *err);
/* One query in a read-only transaction of its own, with that statement_timeout. sql: the author's text
 * in it stands behind `prefix` bytes of `text`; NULL: there is none. */
int zdm_gate_query(const struct zdm_gate_question *g, const struct zdm_check *check,
    const char *text, size_t prefix, size_t n, const char *const *values, int64_t timeout_ms,
    struct zdm_result **r, struct zdm_err *err);
bool zdm_gate_stopped(const struct zdm_gate_question *g);
/* Names the check and its place. Returns -1. */
int zdm_gate_blame(
    const struct zdm_gate_question *g, const struct zdm_check *check, struct zdm_err *err);

#endif
