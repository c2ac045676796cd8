/* What may not stand in a step: BEGIN and COMMIT, what runs outside a transaction among others, ... */
#include <string.h>

#include "plan/checker.h"

void
zdm_refuse_control(struct zdm_checker *checker, struct zdm_place at, const char *kind)
{
    zdm_err_hint(zdm_checker_fail(checker, at, ZDM_ERR_PLAN, "%s cannot stand in a step", kind),
        "zdm begins and ends the transaction of a step itself; leave it out");
}

/* Outside a transaction no row can be journaled with the work: something must tell whether it ran. */
static void
demand_probe(struct zdm_checker *checker, struct zdm_place at, const struct zdm_statement *st)
{
    if (strcmp(st->kind, "CREATE INDEX") == 0)
        zdm_err_hint(
            zdm_checker_fail(checker, at, ZDM_ERR_PLAN, "CREATE INDEX CONCURRENTLY needs a name"),
            "name the index, so that zdm can find it again after an interruption");
    else
        zdm_err_hint(zdm_checker_fail(checker, at, ZDM_ERR_PLAN,
                         "step \"%s\" needs a probe: this %s runs outside a transaction",
                         checker->step->id, st->kind),
            "give probe = \"SELECT ...\", a query that is true when the statement has been done");
}

void
zdm_refuse_several(struct zdm_checker *checker, struct zdm_place at, const struct zdm_statement *st)
{
    struct zdm_err err = ZDM_ERR_INIT;

    if (zdm_plan_refuse_several(st, &err) == 0)
        return;
    zdm_err_at(&err, at);
    zdm_err_move(zdm_errlist_add(&checker->report->errors), &err);
}

void
zdm_check_transactions(struct zdm_checker *checker, size_t first)
{
    const struct zdm_plan_report *report = checker->report;
    const struct zdm_step_sql *sql = &checker->step->u.sql;
    bool several = report->n_statements - first > 1;

    for (size_t i = first; i < report->n_statements; i++) {
        const struct zdm_statement *st = &report->statements[i].st;
        struct zdm_place at = report->statements[i].at;
        if (st->transaction_control) {
            zdm_refuse_control(checker, at, st->kind);
        } else if (st->transaction == ZDM_TX_FORBIDDEN && several) {
            zdm_err_hint(
                zdm_checker_fail(checker, at, ZDM_ERR_PLAN,
                    "this %s cannot run inside a transaction, so it must be alone in its step",
                    st->kind),
                "move it to a step of its own");
        } else if (st->transaction == ZDM_TX_FORBIDDEN && sql->n_requires) {
            zdm_err_hint(
                zdm_checker_fail(checker, at, ZDM_ERR_PLAN,
                    "this %s cannot run inside a transaction, and its step has a condition "
                    "that is checked in one",
                    st->kind),
                "check the condition in a step before it");
        } else if (st->transaction == ZDM_TX_FORBIDDEN && st->probe == ZDM_PROBE_NONE &&
                   !sql->probe.text && !st->fails_with) {
            demand_probe(checker, at, st);
        } else {
            zdm_refuse_several(checker, at, st);
        }
    }
}
