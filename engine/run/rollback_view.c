#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/embedded.h"
#include "base/text.h"
#include "run/recall.h"
#include "run/rollback.h"
#include "run/rollback_loss.h"
#include "run/rollback_together.h"
#include "run/session.h"
#include "sql/reverse.h"

extern const struct zdm_embedded zdm_run_sql[];

/* The first step that goes; -1 with an error when there is no such step. */
static int
find_first(const struct zdm_plan *plan, const char *to, size_t *first, struct zdm_err *err)
{
    *first = 0;
    if (!to)
        return 0;
    if (zdm_plan_must_have(plan, to, err) < 0)
        return -1;
    *first = (size_t)(zdm_plan_step(plan, to) - plan->steps) + 1;
    return 0;
}

static bool
has_approval(const struct zdm_journal_rows *rows, const char *gate)
{
    for (size_t i = 0; i < rows->count; i++)
        if (rows->items[i].item[0] != '\0' && strcmp(rows->items[i].step, gate) == 0)
            return true;
    return false;
}

static struct zdm_rollback_step
judge(const struct zdm_plan *plan, const struct zdm_plan_report *report,
    const struct zdm_journal_rows *rows, size_t index, size_t first)
{
    const struct zdm_step *step = &plan->steps[index];
    const struct zdm_plan_undo *undo = &report->undos[index];
    const struct zdm_journal_row *row = zdm_journal_find(rows, step->id, "");
    enum zdm_seen seen = zdm_state_seen(row);
    struct zdm_rollback_step out = {.index = index, .why = undo->why};

    if (!row && step->kind == ZDM_STEP_GATE && has_approval(rows, step->id))
        seen = ZDM_SEEN_STARTED;
    out.begun = seen == ZDM_SEEN_STARTED || seen == ZDM_SEEN_UNDOING;
    out.action = zdm_next_undo(zdm_undo_class(plan, report, index), seen);
    /* Somebody said that it did nothing. */
    if (zdm_state_taken_back(row) &&
        (step->kind == ZDM_STEP_HOOK || step->kind == ZDM_STEP_COMMAND)) {
        out.action = ZDM_UNDO_FORGET;
        return out;
    }
    /* What zdm derives from the text of now is of another object than was begun. */
    if (out.begun && row && out.action != ZDM_UNDO_FORGET && undo->source == ZDM_UNDO_DERIVED &&
        !zdm_state_same(row, step)) {
        out.action = ZDM_UNDO_REFUSE;
        out.why = "it was begun with another text: put that back, or let zdm run finish it";
    }
    /* Its undo is no probe: what became of it only the step itself can settle. */
    if (out.begun && undo->recall && zdm_step_class(plan, report, index) == ZDM_CLASS_ALONE) {
        out.action = ZDM_UNDO_REFUSE;
        out.why = "it was begun outside a transaction and did not end: let zdm run end it first";
    }
    /* The values are still where they were. */
    if (undo->back && !zdm_journal_find(rows, undo->back->behind, "") &&
        !zdm_journal_find_undone(rows, undo->back->behind))
        out.action = zdm_next_undo(ZDM_UNDO_CLASS_NOTHING, seen);
    /* What it left goes with another step, which has to go too. */
    out.stays = undo->with && (size_t)(undo->with - plan->steps) < first;
    if (out.action == ZDM_UNDO_FORGET && out.stays)
        out.action = ZDM_UNDO_REFUSE;
    return out;
}

