/*
 * status.h - where a plan stands, read from the target without writing to it.
 */
#ifndef ZDM_RUN_STATUS_H
#define ZDM_RUN_STATUS_H

#include "batch/cursor.h"
#include "gate/gate.h"
#include "pg/journal.h"
#include "plan/check.h"
#include "pg/control.h"
#include "plan/plan.h"
#include "run/state.h"

enum zdm_step_state {
    ZDM_STATE_DONE,
    ZDM_STATE_RUNNING, /* begun: a backfill under way, or a statement outside a transaction */
    ZDM_STATE_WAITING, /* reached: a gate that is closed, or contract while rows are in quarantine */
    ZDM_STATE_READY,   /* the next one to run */
    ZDM_STATE_PENDING,
    ZDM_STATE_UNDONE,  /* taken back, and not begun since */
    ZDM_STATE_CHANGED, /* done, but the plan's definition is another one now */
};
const char *zdm_step_state_name(enum zdm_step_state state); /* "done" ... */

struct zdm_step_status {
    enum zdm_step_state state;
    int64_t at_ms;               /* done or started when (server clock); 0 unknown */
    char *who;                   /* NULL unknown */
    char *detail;                /* journal detail (JSON) or NULL */
    struct zdm_cursor cursor;    /* of a backfill; exists false: none */
    int64_t quarantined;         /* rows of a backfill */
    struct zdm_gate_result gate; /* of a gate that was looked at: n_checks > 0 */
    int64_t kept_bytes; /* of the table in which its values are kept, never empty; 0: none */
};

struct zdm_plan_status {
    char *where;  /* the target, for people */
    char *state;  /* "new", "running", "stopped", "waiting", "paused", "done", "rolled back",
                     * "mismatch" */
    char *holder; /* who runs it now; NULL nobody */
    struct zdm_step_status *steps;     /* n_steps of the plan */
    struct zdm_control control;        /* what was asked of it: a pause, another pace */
    struct zdm_err problem;            /* code ZDM_ERR_MISMATCH when state is "mismatch" */
    struct zdm_journal_meetings meets; /* other plans on its tables, or on those joined with them */
    int64_t n_done;
    int64_t quarantined; /* rows of all backfills: no contract step begins */
};

/* Read-only. A target without zdm schema: everything pending. report NULL: without `meets`. */
int zdm_status_read(const char *conninfo, const struct zdm_plan *plan,
    const struct zdm_plan_report *report, struct zdm_plan_status *out, struct zdm_err *err);
/* The same in a session. by_name: nothing is known of the steps but ids, phases and kinds, and gates are as a run saw them
 * last, with ZDM_CHECK_KINDS for the kind of a check. */
int zdm_status_look(struct zdm_conn *conn, bool exists, const struct zdm_plan *plan,
    const struct zdm_plan_report *report, bool by_name, struct zdm_plan_status *out,
    struct zdm_err *err);
/* Of a plan without its file. *plan: what the target knows of it, without a file; owned. ZDM_ERR_USAGE: it knows no such
 * plan, or not its steps. */
int zdm_status_by_name(const char *conninfo, const char *name, struct zdm_plan **plan,
    struct zdm_plan_status *out, struct zdm_err *err);
/* "plan "b" is being run, and changes public.users too: ..."; owned. */
char *zdm_meeting_words(const struct zdm_journal_meeting *other);
/* Its `meets`; report: of the plan's check. */
int zdm_status_meet(struct zdm_conn *conn, const struct zdm_plan *plan,
    const struct zdm_plan_report *report, struct zdm_plan_status *status, struct zdm_err *err);
void zdm_status_release(struct zdm_plan_status *status, size_t n_steps);

/* Every plan the target knows: zdm.plan. */
struct zdm_known_plan {
    char *name, *fingerprint, *runner, *holder; /* holder NULL: nobody runs it */
    /* "running", "paused", "waiting" (at a gate, or for other plans), "stopped" (interrupted: it is for
     * zdm run to go on), "new", "done"; static. NULL: an older zdm ran it, and its steps are not known */
    const char *state;
    char *step, *phase, *kind; /* its next step; NULL: none is left, or they are not known */
    char *waits;               /* "a, b": plans that have to be done first; NULL: none */
    int64_t done, steps;       /* steps journaled done, of how many; steps 0: not known */
    int64_t at_ms;             /* last journal row: since when it stands there */
};
int zdm_known_plans(const char *conninfo, char **where, struct zdm_known_plan **out, size_t *n,
    struct zdm_err *err);
void zdm_known_plans_free(struct zdm_known_plan *plans, size_t n);

#endif
