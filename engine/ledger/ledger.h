/*
 * ledger.h - the operator's record, a local SQLite file.
 *
 * A mirror of the journal plus what only this machine saw: runs, events, lock
 * waits, throughput. It is never the authority: when it disagrees with the
 * journal it is corrected and an event says so; when it is lost it is rebuilt.
 * Rows belong to a target (journal.h, zdm_journal_target) and a plan.
 *
 * WAL, synchronous=FULL, foreign keys, busy timeout 5 s, STRICT tables,
 * user_version for migrations, file mode 0600, folder made at need (0700) with
 * a .gitignore in it (one level; an existing folder is left as it is). Errors:
 * ZDM_ERR_FAILED for disk full, I/O and a lock held longer than the timeout,
 * ZDM_ERR_USAGE for a file that is no ledger (which is never touched), is
 * corrupt, may not be used, or is of a newer zdm, each with the path and what
 * to do.
 *
 * Several processes may write at once. Do not fork with it open (fork and exec
 * is fine). Texts passed in are borrowed for the call; those of the lists are
 * owned by them. Lists that are empty are NULL and 0.
 */
#ifndef ZDM_LEDGER_LEDGER_H
#define ZDM_LEDGER_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct zdm_ledger;

enum zdm_ledger_mode {
    ZDM_LEDGER_WRITE, /* makes the file when it is missing */
    /* Read-only, beside a running writer too; a missing file is ZDM_ERR_USAGE. Where the folder may
     * not be written it still works, unless a writer was killed and left a log (-wal) behind. */
    ZDM_LEDGER_INSPECT,
};

int zdm_ledger_open(
    const char *path, enum zdm_ledger_mode mode, struct zdm_ledger **out, struct zdm_err *err);
void zdm_ledger_close(struct zdm_ledger *ledger); /* NULL is fine */
const char *zdm_ledger_path(const struct zdm_ledger *ledger);
/* --ledger (NULL: not given), then ZDM_LEDGER, then ".zdm/ledger.db". Borrows. */
const char *zdm_ledger_default_path(const char *option);

/* --- plans: one row a (target, plan) ------------------------------------- */
struct zdm_ledger_plan {
    int64_t id;
    char *target; /* 32 hex digits */
    char *where;  /* "shop@db1:5432/shop": for people */
    char *name, *fingerprint;
    char *file, *canonical;    /* NULL: never known */
    int64_t first_ms, last_ms; /* first and last zdm_ledger_plan_put */
    char *state;               /* of the last run (see below); "new": there was none */
};
/* Inserts or updates; *id is the row. file and canonical NULL: as they were. */
int zdm_ledger_plan_put(struct zdm_ledger *ledger, const char *target, const char *where,
    const char *name, const char *file, const char *fingerprint, const char *canonical, int64_t *id,
    struct zdm_err *err);
int zdm_ledger_plan_list(
    struct zdm_ledger *ledger, struct zdm_ledger_plan **out, size_t *n, struct zdm_err *err);
void zdm_ledger_plan_list_free(struct zdm_ledger_plan *plans, size_t n);
/* One plan; target NULL: the one of that name that was put last. *out is owned (list_free with 1),
 * NULL when there is none. */
int zdm_ledger_plan_find(struct zdm_ledger *ledger, const char *target, const char *name,
    struct zdm_ledger_plan **out, struct zdm_err *err);

/* What recipes read of the tables, as JSON (zdm.plan.described). */
int zdm_ledger_described_put(
    struct zdm_ledger *ledger, int64_t plan, const char *described, struct zdm_err *err);
/* Owned; NULL: the ledger does not know it. */
int zdm_ledger_described(struct zdm_ledger *ledger, const char *target, const char *name,
    char **described, struct zdm_err *err);

/* --- runs ----------------------------------------------------------------- */
struct zdm_ledger_run {
    int64_t id, epoch, started_ms, ended_ms; /* ended_ms 0: not, as far as is known */
    char *who, *state;                       /* "running", as of run_end, or "lost" */
};
/* Earlier runs of a lower epoch that did not end become "lost": they were killed. */
int zdm_ledger_run_begin(struct zdm_ledger *ledger, int64_t plan, int64_t epoch, const char *who,
    int64_t *run, struct zdm_err *err);
/* state: "done", "failed", "waiting", "interrupted", "cancelled", "refused", "owned". */
int zdm_ledger_run_end(
    struct zdm_ledger *ledger, int64_t run, const char *state, struct zdm_err *err);
/* Where the run listens (NULL: nowhere any more), and the settings it was started with, hashed. */
int zdm_ledger_run_socket(struct zdm_ledger *ledger, int64_t run, const char *socket,
    const char *route, struct zdm_err *err);
struct zdm_ledger_socket {
    char *target, *place, *route, *socket; /* route may be NULL */
};
/* Where runs of plans of that name listen, or did when they were killed; the newest first. */
int zdm_ledger_socket_list(struct zdm_ledger *ledger, const char *name,
    struct zdm_ledger_socket **out, size_t *n, struct zdm_err *err);
void zdm_ledger_socket_list_free(struct zdm_ledger_socket *sockets, size_t n);
int zdm_ledger_run_list(struct zdm_ledger *ledger, int64_t plan, struct zdm_ledger_run **out,
    size_t *n, struct zdm_err *err);
