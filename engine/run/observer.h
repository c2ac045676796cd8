/*
 * observer.h - what the runner tells while it runs. cli/ prints it; the ledger
 * keeps it. Events are facts that already happened.
 */
#ifndef ZDM_RUN_OBSERVER_H
#define ZDM_RUN_OBSERVER_H

#include "batch/backfill.h"
#include "batch/predict.h"
#include "gate/gate.h"
#include "plan/lock_policy.h"
#include "plan/plan.h"
#include "run/lock_report.h"
#include "sql/speed.h"

/* EVENT(symbol, name): name is what the ledger and --format json say. */
#define ZDM_EVENTS(EVENT)                                                                          \
    EVENT(RUN_START, "run-start")     /* message: where, epoch */                                  \
    EVENT(STEP_SKIP, "step-skip")     /* done in an earlier run */                                 \
    EVENT(STEP_START, "step-start")   /* message: "resumed at ..." or NULL */                      \
    EVENT(STEP_DONE, "step-done")     /* elapsed_ms; rows for a backfill */                        \
    EVENT(UNDO_START, "undo-start")   /* the step is taken back now */                             \
    EVENT(STEP_UNDONE, "step-undone") /* elapsed_ms */                                             \
    EVENT(PROGRESS, "progress")       /* progress or work is set; not kept as an event */          \
    EVENT(LOCK_WAIT, "lock-wait") /* who is in the way; lock is set for a step in a transaction */ \
    EVENT(UNBLOCK, "unblock")     /* on_blocked: to whom what was done; lock is set */             \
    EVENT(RETRY, "retry")         /* deadlock, serialization, ... */                               \
    EVENT(RECONNECT, "reconnect") /* the session was lost */                                       \
    EVENT(GATE_OPEN, "gate-open") /* gate is set */                                                \
    EVENT(GATE_CLOSED, "gate-closed") /* gate is set */                                            \
    EVENT(APPROVED, "approved")                                                                    \
    EVENT(RECONCILED, "reconciled") /* the ledger was behind, lost, or ahead of the journal */     \
    EVENT(DRIFT, "drift")           /* somebody else changed the schema since the last run */      \
    EVENT(PAUSED, "paused")         /* by whom and why */                                          \
    EVENT(RESUMED, "resumed")                                                                      \
    EVENT(TUNED, "tuned")         /* by whom, from what to what */                                 \
    EVENT(CANCELLED, "cancelled") /* by whom; the run ends as soon as it can */                    \
    EVENT(NOTE, "note")           /* log: of a hook, output of a command */                        \
    EVENT(UNTIL, "until")         /* stopped where --until asked */                                \
    EVENT(ERROR, "error")         /* what ended the run */                                         \
    EVENT(RUN_END, "run-end") /* message: "done", "waiting", "failed", "interrupted", "cancelled" */

enum zdm_event_kind {
#define EVENT(symbol, name) ZDM_EVENT_##symbol,
    ZDM_EVENTS(EVENT)
#undef EVENT
};
const char *zdm_event_name(enum zdm_event_kind kind);

/* What a backfill was predicted to cost, and what it did. */
struct zdm_outcome {
    struct zdm_prediction predicted, happened;
};

/* What a step took that reads, rewrites or indexes tables, and was estimated to. */
struct zdm_spent {
    enum zdm_speed_kind kind;
    int64_t bytes; /* of the tables */
    int64_t ms;    /* with its waiting */
    int64_t least_ms, most_ms;
};
/* Is it worth a word to people? */
bool zdm_spent_is_long(const struct zdm_spent *spent);

/* What a statement or a program is doing that runs for more than a second. */
struct zdm_work_progress {
    char *command;  /* "CREATE INDEX CONCURRENTLY", as the server reports it; NULL: it does not */
    char *phase;    /* "building index: scanning table"; NULL unknown, as all below */
    char *relation; /* that it works on now */
    char *unit;     /* of done and total: "blocks", "tuples" */
    int64_t done, total; /* of the phase; -1 unknown */
    int64_t lockers_done,
        lockers_total; /* transactions that the phase waits for; -1: it does not wait */
    char *waiting;     /* who is in its way now, a line; NULL nobody */
    int64_t elapsed_ms;
};

struct zdm_event {
    enum zdm_event_kind kind;
    const char *level;           /* "info", "warning", "error" */
    const struct zdm_step *step; /* NULL: the run as a whole */
    const char *message;         /* one line for people; may be NULL */
    int64_t elapsed_ms;          /* STEP_DONE, RUN_END; else 0 */
    int64_t rows;                /* STEP_DONE of a backfill; else -1 */
    int64_t quarantined;         /* rows: STEP_DONE of a backfill; RUN_END of the plan; else 0 */
    const struct zdm_backfill_progress *progress; /* PROGRESS of a backfill */
    const struct zdm_work_progress *work;         /* PROGRESS of anything else */
    const struct zdm_gate_result *gate;           /* GATE_OPEN, GATE_CLOSED */
    const struct zdm_spent *spent;                /* STEP_DONE of such a step; else NULL */
    const struct zdm_outcome *outcome;            /* the NOTE behind a backfill; else NULL */
    const struct zdm_lock_report *lock;           /* LOCK_WAIT, UNBLOCK; else NULL */
    const struct zdm_lock_policy *locking; /* STEP_START, UNDO_START: how it gets its locks */
    int64_t at_ms;                         /* this machine's clock */
};

struct zdm_observer {
    void *self;
    void (*see)(void *self, const struct zdm_event *event); /* views for the length of the call */
    /* A PROGRESS event as one line of JSON, for zdm status in another shell; owned. May be NULL. */
    char *(*describe)(const struct zdm_event *event);
};

#endif
