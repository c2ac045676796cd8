/*
 * journal.h - the zdm schema in the target database: the truth about what was done.
 *
 * zdm.plan     one row a plan: the epoch (who may write) and the runner
 * zdm.journal  one row a step that ran, and one an approval
 * zdm.cursor   one row a slice of a backfill (batch/cursor.h)
 * zdm.control  one row a plan that was steered from outside (control.h)
 * zdm.quarantine  one row a row that a backfill set aside (batch/quarantine.h)
 * zdm.gate     one row a check of a gate that was looked at (gate/gate.h)
 *
 * A row is written in the same transaction as the work it stands for. Every
 * such transaction first takes FOR SHARE on the plan's row with its own epoch
 * (zdm_journal_fence): a runner that was taken over finds no row and writes
 * nothing; a take-over (UPDATE of that row) waits for transactions in flight,
 * so that after it the journal is final.
 *
 * Schema: pg/sql/journal.sql, which psql can run.
 */
#ifndef ZDM_PG_JOURNAL_H
#define ZDM_PG_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pg/conn.h"

/* Creates the zdm schema when it is missing, checks its version. No right to do so:
 * ZDM_ERR_FAILED with the grants to ask for. A schema of a newer zdm: ZDM_ERR_MISMATCH. No schema, and a
 * publication FOR ALL TABLES: ZDM_ERR_REFUSED, for its subscribers would stop; a schema made by hand is
 * consent. */
int zdm_journal_install(struct zdm_conn *conn, struct zdm_err *err);
/* The same for a command that writes to one of its tables only ("journal", "control"; NULL: to all). When tables were
 * made or brought up to date that publications FOR ALL TABLES send: these in *published ("a, b"; owned, what was there
 * is freed), else untouched. */
int zdm_journal_install_for(
    struct zdm_conn *conn, const char *table, char **published, struct zdm_err *err);
/* What to say of them; owned, NULL of NULL. */
char *zdm_journal_published_words(const char *published);
/* Would the install be refused for such publications? In *stop, for a command that must not write; else untouched. */
int zdm_journal_foresee(struct zdm_conn *conn, struct zdm_err *stop, struct zdm_err *err);
/* Is it there? For commands that must not write. No right to read it: ZDM_ERR_FAILED with the
 * grants to ask for. */
int zdm_journal_exists(struct zdm_conn *conn, bool *exists, struct zdm_err *err);
/* The target's own id, made at install: 32 hex digits in out[33]. */
int zdm_journal_target(struct zdm_conn *conn, char out[33], struct zdm_err *err);

/* One row of zdm.journal. */
struct zdm_journal_row {
    char *step;  /* step id */
    char *item;  /* "" for the step itself; the check's id for an approval */
    char *state; /* "started", "done", "approved", "undoing"; of a row that is undone: "undone" */
    char *kind;  /* "sql", "backfill", "gate", "hook", "command", "approval" */
    char *fingerprint; /* of the definition that ran */
    char *definition;  /* canonical JSON of it, for the diff */
    char *detail;      /* JSON: what was seen (gate), rows (backfill), note (approval) */
    char *who;
    int64_t epoch;
    int64_t at_ms;  /* server clock */
    int64_t age_ms; /* server clock minus at_ms at the time of reading */
};
/* What was taken back is as good as never done, so its rows stand apart. */
struct zdm_journal_rows {
    struct zdm_journal_row *items;
    size_t count;
    struct zdm_journal_row *undone;
    size_t n_undone;
};
/* Every row of a plan in order of time. Owned by *out. fingerprint, definition and detail may be NULL. */
int zdm_journal_read(
    struct zdm_conn *conn, const char *plan, struct zdm_journal_rows *out, struct zdm_err *err);
void zdm_journal_rows_release(struct zdm_journal_rows *rows);
const struct zdm_journal_row *zdm_journal_find(
    const struct zdm_journal_rows *rows, const char *step, const char *item); /* NULL: none */
/* The row of a step that was taken back and not begun since; NULL: none. */
const struct zdm_journal_row *zdm_journal_find_undone(
    const struct zdm_journal_rows *rows, const char *step);

/* What other plans must know of one, as JSON; each may be NULL. */
struct zdm_journal_claim {
    const char *tables; /* ["public.users", ...]: zdm_journal_tables */
    /* [["id", "phase", "kind", ["public.users"]], ...], in order; at the end the tables that it locks SHARE or stronger,
     * so that nobody writes there meanwhile; null: nobody knows */
    const char *steps;
    const char *after, *alongside; /* ["plan", ...] */
    const char *described; /* what recipes read of the tables: {"name": {...}}, {}: nothing */
};
/* That of a plan that has begun; *json owned, NULL: it has not, or it is lost. Works without a zdm schema. */
int zdm_journal_described(
    struct zdm_conn *conn, const char *plan, bool *begun, char **json, struct zdm_err *err);
/* The tables behind names as plans write them (a JSON list, each once), as the session finds them: {"t_idx": "public.t"},
 * of an index its table, of a partition the root; what is not there yet as it will be named; nothing of the system's
 * and of zdm's own. Owned. */
int zdm_journal_tables(
    struct zdm_conn *conn, const char *names, char **tables, struct zdm_err *err);
