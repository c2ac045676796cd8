#include "run/status.h"

#include <stdlib.h>
#include <string.h>

#include "base/embedded.h"
#include "batch/quarantine.h"
#include "pg/conn.h"
#include "run/claim.h"

extern const struct zdm_embedded zdm_run_sql[];

const char *
zdm_step_state_name(enum zdm_step_state state)
{
    static const char *const names[] = {
        "done", "running", "waiting", "ready", "pending", "undone", "changed"};
    return names[state];
}

/* A gate of which nothing is known but what a run saw last. */
static int
look_back(struct zdm_conn *conn, const struct zdm_plan *plan, const struct zdm_step *step,
    struct zdm_step_status *out, struct zdm_err *err)
{
    struct zdm_gate_rows rows = {.count = 0};

    if (zdm_gate_rows_read(conn, plan->name, step->id, &rows, err) < 0)
        return -1;
    out->gate.open = true;
    out->gate.checks = zdm_alloc((step->u.gate.n_checks + 1) * sizeof *out->gate.checks);
    for (size_t i = 0; i < step->u.gate.n_checks; i++) {
        const struct zdm_gate_row *row = zdm_gate_row(&rows, step->u.gate.checks[i].id);
        if (!row)
            continue;
        out->gate.checks[out->gate.n_checks++] = (struct zdm_check_result){
            .check = &step->u.gate.checks[i],
            .open = row->open,
            .seen = zdm_strdup(row->seen),
            .ready_in_ms = -1,
            .since_ms = row->since_ms,
            .age_ms = row->age_ms,
        };
        out->gate.open = out->gate.open && row->open;
    }
    zdm_gate_rows_release(&rows);
    return 0;
}

static int
look_at_gate(struct zdm_conn *conn, const struct zdm_plan *plan, size_t index,
    const struct zdm_journal_rows *rows, struct zdm_step_status *out, struct zdm_err *err)
{
    struct zdm_gate_rows before = {.count = 0};
    char *runner = NULL;
    int rc = -1;
    if (zdm_gate_rows_read(conn, plan->name, plan->steps[index].id, &before, err) == 0 &&
        zdm_journal_runner(conn, plan->name, &runner, err) == 0)
        rc = zdm_gate_look(
            &(struct zdm_gate_question){
                .conn = conn,
                .plan = plan,
                .index = index,
                .how = ZDM_GATE_SHOW,
                .rows = rows,
                .before = &before,
                .runner = runner,
            },
            &out->gate, err);
    free(runner);
    zdm_gate_rows_release(&before);
    return rc;
}

/* The first step that is not done: what a run would take up now. */
static int
look_at_next(struct zdm_conn *conn, const struct zdm_plan *plan, size_t index,
    const struct zdm_journal_rows *rows, bool by_name, int64_t quarantined,
    struct zdm_step_status *out, struct zdm_err *err)
{
    const struct zdm_step *step = &plan->steps[index];

    out->state = ZDM_STATE_READY;
    if (step->phase == ZDM_PHASE_CONTRACT && quarantined > 0)
        out->state = ZDM_STATE_WAITING;
    if (step->kind != ZDM_STEP_GATE || !conn)
        return 0;
    if ((by_name ? look_back(conn, plan, step, out, err)
                 : look_at_gate(conn, plan, index, rows, out, err)) < 0)
        return -1;
    if (!out->gate.open)
        out->state = ZDM_STATE_WAITING;
    return 0;
}

/* Of a step that is done. */
static int
look_at_kept(struct zdm_conn *conn, const struct zdm_step *step, struct zdm_step_status *st,
    struct zdm_err *err)
{
    const char *kept = step->kind == ZDM_STEP_SQL ? step->u.sql.kept : NULL;
    struct zdm_result *r = NULL;

    if (!kept || st->state != ZDM_STATE_DONE)
        return 0;
    if (ZDM_QUERY(conn, zdm_embedded_text(zdm_run_sql, "sql/kept_bytes.sql"), &r, err, kept) < 0)
        return -1;
    if (zdm_result_rows(r) > 0)
        st->kept_bytes = zdm_result_i64(r, 0, 0);
    zdm_result_free(r);
    return 0;
}

