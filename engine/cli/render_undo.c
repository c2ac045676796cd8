#include "cli/render_undo.h"

#include "cli/json.h"
#include "cli/json_statement.h"
#include "cli/layout.h"
#include "cli/render_fact.h"
#include "cli/render_plan.h"

void
zdm_add_undo_fact(struct zdm_buf *out, const struct zdm_plan_undo *undo)
{
    struct zdm_buf text = ZDM_BUF_INIT;

    switch (undo->source) {
    case ZDM_UNDO_NONE:
        zdm_buf_addf(&text, "none: %s", undo->why);
        zdm_add_fact_of(out, ZDM_YELLOW, "undo", &text);
        return;
    case ZDM_UNDO_NOTHING:
        zdm_buf_addf(&text, "nothing to take back: %s", undo->why);
        zdm_add_fact_of(out, ZDM_DIM, "undo", &text);
        return;
    case ZDM_UNDO_AUTHOR:
    case ZDM_UNDO_DERIVED:
        break;
    }
    if (!undo->sql.text) {
        zdm_add_fact(out, ZDM_DIM, "undo", undo->why ? undo->why : "a function of the plan");
        if (undo->back)
            zdm_add_fact(out, ZDM_DIM, "", "(derived by zdm)");
        return;
    }
    zdm_add_sql_fact(out, "undo", &undo->sql);
    if (undo->source == ZDM_UNDO_DERIVED)
        zdm_add_fact(out, ZDM_DIM, "",
            undo->recall ? "(derived by zdm; what it puts back is asked for when the step runs)"
                         : "(derived by zdm)");
    if (undo->why)
        zdm_add_fact(out, ZDM_YELLOW, "", undo->why);
}

/* "ACCESS EXCLUSIVE on public.t" that lasts as long as the work of the statement; NULL: none does. */
static const struct zdm_lock *
lasting(const struct zdm_statement *st)
{
    for (size_t i = 0; i < st->n_locks; i++)
        if (st->locks[i].mode >= ZDM_LOCK_SHARE &&
            (st->locks[i].held == ZDM_HELD_SCAN || st->locks[i].held == ZDM_HELD_REWRITE ||
                st->locks[i].held == ZDM_HELD_BUILD))
            return &st->locks[i];
    return NULL;
}

void
zdm_add_undo_work_fact(struct zdm_buf *out, const struct zdm_plan_report *report, size_t index)
{
    if (report->undos[index].before || report->undos[index].why) /* proven before; said already */
        return;
    for (size_t i = 0; i < report->n_undo_statements; i++) {
        const struct zdm_plan_statement *ps = &report->undo_statements[i];
        const struct zdm_lock *lock = ps->step == index ? lasting(&ps->st) : NULL;
        struct zdm_buf text = ZDM_BUF_INIT;
        if (!lock)
            continue;
        zdm_buf_addf(&text, "its %s holds %s on %s %s", ps->st.kind, zdm_lock_mode_name(lock->mode),
            lock->relation, zdm_held_words(lock->held));
        zdm_add_fact_of(out, ZDM_YELLOW, "", &text);
        zdm_buf_release(&text);
    }
}

json_t *
zdm_json_undo(const struct zdm_plan_undo *undo)
{
    json_t *object = json_object();

    json_object_set_new(object, "source", json_string(zdm_undo_source_name(undo->source)));
    json_object_set_new(object, "sql", zdm_json_text(undo->sql.text));
    json_object_set_new(object, "why", zdm_json_text(undo->why));
    json_object_set_new(object, "with", zdm_json_text(undo->with ? undo->with->id : NULL));
    return object;
}

static void
add_losses(struct zdm_buf *out, const struct zdm_rollback_view *view, size_t index)
{
    for (size_t i = 0; i < view->n_losses; i++)
        if (view->losses[i].index == index)
            zdm_add_fact(out, ZDM_RED, "loses", view->losses[i].words);
}

/* What the undo's statements lock, as far as it is more than nothing. */
static void
add_locks(struct zdm_buf *out, const struct zdm_plan_report *report, size_t index)
{
    for (size_t i = 0; i < report->n_undo_statements; i++) {
        const struct zdm_plan_statement *ps = &report->undo_statements[i];
        struct zdm_buf text = ZDM_BUF_INIT;
        if (ps->step != index)
            continue;
        for (size_t k = 0; k < ps->st.n_locks; k++)
            zdm_buf_addf(&text, "%s%s on %s", k ? "; " : "",
                zdm_lock_mode_name(ps->st.locks[k].mode), ps->st.locks[k].relation);
        if (text.len)
            zdm_add_fact(out, ZDM_DIM, "locks", text.s);
        zdm_buf_release(&text);
    }
}

