/*
 * session.h - one run of a plan: what the files of run/ share. Private to run/.
 *
 * A step function returns 0 when the journal says that its step is done, and -1
 * with *err otherwise. When the connection was lost and won back it returns -1
 * with s->again set: the journal was read anew and the runner starts over at
 * the first step, because a failover may have lost the end of the journal.
 */
#ifndef ZDM_RUN_SESSION_H
#define ZDM_RUN_SESSION_H

#include "base/clock.h"
#include "ledger/ledger.h"
#include "pg/conn.h"
#include "pg/journal.h"
#include "run/runner.h"
#include "run/state.h"
#include "run/steer.h"

struct zdm_work_watch;

struct zdm_session {
    const struct zdm_plan *plan;
    const struct zdm_plan_report *report;
    const struct zdm_run_options *options;
    struct zdm_conn *conn; /* holds the plan's advisory lock */
    struct zdm_ledger *ledger;
    char target[33];
    char *
        published; /* owned; by what zdm's own tables, made now, are published; NULL: nothing to tell */
    int64_t epoch;
    int64_t ledger_plan, ledger_run; /* 0: none yet */
    struct zdm_journal_rows rows;    /* the journal as last read */
    int64_t quarantined;             /* rows of the plan, as of then */
    bool owes_snapshot;        /* the run before was killed between its last step and its end */
    bool mirrored;             /* ... and in the ledger too */
    bool again;                /* see above */
    bool undoing;              /* steps are taken back: their undos are what runs */
    struct zdm_err loss;       /* why the session was lost that was won back last */
    struct zdm_err ledger_err; /* the first write to the ledger that failed */
    struct zdm_judge *judge;   /* owned; NULL: no step was judged yet (judge.h) */
    struct zdm_steer *steer;   /* owned; NULL: there is nothing to steer */
};

/* --- runner.c ---------------------------------------------------------------- */
/* From nothing to a plan that is ours: s->conn, s->epoch. always false: a plan in which nothing is left to
 * do is not taken over, and its epoch stays 0. A plan that does not fit the journal changes nothing. */
int zdm_session_open(struct zdm_session *s, bool always, struct zdm_err *err);

/* One run from its ledger to its end: opens (always as above), records, does the work, and says how it
 * ended. Releases what s owns. */
typedef int zdm_session_work(struct zdm_session *s, void *self, struct zdm_err *err);
int zdm_session_do(
    struct zdm_session *s, bool always, zdm_session_work *work, void *self, struct zdm_err *err);
/* The session was lost in a step and won back: shall it be tried again? */
int zdm_session_start_over(struct zdm_session *s, const struct zdm_step *step,
    struct zdm_backoff *losses, struct zdm_err *err);

/* --- contract.c -------------------------------------------------------------- */
/* May this step begin? ZDM_ERR_CLOSED when it is one of contract and rows are in quarantine. */
int zdm_session_may_begin(
    const struct zdm_session *s, const struct zdm_step *step, struct zdm_err *err);

/* --- record.c: events, the journal's mirror -------------------------------- */
/* Tells the observer and the ledger. A ledger that cannot be written stops the run at the next step
 * (zdm_session_healthy), never in the middle of one. */
void zdm_session_tell(struct zdm_session *s, const struct zdm_event *event);
/* The same for an event that is only a line. */
void zdm_session_say(struct zdm_session *s, enum zdm_event_kind kind, const char *level,
    const struct zdm_step *step, const char *fmt, ...) __attribute__((format(printf, 5, 6)));
int zdm_session_healthy(struct zdm_session *s, struct zdm_err *err);
/* Reads the journal into s->rows and mirrors it in the ledger. */
int zdm_session_refresh(struct zdm_session *s, struct zdm_err *err);

/* --- reconcile.c ------------------------------------------------------------ */
/* Ledger against journal, once at start: what differs is told and the ledger corrected. */
int zdm_session_reconcile(struct zdm_session *s, struct zdm_err *err);

/* --- steer.c: what people ask for from another shell ------------------------------- */
/* ZDM_ERR_PAUSED when the plan is paused: before anything is begun. */
int zdm_session_check_paused(struct zdm_session *s, struct zdm_err *err);
/* From here on orders are heard; a socket that cannot be made is only told. */
int zdm_session_steer_open(struct zdm_session *s, struct zdm_err *err);
void zdm_session_steer_close(struct zdm_session *s);
/* Stores orders that came through the socket in the target, and takes over what is there: at once
 * after an order, else once a second. Tells what changed. On s->conn, outside a transaction. */