/* A derived undo says DROP INDEX i, which shall be the one on the step's table. */
static int
check_indexes(struct zdm_conn *conn, const struct zdm_plan *plan,
    const struct zdm_plan_report *report, struct zdm_rollback_step *undone, struct zdm_err *err)
{
    const struct zdm_step *step = &plan->steps[undone->index];
    const struct zdm_plan_undo *undo = &report->undos[undone->index];
    struct zdm_bare_indexes list;
    int rc = 0;

    if (step->kind != ZDM_STEP_SQL || undo->source != ZDM_UNDO_DERIVED || !undo->sql.text ||
        undone->action == ZDM_UNDO_REFUSE)
        return 0;
    zdm_sql_bare_indexes(step->u.sql.up.text, undo->sql.text, &list);
    for (size_t i = 0; rc == 0 && i < list.count; i++) {
        struct zdm_result *r = NULL;
        rc = ZDM_QUERY(conn, zdm_embedded_text(zdm_run_sql, "sql/index_on.sql"), &r, err,
            list.items[i].index, list.items[i].table);
        if (rc == 0 && zdm_result_bool(r, 0, 0)) {
            undone->action = ZDM_UNDO_REFUSE;
            undone->why = "its index has no schema in the plan, and the search_path finds another "
                          "relation by that name first: write an undo with the schema";
        }
        zdm_result_free(r);
    }
    zdm_bare_indexes_release(&list);
    return rc;
}

/* What the step kept of the catalog, and what speaks against its undo now. */
static int
look_back(struct zdm_conn *conn, const struct zdm_plan *plan, const struct zdm_plan_report *report,
    const struct zdm_journal_rows *rows, struct zdm_rollback_step *out, struct zdm_err *err)
{
    const struct zdm_step *step = &plan->steps[out->index];
    const struct zdm_step_back *back = report->undos[out->index].back;

    if (back && out->action == ZDM_UNDO_SETTLE)
        return zdm_recall_tell(conn, back->tells, &out->lacks, err);
    if (out->action != ZDM_UNDO_RUN)
        return 0;
    if (report->undos[out->index].recall) {
        const struct zdm_journal_row *row = zdm_journal_find(rows, step->id, "");
        if (!zdm_recall_read(row, &out->recalled, &out->lacks)) {
            out->action = ZDM_UNDO_REFUSE;
            out->why = "what was there before is not in the journal: it was run by hand, or by an "
                       "older zdm";
            return 0;
        }
        if (!out->recalled)
            out->action = ZDM_UNDO_FORGET;
    }
    const char *unless = report->undos[out->index].unless;
    if (zdm_recall_look(conn, step, &out->reason, err) < 0 ||
        (unless && out->action == ZDM_UNDO_RUN && !out->reason &&
            zdm_recall_tell(conn, unless, &out->reason, err) < 0))
        return -1;
    if (out->reason) {
        out->action = ZDM_UNDO_REFUSE;
        out->why = out->reason;
    }
    return 0;
}

int
zdm_rollback_view(struct zdm_conn *conn, const struct zdm_plan *plan,
    const struct zdm_plan_report *report, const struct zdm_journal_rows *rows, const char *to,
    struct zdm_rollback_view *out, struct zdm_err *err)
{
    struct zdm_rollback_view view = {.known = true};
    size_t first;

    if (find_first(plan, to, &first, err) < 0)
        return -1;
    view.where = zdm_strdup(zdm_conn_where(conn));
    view.steps = zdm_alloc((plan->n_steps + 1) * sizeof *view.steps);
    for (size_t i = plan->n_steps; i-- > first;) {
        struct zdm_rollback_step step = judge(plan, report, rows, i, first);
        if (step.action == ZDM_UNDO_SKIP)
            continue;
        int rc = check_indexes(conn, plan, report, &step, err);
        if (rc == 0)
            rc = look_back(conn, plan, report, rows, &step, err);
        view.steps[view.n_steps++] = step;
        if (rc < 0)
            goto failed;
    }
    zdm_rollback_join(plan, report, first, &view);
    if (zdm_rollback_losses(conn, plan, report, &view, err) == 0) {
        *out = view;
        return 0;
    }
failed:
    zdm_rollback_view_release(&view);
    return -1;
}

int
zdm_rollback_look(const char *conninfo, const struct zdm_plan *plan,
    const struct zdm_plan_report *report, const char *to, struct zdm_rollback_view *out,
    struct zdm_err *err)
{
    struct zdm_conn *conn = NULL;
    struct zdm_journal_rows rows = {.items = NULL};
    bool exists;
    size_t first;
    int rc = -1;