void zdm_ledger_run_list_free(struct zdm_ledger_run *runs, size_t n);

/* --- steps: mirror of the journal ----------------------------------------- */
struct zdm_ledger_step {
    char *id, *state;
    char *phase, *kind, *fingerprint; /* NULL: not known */
    int64_t at_ms;                    /* when it got into that state */
};
/* Inserts or updates. A row that is so already costs no write: mirror as often as you like. */
int zdm_ledger_step_put(struct zdm_ledger *ledger, int64_t plan, const char *id, const char *phase,
    const char *kind, const char *state, const char *fingerprint, int64_t at_ms,
    struct zdm_err *err);
int zdm_ledger_step_list(struct zdm_ledger *ledger, int64_t plan, struct zdm_ledger_step **out,
    size_t *n, struct zdm_err *err);
void zdm_ledger_step_list_free(struct zdm_ledger_step *steps, size_t n);
/* What the journal does not have (any more): the step with its approvals and its progress. */
int zdm_ledger_step_forget(
    struct zdm_ledger *ledger, int64_t plan, const char *id, struct zdm_err *err);

/* --- approvals: mirror of the journal -------------------------------------- */
struct zdm_ledger_approval {
    char *gate, *item, *who, *note;
    int64_t at_ms;
};
/* Inserts or updates; costs no write when nothing changed. */
int zdm_ledger_approval_put(struct zdm_ledger *ledger, int64_t plan, const char *gate,
    const char *item, const char *who, const char *note, int64_t at_ms, struct zdm_err *err);
int zdm_ledger_approval_list(struct zdm_ledger *ledger, int64_t plan,
    struct zdm_ledger_approval **out, size_t *n, struct zdm_err *err);
void zdm_ledger_approval_list_free(struct zdm_ledger_approval *approvals, size_t n);

/* --- backfill progress: mirror of zdm.cursor -------------------------------- */
struct zdm_ledger_progress {
    char *step, *pos, *bound; /* pos, bound may be NULL */
    int64_t slice, rows, batches, at_ms;
};
int zdm_ledger_progress_put(struct zdm_ledger *ledger, int64_t plan, const char *step,
    int64_t slice, const char *pos, const char *bound, int64_t rows, int64_t batches,
    struct zdm_err *err);
/* The same for all slices together, and a sample, in one transaction. */
struct zdm_ledger_walk {
    const char *pos, *bound;
    int64_t rows, batches, batch_rows;
    double batch_ms;
};
int zdm_ledger_walk_put(struct zdm_ledger *ledger, int64_t plan, const char *step,
    const struct zdm_ledger_walk *walk, struct zdm_err *err);
int zdm_ledger_progress_list(struct zdm_ledger *ledger, int64_t plan,
    struct zdm_ledger_progress **out, size_t *n, struct zdm_err *err);
void zdm_ledger_progress_list_free(struct zdm_ledger_progress *rows, size_t n);

/* --- events: append only, seq grows over all plans and processes ----------- */
struct zdm_ledger_event {
    int64_t seq, run, at_ms; /* run 0: none */
    char *step;              /* NULL: the plan as a whole */
    char *level;             /* "info", "warning", "error" */
    char *kind;              /* "run-start", "step-done", "lock-wait", ... */
    char *message;           /* for people; never NULL */
    char *detail;            /* JSON or NULL */
};
/* run 0: none. message NULL: "". */
int zdm_ledger_event_add(struct zdm_ledger *ledger, int64_t plan, int64_t run, const char *step,
    const char *level, const char *kind, const char *message, const char *detail,
    struct zdm_err *err);
int zdm_ledger_event_list(struct zdm_ledger *ledger, int64_t plan, struct zdm_ledger_event **out,
    size_t *n, struct zdm_err *err);
void zdm_ledger_event_list_free(struct zdm_ledger_event *events, size_t n);

/* --- what steps took: from the events of those that read, rewrote or indexed tables --- */
struct zdm_ledger_spent {
    char *kind; /* "scan", "rewrite", "build" */
    int64_t bytes, ms;
};
/* On the target, of all plans: the last ten of each kind. */
int zdm_ledger_spent_list(struct zdm_ledger *ledger, const char *target,
    struct zdm_ledger_spent **out, size_t *n, struct zdm_err *err);
void zdm_ledger_spent_list_free(struct zdm_ledger_spent *spent, size_t n);

/* --- throughput samples: a ring of the last 1000 a step ---------------------- */
struct zdm_ledger_sample {
    int64_t at_ms, rows, batch_rows; /* rows: so far, over all runs */
    double batch_ms;                 /* finite */
};
int zdm_ledger_sample_add(struct zdm_ledger *ledger, int64_t plan, const char *step, int64_t rows,
    int64_t batch_rows, double batch_ms, struct zdm_err *err);
/* Oldest first. */
int zdm_ledger_sample_list(struct zdm_ledger *ledger, int64_t plan, const char *step,
    struct zdm_ledger_sample **out, size_t *n, struct zdm_err *err);
void zdm_ledger_sample_list_free(struct zdm_ledger_sample *samples);

#endif