int zdm_session_look(struct zdm_session *s, struct zdm_err *err);
/* Before a step: waits while the plan is paused. ZDM_ERR_INTERRUPTED when it was cancelled. */
int zdm_session_go_on(struct zdm_session *s, struct zdm_err *err);
/* Who cancelled the run; NULL: nobody did. View. */
const char *zdm_session_cancelled_by(const struct zdm_session *s);
/* What the socket answers to who asks how it goes: a line of JSON (taken), NULL: nothing to say. */
void zdm_session_live(struct zdm_session *s, char *line);
/* For the backfill: as hooks.steer and hooks.steer_fd (batch/backfill.h). */
int zdm_session_steering(struct zdm_session *s, struct zdm_steering *out, struct zdm_err *err);
int zdm_session_steer_fd(const struct zdm_session *s);

/* --- recover.c --------------------------------------------------------------- */
/* A new session in place of a lost one: reconnect with backoff, wait for our own zombie, check that
 * the epoch is still ours and the target the same, take the advisory lock again, read the journal. */
int zdm_session_recover(struct zdm_session *s, struct zdm_err *err);
/* After a statement failed that may run again: 0 when it was for the session, and there is a new one. */
int zdm_session_again(struct zdm_session *s, struct zdm_err *err);
/* Takes the plan's advisory lock; waits up to patience_ms for it. */
int zdm_session_own(struct zdm_session *s, int64_t patience_ms, struct zdm_err *err);

/* --- transaction.c ------------------------------------------------------------ */
/* One step as one transaction: fence, work, journal row, commit; with lock timeouts and retries as
 * its class of error asks for. work may be NULL (a journal row alone). */
typedef int zdm_work(
    struct zdm_session *s, const struct zdm_step *step, void *self, struct zdm_err *err);
struct zdm_transaction_options {
    const char *state;   /* of the journal row: "done", "started" */
    const char *detail;  /* JSON or NULL */
    bool short_locks;    /* tries with a short lock_timeout, as lock_wait.h says */
    const size_t *along; /* n_along other steps whose locks the work takes as well */
    size_t n_along;
};
int zdm_session_transact(struct zdm_session *s, const struct zdm_step *step, zdm_work *work,
    void *self, const struct zdm_transaction_options *options, struct zdm_err *err);
/* BEGIN and the fence; the caller commits. */
int zdm_session_begin(struct zdm_session *s, int64_t lock_timeout_ms, struct zdm_err *err);
int zdm_session_journal(struct zdm_session *s, const struct zdm_step *step, const char *state,
    const char *detail, struct zdm_err *err);

/* --- one file a kind of step ----------------------------------------------------- */
int zdm_step_sql_run(struct zdm_session *s, size_t index, struct zdm_err *err);
/* Runs the statements that a query answers; NULL: none. */
int zdm_step_sql_more(struct zdm_session *s, const char *query, struct zdm_err *err);
int zdm_step_alone_run(struct zdm_session *s, size_t index, struct zdm_err *err);
int zdm_step_backfill_run(struct zdm_session *s, size_t index, struct zdm_err *err);
/* Fills the values that it kept in again; the journal says "undoing" until the caller marks it. */
int zdm_step_backfill_undo(struct zdm_session *s, const struct zdm_step *step, struct zdm_err *err);
/* Its rows in quarantine, those with `key` when that is not NULL: batch/backfill.h. */
int zdm_step_backfill_retry(struct zdm_session *s, const struct zdm_step *step, const char *key,
    struct zdm_retried *out, struct zdm_err *err);
int zdm_step_gate_run(struct zdm_session *s, size_t index, struct zdm_err *err);
int zdm_step_hook_run(struct zdm_session *s, size_t index, struct zdm_err *err);
int zdm_step_command_run(struct zdm_session *s, size_t index, struct zdm_err *err);
/* Its undo, which the plan has. */
int zdm_step_command_undo(struct zdm_session *s, const struct zdm_step *step,
    struct zdm_work_watch *watch, struct zdm_err *err);
/* Its undo function; inside the transaction when the hook has one. */
int zdm_step_hook_undo(struct zdm_session *s, const struct zdm_step *step, struct zdm_err *err);

/* --- blame.c ----------------------------------------------------------------------- */
/* Points *err (with err->position into `text`) at the author's SQL in the plan file; without a
 * position at the step. Returns -1. */
int zdm_blame_sql(
    const struct zdm_step *step, const struct zdm_sql_text *text, struct zdm_err *err);

#endif