static int
read_steps(struct zdm_conn *conn, const struct zdm_plan *plan, const struct zdm_journal_rows *rows,
    bool by_name, struct zdm_plan_status *out, struct zdm_err *err)
{
    bool reached = true; /* every step before is done */
    bool quarantine = false;
    if (conn && zdm_quarantine_exists(conn, &quarantine, err) < 0)
        return -1;
    for (size_t i = 0; i < plan->n_steps; i++) {
        const struct zdm_step *step = &plan->steps[i];
        struct zdm_step_status *st = &out->steps[i];
        const struct zdm_journal_row *row = zdm_journal_find(rows, step->id, "");
        bool same = by_name || zdm_state_same(row, step);
        st->state = ZDM_STATE_PENDING;
        if (row) {
            st->at_ms = row->at_ms;
            st->who = zdm_strdup(row->who);
            st->detail = zdm_strdup(row->detail);
        }
        if (conn && step->kind == ZDM_STEP_BACKFILL) {
            struct zdm_cursors cursors = {.count = 0};
            if (zdm_cursors_read(conn, plan->name, step->id, &cursors, err) < 0)
                return -1;
            zdm_cursors_sum(&cursors, &st->cursor);
            zdm_cursors_release(&cursors);
        }
        if (quarantine && step->kind == ZDM_STEP_BACKFILL &&
            zdm_quarantine_count(conn, plan->name, step->id, &st->quarantined, err) < 0)
            return -1;
        out->quarantined += st->quarantined;
        if (row && strcmp(row->state, "done") == 0) {
            st->state = same ? ZDM_STATE_DONE : ZDM_STATE_CHANGED;
            out->n_done++;
            if (look_at_kept(conn, step, st, err) < 0)
                return -1;
            continue;
        }
        const struct zdm_journal_row *undone =
            step->kind == ZDM_STEP_GATE ? NULL : zdm_journal_find_undone(rows, step->id);
        if (row || st->cursor.exists) {
            st->state = ZDM_STATE_RUNNING;
        } else if (undone) {
            st->state = ZDM_STATE_UNDONE;
            st->at_ms = undone->at_ms;
            st->who = zdm_strdup(undone->who);
        } else if (reached &&
                   look_at_next(conn, plan, i, rows, by_name, out->quarantined, st, err) < 0)
            return -1;
        reached = false;
    }
    return 0;
}

static const char *
plan_state(const struct zdm_plan *plan, const struct zdm_plan_status *out,
    const struct zdm_journal_rows *rows)
{
    bool begun = rows->count > 0, taken_back = !begun && rows->n_undone > 0;

    if (out->problem.code != ZDM_OK)
        return "mismatch";
    if (out->n_done == (int64_t)plan->n_steps)
        return "done";
    if (out->control.paused_by)
        return "paused";
    if (taken_back && !out->holder)
        return "rolled back";
    if (out->holder)
        return "running";
    for (size_t i = 0; i < plan->n_steps; i++) {
        if (out->steps[i].state == ZDM_STATE_WAITING)
            return "waiting";
        begun = begun || out->steps[i].state == ZDM_STATE_RUNNING;
    }
    return begun ? "stopped" : "new";
}

int
zdm_status_meet(struct zdm_conn *conn, const struct zdm_plan *plan,
    const struct zdm_plan_report *report, struct zdm_plan_status *status, struct zdm_err *err)
{
    bool over = status->n_done == (int64_t)plan->n_steps;

    return over ? 0 : zdm_claim_meet(conn, plan, report, &status->meets, err);
}

int
zdm_status_look(struct zdm_conn *conn, bool exists, const struct zdm_plan *plan,
    const struct zdm_plan_report *report, bool by_name, struct zdm_plan_status *out,
    struct zdm_err *err)
{
    struct zdm_journal_rows rows = {0};
    struct zdm_plan_status status = {.steps = zdm_alloc((plan->n_steps + 1) * sizeof(*out->steps))};
    int rc = -1;
    zdm_control_init(&status.control);
    status.where = zdm_strdup(zdm_conn_where(conn));
    if (exists && (zdm_journal_read(conn, plan->name, &rows, err) < 0 ||
                      zdm_journal_holder(conn, plan->name, &status.holder, err) < 0 ||
                      zdm_control_read(conn, plan->name, &status.control, err) < 0))
        goto out;
    if (!by_name)
        zdm_state_check(plan, &rows, &status.problem);
    if (read_steps(exists ? conn : NULL, plan, &rows, by_name, &status, err) < 0)
        goto out;
    status.state = zdm_strdup(plan_state(plan, &status, &rows));
    if (exists && report && zdm_status_meet(conn, plan, report, &status, err) < 0)
        goto out;
    *out = status;
    rc = 0;
out:
    if (rc < 0)
        zdm_status_release(&status, plan->n_steps);
    zdm_journal_rows_release(&rows);
    return rc;
}

