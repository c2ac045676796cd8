/*
 * checker.h - one check of a plan under way. Private to engine/plan.
 */
#ifndef ZDM_PLAN_CHECKER_H
#define ZDM_PLAN_CHECKER_H

#include "plan/check.h"

struct zdm_checker {
    const struct zdm_plan *plan;
    const struct zdm_step *step; /* the one that is looked at */
    size_t index;                /* of it */
    struct zdm_plan_report *report;
    struct zdm_sql_context *context;
    bool gate_seen;     /* a gate stands somewhere before */
    bool gate_demanded; /* said once is enough */
};

/* Adds an error with its place; returned to be given detail and hint. View until the next one. */
struct zdm_err *zdm_checker_fail(struct zdm_checker *checker, struct zdm_place at,
    enum zdm_code code, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* Takes an error of engine/sql about `sql` into the list: its position becomes a place in the plan.
 * `what` says which text it is, NULL for the step's own. */
void zdm_checker_take(struct zdm_checker *checker, const struct zdm_sql_text *sql, const char *what,
    struct zdm_err *err);

/* Applies the phase rules and allow to the statements of the step: report->statements from `first`, and
 * those of its undo. */
void zdm_check_phase_rules(
    struct zdm_checker *checker, size_t first, const struct zdm_allow *allow);
/* What may not stand in a step at all: BEGIN and COMMIT, CONCURRENTLY among others, ... */
void zdm_check_transactions(struct zdm_checker *checker, size_t first);

/* BEGIN and its like: not for authors. */
void zdm_refuse_control(struct zdm_checker *checker, struct zdm_place at, const char *kind);

/* VACUUM FULL a, b and its like (check.h). */
void zdm_refuse_several(
    struct zdm_checker *checker, struct zdm_place at, const struct zdm_statement *st);

void zdm_check_sql_step(struct zdm_checker *checker); /* check_sql.c */
/* Classifies a text without the pieces that the catalog of the context lacks; one of which nothing is left as it stands,
 * in a context that knows of nothing. pieces NULL: it has none. */
int zdm_checker_classify(const struct zdm_sql_pieces *pieces, const char *text,
    struct zdm_sql_context *context, struct zdm_parsed **parsed, struct zdm_err *err);
/* check_undo.c: finds the undo of the step and classifies it, behind the step's own statements. */
void zdm_check_undo(struct zdm_checker *checker);
void zdm_check_backfill_step(struct zdm_checker *checker); /* check_backfill.c */

/* backfill_table.c. context: of the plan, whatever is done of it already. */
void zdm_foresee_table(struct zdm_checker *checker, struct zdm_sql_context *context);
/* At the end of the plan. */
void zdm_foresee_not_null(struct zdm_checker *checker, struct zdm_sql_context *context);

#endif