/* Another plan at work, or interrupted with something done, on the tables of one. */
struct zdm_journal_meeting {
    char *plan, *holder; /* holder NULL: it was interrupted */
    char *who, *at;      /* who ran it last, and when */
    char *step;          /* it stands before */
    char *shared;        /* "public.a, public.b": tables that both change; "": none, then */
    char *
        linked; /* "public.a refers to public.b": foreign keys between theirs, of which one of the two plans
                          * still locks a side as in `steps` above */
};
struct zdm_journal_meetings {
    struct zdm_journal_meeting *items;
    size_t count;
};
/* None where the zdm schema is older than what is asked. */
int zdm_journal_meet(struct zdm_conn *conn, const char *plan, const struct zdm_journal_claim *claim,
    struct zdm_journal_meetings *out, struct zdm_err *err);
void zdm_journal_meetings_release(struct zdm_journal_meetings *meetings);
/* A plan of which nothing is left to do, and that is not taken over: its steps and tables are what the
 * claim says. */
int zdm_journal_note(struct zdm_conn *conn, const char *plan, const struct zdm_journal_claim *claim,
    struct zdm_err *err);
/* Are the plans of claim->after done? If not the plan is registered as waiting for them and the error is
 * ZDM_ERR_CLOSED, or ZDM_ERR_REFUSED when they wait for each other in a circle. Outside a transaction. */
int zdm_journal_await(struct zdm_conn *conn, const char *plan, const char *fingerprint,
    const char *who, const struct zdm_journal_claim *claim, struct zdm_err *err);

/* Adds members to the detail of a step that the run of `epoch` has done; json is an object. */
int zdm_journal_add_detail(struct zdm_conn *conn, const char *plan, const char *step, int64_t epoch,
    const char *json, struct zdm_err *err);
/* Take-over: registers the plan if new, raises its epoch, waits for transactions of the runner
 * before (at most wait_ms: then ZDM_ERR_OWNED). *epoch is ours. With a claim, which may be NULL, it is
 * refused (ZDM_ERR_REFUSED) while another plan that changes one of the tables is being run, or was
 * interrupted: of two that start at once one gets through. */
int zdm_journal_take_over(struct zdm_conn *conn, const char *plan, const char *fingerprint,
    const char *who, const struct zdm_journal_claim *claim, int64_t wait_ms, int64_t *epoch,
    struct zdm_err *err);
/* In an open transaction: ZDM_ERR_OWNED when the epoch is not ours any more. */
int zdm_journal_fence(struct zdm_conn *conn, const char *plan, int64_t epoch, struct zdm_err *err);
/* After a reconnect, outside a transaction: waits for our own lost transaction to end (over wait_ms:
 * ZDM_ERR_OWNED with sqlstate 55P03), then checks that the epoch is still ours: ZDM_ERR_OWNED when a
 * newer runner has it, ZDM_ERR_FAILED when the database went back in time. */
int zdm_journal_settle(
    struct zdm_conn *conn, const char *plan, int64_t epoch, int64_t wait_ms, struct zdm_err *err);

/* In an open transaction: its COMMIT, and with it every earlier one, waits until it is on disk, whatever
 * synchronous_commit the role or database has. What is reported done must outlive a crash. */
int zdm_journal_barrier(struct zdm_conn *conn, struct zdm_err *err);

struct zdm_journal_entry {
    const char *plan, *step, *item, *state, *kind, *fingerprint, *definition, *detail, *who;
    int64_t epoch;
};
/* Inserts or updates (a "started" row becomes "done"). In the caller's transaction when one is
 * open, else in its own. fingerprint, definition and detail (JSON) may be NULL, item NULL is "".
 * ZDM_ERR_OWNED when a later run wrote the row; an approval is written whatever the epoch. */
int zdm_journal_write(
    struct zdm_conn *conn, const struct zdm_journal_entry *entry, struct zdm_err *err);

/* In the transaction that takes a step back, behind its work: the step's row is left to zdm_journal_write
 * (state "undone"), its approvals are void, and its cursors and rows in quarantine are gone. No right to
 * delete cursors: ZDM_ERR_FAILED with the grant to ask for. */
int zdm_journal_forget(struct zdm_conn *conn, const char *plan, const char *step, const char *kind,
    const char *who, int64_t epoch, struct zdm_err *err);

struct zdm_journal_plan { /* a row of zdm.plan */
    char *name, *fingerprint, *runner;
    int64_t epoch, at_ms;      /* epoch 0: it was never begun, and waits for others */
    char *next, *phase, *kind; /* its first step that is not done; NULL: there is none */
    int64_t steps;             /* how many it has; 0: not known */
    char *waits;               /* names of the plans that it waits for, "a, b"; NULL: none */
};
int zdm_journal_plans(
    struct zdm_conn *conn, struct zdm_journal_plan **out, size_t *n, struct zdm_err *err);
void zdm_journal_plans_free(struct zdm_journal_plan *plans, size_t n);

/* One runner a plan: a session advisory lock, ours until the session ends. Asking again is fine.
 * *taken false: somebody holds it (after a reconnect maybe our own lost session: ask again), and
 * *holder (owned, NULL when unknown; the pointer may be NULL) says who, as far as the role may see:
 * "pid 4242, user deploy, 10.0.0.7, since 07:03:38, zdm/rename_email". A pooler that does not keep
 * sessions: ZDM_ERR_FAILED with advice. */
int zdm_journal_own(
    struct zdm_conn *conn, const char *plan, bool *taken, char **holder, struct zdm_err *err);

/* Who holds the plan's lock now, in the same words; *holder owned, NULL: nobody. Takes nothing. */
int zdm_journal_holder(struct zdm_conn *conn, const char *plan, char **holder, struct zdm_err *err);
/* Who that is by zdm.plan, user@host, while somebody holds the lock; *who owned, NULL: nobody does. */
int zdm_journal_runner(struct zdm_conn *conn, const char *plan, char **who, struct zdm_err *err);

#endif
