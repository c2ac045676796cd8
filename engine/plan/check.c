#include "plan/check.h"

#include <stdlib.h>

#include "base/mem.h"
#include "plan/checker.h"
#include "sql/catalog.h"
#include "sql/syntax.h"

static void
check_gate(struct zdm_checker *checker)
{
    const struct zdm_step_gate *gate = &checker->step->u.gate;
    struct zdm_err err = ZDM_ERR_INIT;

    for (size_t i = 0; i < gate->n_checks; i++)
        if ((gate->checks[i].kind == ZDM_CHECK_SQL || gate->checks[i].kind == ZDM_CHECK_FLAG) &&
            gate->checks[i].sql.text && zdm_sql_check_query(gate->checks[i].sql.text, &err) < 0)
            zdm_checker_take(checker, &gate->checks[i].sql, gate->checks[i].id, &err);
    checker->gate_seen = true;
}

static void
demand_gate(struct zdm_checker *checker)
{
    if (checker->step->phase != ZDM_PHASE_CONTRACT || checker->gate_seen ||
        checker->step->kind == ZDM_STEP_GATE || checker->gate_demanded)
        return;
    checker->gate_demanded = true;
    zdm_err_hint(zdm_checker_fail(checker, checker->step->at, ZDM_ERR_PLAN,
                     "contract step \"%s\" has no gate before it", checker->step->id),
        "put a gate before contract, such as gate \"old code is gone\" { approval \"...\" }");
}

int
zdm_plan_check(const struct zdm_plan *plan, struct zdm_plan_report *report)
{
    struct zdm_sql_context *context = zdm_sql_context_new();
    int rc = zdm_plan_check_in(plan, context, NULL, report);

    zdm_sql_context_free(context);
    return rc;
}

/* A run makes it before the first step, and the functions of sync {} are made in it. */
static void
expect_own_schema(struct zdm_sql_context *context)
{
    struct zdm_catalog *catalog = zdm_sql_context_catalog(context);

    if (!catalog->complete || zdm_catalog_schema(catalog, "zdm"))
        return;
    struct zdm_schema *schema = zdm_catalog_add_schema(catalog, "zdm");
    schema->judged = schema->may_use = schema->may_create = schema->may_drop = true;
}

int
zdm_plan_check_in(const struct zdm_plan *plan, struct zdm_sql_context *context, const bool *done,
    struct zdm_plan_report *report)
{
    struct zdm_sql_context *past = zdm_sql_context_new();
    struct zdm_checker checker = {.plan = plan, .report = report};

    expect_own_schema(context);
    report->n_undos = plan->n_steps;
    report->undos = zdm_alloc((plan->n_steps + 1) * sizeof *report->undos);
    for (size_t i = 0; i < plan->n_steps; i++) {
        checker.step = &plan->steps[i];
        checker.index = i;
        checker.context = done && done[i] ? past : context;
        demand_gate(&checker);
        switch (checker.step->kind) {
        case ZDM_STEP_SQL:
            zdm_check_sql_step(&checker);
            continue;
        case ZDM_STEP_BACKFILL:
            zdm_check_backfill_step(&checker);
            zdm_foresee_table(&checker, context);
            break;
        case ZDM_STEP_GATE:
            check_gate(&checker);
            zdm_check_undo(&checker);
            break;
        case ZDM_STEP_HOOK:
        case ZDM_STEP_COMMAND:
            zdm_check_undo(&checker);
            break;
        }
        /* Time passes and rows move: what the steps before made is in use from here on. */
        zdm_sql_context_settle(checker.context);
    }
    zdm_foresee_not_null(&checker, context);
    zdm_sql_context_free(past);
    return report->errors.count ? -1 : 0;
}

static enum zdm_run_mode
mode_of(const struct zdm_plan_statement *statements, size_t n, size_t step)
{
    for (size_t i = 0; i < n; i++)
        if (statements[i].step == step && statements[i].st.transaction == ZDM_TX_FORBIDDEN)
            return ZDM_RUN_ALONE;
    return ZDM_RUN_TRANSACTION;
}

enum zdm_run_mode
zdm_plan_run_mode(const struct zdm_plan_report *report, size_t step)
{
    return mode_of(report->statements, report->n_statements, step);
}

enum zdm_run_mode
zdm_plan_undo_mode(const struct zdm_plan_report *report, size_t step)
{
    return mode_of(report->undo_statements, report->n_undo_statements, step);
}
