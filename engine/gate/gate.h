/*
 * gate.h - is a gate open?
 *
 * One file a kind of check (soak.c, approval.c, sql.c ...); those that are one query about the server are
 * sql/KIND.sql, asked by server.c. A check reads, never writes; the runner journals an open gate with what
 * it saw. Checks look at the server's clock and the journal, so that they survive restarts and machines.
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

/* Looks at every check of steps[index]. rows: the plan's journal, fresh. An SQL check that fails to
 * run is an error with its place in the plan, not a closed gate. */
int zdm_gate_look(struct zdm_conn *conn, const struct zdm_plan *plan, size_t index,
    const struct zdm_journal_rows *rows, enum zdm_gate_look how, struct zdm_gate_result *out,
    struct zdm_err *err);
void zdm_gate_result_release(struct zdm_gate_result *result);
/* [{"check":"soak","kind":"soak","open":true,"seen":"..."}, ...] for the journal; owned. */
char *zdm_gate_result_json(const struct zdm_gate_result *result);

/* The note of an approval's row in the journal, {"note": "..."}; owned, NULL when there is none. */
char *zdm_gate_note(const char *detail);

/* One function a kind, called by zdm_gate_look. */
struct zdm_gate_context {
    struct zdm_conn *conn;
    const struct zdm_plan *plan;
    size_t index;
    const struct zdm_journal_rows *rows;
};
#define ZDM_GATE(name)                                                                             \
    int zdm_gate_look_##name(const struct zdm_gate_context *g, const struct zdm_check *check,      \
        struct zdm_check_result *out, struct zdm_err *err)
ZDM_GATE(soak);
ZDM_GATE(approval);
ZDM_GATE(sql);
ZDM_GATE(command);
ZDM_GATE(server);
ZDM_GATE(consistent);
ZDM_GATE(http);
ZDM_GATE(flag);
#undef ZDM_GATE

/* --- look.c ------------------------------------------------------------------------------------ */
/* One query in a read-only transaction of its own, with that statement_timeout. sql: the author's text
 * in it stands behind `prefix` bytes of `text`; NULL: there is none. */
int zdm_gate_query(const struct zdm_gate_context *g, const struct zdm_check *check,
    const char *text, size_t prefix, size_t n, const char *const *values, int64_t timeout_ms,
    struct zdm_result **r, struct zdm_err *err);
/* Names the check and its place. Returns -1. */
int zdm_gate_blame(
    const struct zdm_gate_context *g, const struct zdm_check *check, struct zdm_err *err);

#endif