    if (find_first(plan, to, &first, err) < 0 ||
        zdm_conn_open(conninfo, "zdm/rollback", &conn, err) < 0 ||
        zdm_journal_exists(conn, &exists, err) < 0)
        goto out;
    if (!exists) {
        *out = (struct zdm_rollback_view){.where = zdm_strdup(zdm_conn_where(conn))};
        rc = 0;
        goto out;
    }
    if (zdm_journal_read(conn, plan->name, &rows, err) < 0 || zdm_state_check(plan, &rows, err) < 0)
        goto out;
    rc = zdm_rollback_view(conn, plan, report, &rows, to, out, err);
out:
    zdm_journal_rows_release(&rows);
    zdm_conn_close(conn);
    return rc;
}

void
zdm_rollback_view_release(struct zdm_rollback_view *view)
{
    for (size_t i = 0; i < view->n_losses; i++)
        free(view->losses[i].words);
    free(view->losses);
    for (size_t i = 0; i < view->n_steps; i++) {
        free(view->steps[i].reason);
        free(view->steps[i].recalled);
        free(view->steps[i].lacks);
    }
    free(view->steps);
    free(view->where);
    *view = (struct zdm_rollback_view){.where = NULL};
}

static int
refuse_steps(const struct zdm_rollback_view *view, const struct zdm_plan *plan, size_t n,
    struct zdm_err *err)
{
    struct zdm_buf list = ZDM_BUF_INIT;
    const struct zdm_step *first = NULL;
    bool without_undo = false;

    for (size_t i = 0; i < view->n_steps; i++) {
        const struct zdm_rollback_step *undone = &view->steps[i];
        const struct zdm_step *step = &plan->steps[undone->index];
        if (undone->action != ZDM_UNDO_REFUSE)
            continue;
        first = first ? first : step;
        without_undo = without_undo || !undone->reason;
        zdm_buf_addf(&list, "%s\"%s\" (line %d): %s%s", list.len ? "\n" : "", step->id,
            step->at.line, undone->why, undone->stays ? ", which stays" : "");
    }
    zdm_fail(err, ZDM_ERR_REFUSED, "%zu step%s cannot be taken back", n, n == 1 ? "" : "s");
    zdm_err_detail(err, "%s", list.s);
    zdm_err_hint(err, "nothing was changed; %s, or stop before: zdm rollback %s --to STEP",
        without_undo ? "give them an undo (undo = \"nothing\" when there is nothing to take back)"
                     : "take out of the way what is named there, and roll back again",
        plan->file);
    zdm_buf_release(&list);
    return zdm_err_at(err, first->at);
}

static int
refuse_losses(
    const struct zdm_rollback_view *view, const struct zdm_plan *plan, struct zdm_err *err)
{
    struct zdm_buf list = ZDM_BUF_INIT;

    for (size_t i = 0; i < view->n_losses; i++)
        zdm_buf_addf(&list, "%s%s", list.len ? "\n" : "", view->losses[i].words);
    zdm_fail(err, ZDM_ERR_REFUSED, "the rollback would lose data");
    zdm_err_detail(err, "what will not be there afterwards:\n%s", list.s);
    zdm_err_hint(
        err, "nothing was changed; save it first, or go on without it: --accept-data-loss");
    zdm_buf_release(&list);
    return zdm_err_at(err, plan->steps[view->losses[0].index].at);
}

int
zdm_rollback_may(const struct zdm_rollback_view *view, const struct zdm_plan *plan,
    bool accept_data_loss, struct zdm_err *err)
{
    size_t refused = 0;

    for (size_t i = 0; i < view->n_steps; i++)
        refused += view->steps[i].action == ZDM_UNDO_REFUSE;
    if (refused)
        return refuse_steps(view, plan, refused, err);
    if (view->n_losses && !accept_data_loss)
        return refuse_losses(view, plan, err);
    return 0;
}