int
zdm_status_read(const char *conninfo, const struct zdm_plan *plan,
    const struct zdm_plan_report *report, struct zdm_plan_status *out, struct zdm_err *err)
{
    struct zdm_conn *conn = NULL;
    bool exists;
    int rc = -1;
    if (zdm_conn_open(conninfo, "zdm/status", &conn, err) == 0 &&
        zdm_journal_exists(conn, &exists, err) == 0)
        rc = zdm_status_look(conn, exists, plan, report, false, out, err);
    zdm_conn_close(conn);
    return rc;
}

void
zdm_status_release(struct zdm_plan_status *status, size_t n_steps)
{
    for (size_t i = 0; status->steps && i < n_steps; i++) {
        free(status->steps[i].who);
        free(status->steps[i].detail);
        zdm_cursor_release(&status->steps[i].cursor);
        zdm_gate_result_release(&status->steps[i].gate);
    }
    free(status->steps);
    free(status->where);
    free(status->state);
    free(status->holder);
    zdm_control_release(&status->control);
    zdm_journal_meetings_release(&status->meets);
    zdm_err_release(&status->problem);
    memset(status, 0, sizeof(*status));
}

static const char *
known_state(const struct zdm_known_plan *known, const struct zdm_journal_plan *plan, bool paused)
{
    if (known->holder)
        return paused ? "paused" : "running";
    if (plan->steps == 0)
        return NULL;
    if (!plan->next)
        return "done";
    if (paused)
        return "paused";
    if (plan->waits || strcmp(plan->kind, "gate") == 0)
        return "waiting";
    return known->done > 0 ? "stopped" : "new";
}

static int
look_at_known(struct zdm_conn *conn, struct zdm_journal_plan *plan, struct zdm_known_plan *known,
    struct zdm_err *err)
{
    struct zdm_journal_rows rows = {0};
    struct zdm_control control;

    zdm_control_init(&control);
    known->at_ms = plan->at_ms;
    int rc = -1;
    if (zdm_journal_read(conn, plan->name, &rows, err) < 0 ||
        zdm_journal_holder(conn, plan->name, &known->holder, err) < 0 ||
        zdm_control_read(conn, plan->name, &control, err) < 0)
        goto out;
    for (size_t k = 0; k < rows.count; k++) {
        known->done += strcmp(rows.items[k].state, "done") == 0;
        if (rows.items[k].at_ms > known->at_ms)
            known->at_ms = rows.items[k].at_ms;
    }
    known->steps = plan->steps;
    known->state = known_state(known, plan, control.paused_by != NULL);
    known->name = plan->name;
    known->fingerprint = plan->fingerprint;
    known->runner = plan->runner;
    known->step = plan->next;
    known->phase = plan->phase;
    known->kind = plan->kind;
    known->waits = plan->waits;
    *plan = (struct zdm_journal_plan){.name = NULL};
    rc = 0;
out:
    zdm_journal_rows_release(&rows);
    zdm_control_release(&control);
    return rc;
}

int
zdm_known_plans(
    const char *conninfo, char **where, struct zdm_known_plan **out, size_t *n, struct zdm_err *err)
{
    struct zdm_conn *conn = NULL;
    struct zdm_journal_plan *plans = NULL;
    struct zdm_known_plan *known = NULL;
    size_t n_plans = 0;
    bool exists;
    int rc = -1;
    if (zdm_conn_open(conninfo, "zdm/status", &conn, err) < 0 ||
        zdm_journal_exists(conn, &exists, err) < 0 ||
        (exists && zdm_journal_plans(conn, &plans, &n_plans, err) < 0))
        goto out;
    known = zdm_alloc((n_plans + 1) * sizeof(*known));
    for (size_t i = 0; i < n_plans; i++)
        if (look_at_known(conn, &plans[i], &known[i], err) < 0)
            goto out;
    *where = zdm_strdup(zdm_conn_where(conn));
    *out = known;
    *n = n_plans;
    known = NULL;
    rc = 0;
out:
    if (known)
        zdm_known_plans_free(known, n_plans);
    zdm_journal_plans_free(plans, n_plans);
    zdm_conn_close(conn);
    return rc;
}

void
zdm_known_plans_free(struct zdm_known_plan *plans, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(plans[i].name);
        free(plans[i].fingerprint);
        free(plans[i].runner);
        free(plans[i].holder);
        free(plans[i].step);
        free(plans[i].phase);
        free(plans[i].kind);
        free(plans[i].waits);
    }
    free(plans);
}
