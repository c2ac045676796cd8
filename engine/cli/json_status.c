#include <stdlib.h>

#include "cli/json.h"
#include "cli/render_status.h"

/* The journal's detail is JSON; what is not is shown as text. */
static json_t *
detail_of(const char *text)
{
    json_t *value = text ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;

    return value ? value : zdm_json_text(text);
}

static json_t *
step_of(const struct zdm_step *step, const struct zdm_step_status *st)
{
    json_t *object = json_object();

    json_object_set_new(object, "id", zdm_json_text(step->id));
    json_object_set_new(object, "phase", json_string(zdm_phase_name(step->phase)));
    json_object_set_new(object, "kind", json_string(zdm_step_kind_name(step->kind)));
    json_object_set_new(object, "state", json_string(zdm_step_state_name(st->state)));
    json_object_set_new(object, "at", zdm_json_time(st->at_ms));
    json_object_set_new(object, "who", zdm_json_text(st->who));
    json_object_set_new(object, "detail", detail_of(st->detail));
    json_object_set_new(
        object, "backfill", st->cursor.exists ? zdm_json_cursor(&st->cursor) : json_null());
    json_object_set_new(object, "quarantined", json_integer(st->quarantined));
    json_object_set_new(object, "kept",
        st->kept_bytes == 0 ? json_null()
                            : json_pack("{s:s,s:I}", "table", step->u.sql.kept, "bytes",
                                  (json_int_t)st->kept_bytes));
    json_object_set_new(object, "gate", st->gate.n_checks ? zdm_json_gate(&st->gate) : json_null());
    return object;
}

json_t *
zdm_json_meets(const struct zdm_journal_meetings *meets)
{
    json_t *array = json_array();

    for (size_t i = 0; i < meets->count; i++) {
        const struct zdm_journal_meeting *other = &meets->items[i];
        char *words = zdm_meeting_words(other);
        json_array_append_new(
            array, json_pack("{s:o, s:o, s:b, s:o}", "plan", zdm_json_text(other->plan), "holder",
                       zdm_json_text(other->holder), "refused", *other->shared != '\0', "words",
                       zdm_json_text(words)));
        free(words);
    }
    return array;
}

json_t *
zdm_json_status(const struct zdm_plan *plan, const struct zdm_plan_status *status)
{
    json_t *object = json_object(), *steps = json_array();

    for (size_t i = 0; i < plan->n_steps; i++)
        json_array_append_new(steps, step_of(&plan->steps[i], &status->steps[i]));
    json_object_set_new(object, "plan", zdm_json_text(plan->name));
    json_object_set_new(object, "file", zdm_json_text(plan->file));
    json_object_set_new(object, "fingerprint", zdm_json_text(plan->fingerprint));
    json_object_set_new(object, "target", zdm_json_text(status->where));
    json_object_set_new(object, "state", zdm_json_text(status->state));
    json_object_set_new(object, "holder", zdm_json_text(status->holder));
    json_object_set_new(object, "paused", zdm_json_paused(&status->control));
    json_object_set_new(object, "tuned", zdm_json_tuned(&status->control));
    json_object_set_new(object, "done", json_integer(status->n_done));
    json_object_set_new(object, "quarantined", json_integer(status->quarantined));
    json_object_set_new(object, "meets", zdm_json_meets(&status->meets));
    json_object_set_new(object, "steps", steps);
    json_object_set_new(object, "problem",
        status->problem.code == ZDM_OK ? json_null() : zdm_json_error(&status->problem));
    return object;
}

json_t *
zdm_json_known_plans(const char *where, const struct zdm_known_plan *plans, size_t n)
{
    json_t *object = json_object(), *array = json_array();

    for (size_t i = 0; i < n; i++) {
        json_t *plan = json_object();
        json_object_set_new(plan, "plan", zdm_json_text(plans[i].name));
        json_object_set_new(plan, "fingerprint", zdm_json_text(plans[i].fingerprint));
        json_object_set_new(plan, "state", zdm_json_text(plans[i].state));
        json_object_set_new(plan, "done", json_integer(plans[i].done));
        json_object_set_new(
            plan, "steps", plans[i].steps ? json_integer(plans[i].steps) : json_null());
        json_object_set_new(plan, "step", zdm_json_text(plans[i].step));
        json_object_set_new(plan, "phase", zdm_json_text(plans[i].phase));
        json_object_set_new(plan, "kind", zdm_json_text(plans[i].kind));
        json_object_set_new(plan, "waits_for", zdm_json_text(plans[i].waits));
        json_object_set_new(plan, "at", zdm_json_time(plans[i].at_ms));
        json_object_set_new(plan, "runner", zdm_json_text(plans[i].runner));
        json_object_set_new(plan, "holder", zdm_json_text(plans[i].holder));
        json_array_append_new(array, plan);
    }
    json_object_set_new(object, "target", zdm_json_text(where));
    json_object_set_new(object, "plans", array);
    return object;
}
