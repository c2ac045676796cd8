/* Where a plan stands whose file is not there: what the target knows of it. */
#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"
#include "base/mem.h"
#include "base/text.h"
#include "pg/conn.h"
#include "run/status.h"

extern const struct zdm_embedded zdm_run_sql[];

static int
no_steps(const char *name, struct zdm_err *err)
{
    zdm_fail(err, ZDM_ERR_USAGE, "the steps of plan \"%s\" are not known", name);
    zdm_err_detail(err, "it was run last by another version of zdm, which did not write them down, "
                        "or not as this one does");
    return zdm_err_hint(err, "give the plan's file instead of its name");
}

/* The rows of status_steps.sql; ids, phases and kinds are all there is of the steps. */
static int
take_steps(struct zdm_plan *plan, const struct zdm_result *r, struct zdm_err *err)
{
    size_t n = (size_t)zdm_result_rows(r);

    snprintf(plan->fingerprint, sizeof plan->fingerprint, "%s", zdm_result_get(r, 0, 0));
    plan->steps = zdm_arena_alloc(plan->arena, n * sizeof *plan->steps);
    for (; plan->n_steps < n; plan->n_steps++) {
        struct zdm_step *step = &plan->steps[plan->n_steps];
        int row = (int)plan->n_steps;
        const char *id = zdm_result_get(r, row, 1), *phase = zdm_result_get(r, row, 2),
                   *kind = zdm_result_get(r, row, 3);
        *step = (struct zdm_step){.id = zdm_arena_strdup(plan->arena, id)};
        if (!id || !phase || !kind || !zdm_phase_of_name(phase, &step->phase) ||
            !zdm_step_kind_of_name(kind, &step->kind))
            return no_steps(plan->name, err);
    }
    return 0;
}

static int
no_plan(struct zdm_conn *conn, bool exists, const char *name, struct zdm_err *err)
{
    struct zdm_journal_plan *plans = NULL;
    size_t n = 0;

    if (exists && zdm_journal_plans(conn, &plans, &n, err) < 0)
        return -1;
    const char **names = zdm_alloc((n + 1) * sizeof *names);
    for (size_t i = 0; i < n; i++)
        names[i] = plans[i].name;
    const char *nearest = zdm_nearest(name, names, n);
    zdm_fail(err, ZDM_ERR_USAGE,
        "%s knows no plan \"%s\", and there is no file of that name, nor "
        "plans/%s.lua",
        zdm_conn_where(conn), name, name);
    if (nearest)
        zdm_err_hint(err, "did you mean \"%s\"?", nearest);
    else
        zdm_err_hint(err, "zdm status without a plan lists those that were run there");
    free(names);
    zdm_journal_plans_free(plans, n);
    return -1;
}

/* The checks that a run has looked at: their ids. */
static int
take_checks(
    struct zdm_conn *conn, struct zdm_plan *plan, struct zdm_step *step, struct zdm_err *err)
{
    struct zdm_gate_rows rows = {.count = 0};

    if (step->kind != ZDM_STEP_GATE)
        return 0;
    if (zdm_gate_rows_read(conn, plan->name, step->id, &rows, err) < 0)
        return -1;
    struct zdm_check *checks = zdm_arena_alloc(plan->arena, (rows.count + 1) * sizeof *checks);
    for (size_t i = 0; i < rows.count; i++)
        checks[i] = (struct zdm_check){
            .kind = ZDM_CHECK_KINDS, .id = zdm_arena_strdup(plan->arena, rows.items[i].check)};
    step->u.gate.checks = checks;
    step->u.gate.n_checks = rows.count;
    zdm_gate_rows_release(&rows);
    return 0;
}

static int
read_plan(struct zdm_conn *conn, bool exists, const char *name, struct zdm_plan **out,
    struct zdm_err *err)
{
    struct zdm_plan *plan = zdm_plan_new();
    struct zdm_result *r = NULL;
    int rc = 0;

    plan->name = zdm_arena_strdup(plan->arena, name);
    if (exists)
        rc = ZDM_QUERY(conn, zdm_embedded_text(zdm_run_sql, "sql/status_steps.sql"), &r, err, name);
    if (rc == 0)
        rc = r && zdm_result_rows(r) > 0 ? take_steps(plan, r, err)
                                         : no_plan(conn, exists, name, err);
    for (size_t i = 0; rc == 0 && i < plan->n_steps; i++)
        rc = take_checks(conn, plan, &plan->steps[i], err);
    zdm_result_free(r);
    if (rc < 0)
        zdm_plan_free(plan);
    else
        *out = plan;
    return rc;
}

int
zdm_status_by_name(const char *conninfo, const char *name, struct zdm_plan **plan,
    struct zdm_plan_status *out, struct zdm_err *err)
{
    struct zdm_conn *conn = NULL;
    bool exists;
    int rc = -1;

    *plan = NULL;
    if (zdm_conn_open(conninfo, "zdm/status", &conn, err) < 0) {
        zdm_err_wrap(err,
            "there is no plan file \"%s\", nor plans/%s.lua, so the database is asked", name, name);
        goto out;
    }
    if (zdm_journal_exists(conn, &exists, err) == 0 &&
        read_plan(conn, exists, name, plan, err) == 0)
        rc = zdm_status_look(conn, exists, *plan, NULL, true, out, err);
    if (rc < 0) {
        zdm_plan_free(*plan);
        *plan = NULL;
    }
out:
    zdm_conn_close(conn);
    return rc;
}