void
zdm_render_rollback(struct zdm_buf *out, const struct zdm_plan *plan,
    const struct zdm_plan_report *report, const struct zdm_rollback_view *view)
{
    zdm_buf_addf(out, ZDM_BOLD "%s" ZDM_PLAIN " on %s", plan->name, view->where);
    if (view->n_steps == 0) {
        zdm_buf_add(out, ": nothing to take back\n");
        return;
    }
    zdm_buf_addf(out, ": %zu step%s to take back, in this order\n", view->n_steps,
        view->n_steps == 1 ? "" : "s");
    for (size_t i = 0; i < view->n_steps; i++) {
        const struct zdm_rollback_step *undone = &view->steps[i];
        const struct zdm_step *step = &plan->steps[undone->index];
        const struct zdm_plan_undo *undo = &report->undos[undone->index];
        zdm_buf_addf(out, "\n%3zu  ", i + 1);
        zdm_add_padded(out, zdm_phase_name(step->phase), 10);
        zdm_buf_addf(out, ZDM_BOLD "%s" ZDM_PLAIN "%s\n", step->id,
            undone->begun ? " (begun, not done)" : "");
        if (undone->stays || undone->reason) {
            struct zdm_buf text = ZDM_BUF_INIT;
            zdm_buf_addf(&text, "none: %s%s", undone->stays ? undo->why : undone->reason,
                undone->stays ? ", which stays" : "");
            zdm_add_fact_of(out, ZDM_YELLOW, "undo", &text);
        } else if (undone->recalled) {
            zdm_add_sql_fact(
                out, "undo", &(struct zdm_sql_text){.text = undone->recalled, .at = step->at});
            zdm_add_fact(out, ZDM_DIM, "", "(derived by zdm when the step ran)");
        } else if (undo->recall) {
            zdm_add_fact(out, ZDM_DIM, "undo", "nothing to take back: it changed nothing");
        } else {
            zdm_add_undo_fact(out, undo);
        }
        add_locks(out, report, undone->index);
        if (undone->with_next)
            zdm_add_fact(out, ZDM_DIM, "with", "the next one, in one transaction");
        add_losses(out, view, undone->index);
        if (undone->lacks)
            zdm_add_fact(out, ZDM_YELLOW, "lacks", undone->lacks);
    }
}

json_t *
zdm_json_rollback(const struct zdm_plan *plan, const struct zdm_plan_report *report,
    const struct zdm_rollback_view *view, const struct zdm_errlist *errors)
{
    json_t *object = json_object(), *steps = json_array();

    for (size_t i = 0; i < view->n_steps; i++) {
        const struct zdm_rollback_step *undone = &view->steps[i];
        const struct zdm_step *step = &plan->steps[undone->index];
        json_t *one = json_object(), *statements = json_array(), *losses = json_array();
        for (size_t k = 0; k < report->n_undo_statements; k++)
            if (report->undo_statements[k].step == undone->index)
                json_array_append_new(statements, zdm_json_statement(&report->undo_statements[k].st,
                                                      report->undo_statements[k].at));
        for (size_t k = 0; k < view->n_losses; k++)
            if (view->losses[k].index == undone->index)
                json_array_append_new(losses, zdm_json_text(view->losses[k].words));
        json_object_set_new(one, "id", zdm_json_text(step->id));
        json_object_set_new(one, "phase", json_string(zdm_phase_name(step->phase)));
        json_object_set_new(one, "kind", json_string(zdm_step_kind_name(step->kind)));
        json_object_set_new(one, "begun", json_boolean(undone->begun));
        json_object_set_new(one, "action", json_string(zdm_undo_action_name(undone->action)));
        json_t *undo = zdm_json_undo(&report->undos[undone->index]);
        if (undone->recalled)
            json_object_set_new(undo, "sql", zdm_json_text(undone->recalled));
        if (undone->reason)
            json_object_set_new(undo, "why", zdm_json_text(undone->reason));
        json_object_set_new(one, "with_next", json_boolean(undone->with_next));
        json_object_set_new(one, "rollback", undo);
        json_object_set_new(one, "statements", statements);
        json_object_set_new(one, "loses", losses);
        json_object_set_new(one, "lacks", zdm_json_text(undone->lacks));
        json_array_append_new(steps, one);
    }
    json_object_set_new(object, "plan", zdm_json_text(plan->name));
    json_object_set_new(object, "target", zdm_json_text(view->where));
    json_object_set_new(object, "steps", steps);
    json_object_set_new(object, "errors", zdm_json_errors(errors));
    return object;
}
