/*
 * psql.h - a plan as a script that a person can run with psql (pure).
 *
 * It does what zdm run would do, step by step, without what takes a program: throttling, quarantine,
 * workers, resuming by itself. A step begins with `-v zdm_from=N`; what SQL cannot do is
 * said where it stands and asked for.
 */
#ifndef ZDM_CLI_PSQL_H
#define ZDM_CLI_PSQL_H

#include "base/buf.h"
#include "plan/check.h"
#include "plan/lock_policy.h"
#include "plan/plan.h"
#include "run/status.h"

/* status NULL: offline. Steps that are done there are left out. */
void zdm_psql_plan(struct zdm_buf *out, const struct zdm_plan *plan,
    const struct zdm_plan_report *report, const struct zdm_plan_status *status);

/* What scripts begin with: settings, and where backfills remember how far they are, when there are any. */
void zdm_psql_begin(struct zdm_buf *out, const struct zdm_plan *plan);
/* A statement with its semicolon. */
void zdm_psql_statement(struct zdm_buf *out, const char *sql);
/* Asks who runs the script, and ends it unless the answer is yes. */
void zdm_psql_ask(struct zdm_buf *out, const char *question);
/* Behind the SQL of a step: what it set in the session ends. */
void zdm_psql_own_again(struct zdm_buf *out);

/* --- psql_back.c --- */
/* The way back, as a script of its own. status NULL: offline; what zdm itself did there stops it. */
void zdm_psql_back(struct zdm_buf *out, const struct zdm_plan *plan,
    const struct zdm_plan_report *report, const struct zdm_plan_status *status);

/* --- psql_backfill.c --- */
/* NULL when it can be given as SQL, else why not: static. */
const char *zdm_psql_cannot(const struct zdm_step_backfill *backfill);
/* One that can. */
void zdm_psql_backfill(
    struct zdm_buf *out, const struct zdm_plan *plan, const struct zdm_step *step);

/* --- psql_sweep.c --- */
/* Behind a backfill that can: stops when rows are left that need it. */
void zdm_psql_sweep(struct zdm_buf *out, const struct zdm_plan *plan, size_t index);

/* --- psql_locks.c --- */
/* Tries for the locks that statements of a step take, in its transaction; nothing when they are weak. */
void zdm_psql_locks(
    struct zdm_buf *out, const struct zdm_lock_policy *policy, const struct zdm_lock_rules *rules);

/* --- psql_undo.c --- */
/* How the steps are taken back, the last first, as a comment. */
void zdm_psql_undo(
    struct zdm_buf *out, const struct zdm_plan *plan, const struct zdm_plan_report *report);

/* --- psql_text.c --- */
/* n bytes as a comment, each line behind "-- ". */
void zdm_psql_comment(struct zdm_buf *out, const char *text);
/* One argument of a command of psql, quoted. */
void zdm_psql_argument(struct zdm_buf *out, const char *text);
/* An SQL literal, whatever stands in the text. */
void zdm_psql_literal(struct zdm_buf *out, const char *text);
char *zdm_psql_literal_of(const char *text); /* owned */
/* ARRAY['a', 'b'] of literals; owned. */
char *zdm_psql_array(const char *const *texts, size_t n);
/* A template from its "DO" on, with the texts in place of the words between two @; @quote@ is a dollar quote
 * that is in none of them. Takes the texts. */
struct zdm_psql_word {
    const char *name;
    char *text;
};
void zdm_psql_fill(
    struct zdm_buf *out, const char *template, struct zdm_psql_word *words, size_t n);
/* $tag$ with which `text` can be quoted; owned. */
char *zdm_psql_dollar(const char *text, const char *tag);

#endif
