/*
 * check.h - everything about a plan that can be judged without a database.
 *
 * Parses every SQL text (errors point into the plan file), classifies it, and
 * enforces the phase rules:
 *   - in expand nothing may break running code, lose data, or be unsafe;
 *   - what breaks readers or writers or loses data is legal only in contract;
 *   - a contract step needs a gate somewhere before it;
 *   - an unsafe statement needs allow = { "rule" } with because = "...";
 *   - a statement that may not run in a transaction stands alone in its step,
 *     and needs a probe that zdm knows or the author gives.
 * An undo of the author is judged as the step is, in the catalog as it is behind
 * the step; taking away is what it is for, so only that is free.
 * Adds all errors to the list (ZDM_ERR_PLAN for what is wrong, ZDM_ERR_REFUSED
 * for what is unsafe), in the order of the file.
 */
#ifndef ZDM_PLAN_CHECK_H
#define ZDM_PLAN_CHECK_H

#include "plan/plan.h"
#include "sql/classify.h"
#include "sql/losses.h"

/* The classification of one statement of a plan. */
struct zdm_plan_statement {
    size_t step;             /* index into plan->steps */
    struct zdm_place at;     /* in the plan file */
    struct zdm_statement st; /* view until zdm_report_release */
};

/* What is known of the table of a backfill when that begins: the catalog, changed by the steps before. */
struct zdm_plan_column {
    const char *name;    /* unquoted */
    const char *type;    /* for a cast; NULL: not known */
    const char *value;   /* its default or generation expression; NULL: none */
    const char *index;   /* one that holds it and rules out HOT updates of it; NULL: none */
    bool not_null;       /* by then */
    bool not_null_later; /* at the end of the plan */
};
struct zdm_plan_constraint { /* CHECK */
    const char *name, *condition;
    const char **columns; /* that it mentions, n_columns, unquoted */
    size_t n_columns;
};
struct zdm_plan_table {
    size_t step;     /* index into plan->steps */
    bool known;      /* it is in the catalog by then, with its columns */
    bool fresh;      /* an earlier step of the plan makes it */
    bool into_fresh; /* of a copy: the same of the table that rows are copied into */
    bool uncertain;  /* an earlier step may have changed anything */
    struct zdm_plan_column *columns;
    size_t n_columns;
    struct zdm_plan_constraint *checks; /* enforced, valid or not */
    size_t n_checks;
};

enum zdm_undo_source {
    ZDM_UNDO_NONE,    /* nobody knows how: a rollback is refused there */
    ZDM_UNDO_NOTHING, /* it leaves nothing to take back */
    ZDM_UNDO_AUTHOR,  /* the plan says how */
    ZDM_UNDO_DERIVED, /* zdm knows, from the step itself (sql/reverse.h) */
};
const char *zdm_undo_source_name(enum zdm_undo_source source); /* "none" ... */

/* How a step is taken back. */
struct zdm_plan_undo {
    enum zdm_undo_source source;
    struct zdm_sql_text sql; /* text NULL: there is none, or a function or program does it */
    const char *
        recall; /* NULL: none. A query that the step asks before it runs, for the undo that fits the
                           catalog of that moment: it goes into the journal and is what runs; `sql`
                           stands for it until then */
    const char *before,
        *unless; /* as in sql/reverse.h: what runs before it, why it cannot; NULL: none */
    const struct zdm_sql_pieces
        *pieces;        /* of `sql`: those that are only for what is there; NULL: none */
    const char *behind; /* a query for more statements, behind `sql`; NULL: none */
    const struct zdm_step_back *back; /* a backfill does it; NULL: none */
    const char *
        why; /* of NONE and NOTHING: why so; of a program and a backfill: which; of DERIVED SQL: what to know of it */
    const struct zdm_step
        *with; /* NOTHING: it goes with the undo of this step; NULL: in any case */
    struct zdm_sql_losses losses; /* what its SQL throws away */
};

struct zdm_plan_report {
    struct zdm_plan_statement *statements; /* every statement of every sql step, in order */
    size_t n_statements;
    struct zdm_plan_undo *undos; /* one a step, n_undos */
    size_t n_undos;
    struct zdm_plan_statement *undo_statements; /* of all of them, in the order of their steps */
    size_t n_undo_statements;
    struct zdm_plan_table *tables; /* one a backfill, in order */
    size_t n_tables;
    struct zdm_arena *arena; /* of their texts; NULL: none */
    struct zdm_errlist errors;
    struct zdm_parsed **parsed; /* keeps the views alive */
    size_t n_parsed;
};
#define ZDM_PLAN_REPORT_INIT                                                                       \
    {                                                                                              \
        .statements = NULL                                                                         \
    }

/* Fills *report; returns 0 when there are no errors, -1 otherwise. */
int zdm_plan_check(const struct zdm_plan *plan, struct zdm_plan_report *report);
/* The same in a context: with a catalog the facts are the target's, and what the plan does changes
 * it. done (NULL: none): for each step, whether its work is in the catalog already; such a step is
 * judged without it. */
int zdm_plan_check_in(const struct zdm_plan *plan, struct zdm_sql_context *context,
    const bool *done, struct zdm_plan_report *report);
void zdm_plan_report_release(struct zdm_plan_report *report);

/* Fails for what works on several tables one after the other (sql/classify.h, one_by_one), with the
 * statements to write instead. *err gets no place. */
int zdm_plan_refuse_several(const struct zdm_statement *st, struct zdm_err *err);
/* The phase rules on statements of a step that were judged anew, in the target's catalog: ZDM_ERR_REFUSED, with the
 * place, for the first hazard that the step does not allow. */
int zdm_plan_refuse_unsafe(const struct zdm_plan *plan, size_t index,
    const struct zdm_plan_statement *statements, size_t n, struct zdm_err *err);

/* How an sql step must be run, from its statements' classification. */
enum zdm_run_mode {
    ZDM_RUN_TRANSACTION, /* all statements and the journal row in one transaction */
    ZDM_RUN_ALONE,       /* the one statement, outside any transaction, settled by a probe */
};
enum zdm_run_mode zdm_plan_run_mode(const struct zdm_plan_report *report, size_t step);
/* The same for its undo. */
enum zdm_run_mode zdm_plan_undo_mode(const struct zdm_plan_report *report, size_t step);

#endif
