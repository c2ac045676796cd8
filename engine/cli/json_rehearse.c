/*
 * json_rehearse.c - zdm rehearse --format json (docs/reference/schemas/rehearse.schema.json).
 */
#include "cli/json.h"
#include "cli/render_rehearse.h"

static void
put(json_t *object, const char *key, json_t *value)
{
    json_object_set_new(object, key, value);
}

/* What clients saw; null when none asked anything meanwhile. */
static json_t *
seen_json(const struct zdm_latency *seen)
{
    if (!seen->count)
        return json_null();
    json_t *object = json_object();
    put(object, "queries", json_integer(seen->count));
    put(object, "p50_ms", json_real((double)zdm_latency_at(seen, 500) / 1000));
    put(object, "p99_ms", json_real((double)zdm_latency_at(seen, 990) / 1000));
    put(object, "longest_ms", json_real((double)seen->longest_us / 1000));
    return object;
}

static json_t *
locks_json(const struct zdm_rehearse_step *step)
{
    json_t *list = json_array();

    for (size_t i = 0; i < step->n_locks; i++) {
        const struct zdm_rehearse_lock *lock = &step->locks[i];
        json_t *object = json_object();
        put(object, "relation", zdm_json_text(lock->relation));
        put(object, "observed", zdm_json_text(zdm_rehearse_lock_name(lock->strength)));
        put(object, "predicted", zdm_json_text(zdm_rehearse_lock_name(lock->predicted)));
        put(object, "held_ms",
            lock->strength ? json_real((double)lock->held_us / 1000) : json_null());
        json_array_append_new(list, object);
    }
    return list;
}

static json_t *
work_json(const struct zdm_rehearse_step *step)
{
    json_t *list = json_array();

    for (size_t i = 0; i < step->n_work; i++) {
        json_t *object = json_object();
        put(object, "kind", zdm_json_text(zdm_rehearse_work_name(step->work[i].kind)));
        put(object, "relation", zdm_json_text(step->work[i].relation));
        put(object, "observed", json_boolean(step->work[i].observed));
        put(object, "predicted", json_boolean(step->work[i].predicted));
        json_array_append_new(list, object);
    }
    return list;
}

static const char *
version_name(int side)
{
    return side < 0 ? NULL : side == ZDM_COMPAT_OLD ? "old" : "new";
}

static json_t *
step_json(const struct zdm_rehearse_step *step)
{
    json_t *object = json_object(), *surprises = json_array();
    struct zdm_buf words = ZDM_BUF_INIT;

    put(object, "step", zdm_json_text(step->step->id));
    put(object, "phase", zdm_json_text(zdm_phase_name(step->step->phase)));
    put(object, "kind", zdm_json_text(zdm_step_kind_name(step->step->kind)));
    put(object, "ran", json_boolean(step->ran));
    put(object, "ms", step->ran ? json_integer(step->ms) : json_null());
    json_t *versions = json_array();
    for (int side = 0; side < ZDM_COMPAT_SIDES; side++)
        if (step->with[side])
            json_array_append_new(versions, zdm_json_text(version_name(side)));
    put(object, "versions", versions);
    put(object, "clients", seen_json(&step->seen));
    put(object, "faults", json_integer(step->faults));
    put(object, "locks", locks_json(step));
    put(object, "work", work_json(step));
    for (size_t n = 0; zdm_rehearse_surprise(step, n, &words); n++) {
        json_array_append_new(surprises, zdm_json_text(words.s));
        zdm_buf_clear(&words);
    }
    zdm_buf_release(&words);
    put(object, "surprises", surprises);
    put(object, "opened", zdm_json_text(step->opened));
    return object;
}

static json_t *
trouble_json(const struct zdm_rehearse_trouble *trouble)
{
    json_t *object = json_object();

    put(object, "kind", zdm_json_text(zdm_rehearse_trouble_name(trouble->kind)));
    put(object, "round", zdm_json_text(trouble->round));
    put(object, "step", zdm_json_text(trouble->step ? trouble->step->id : NULL));
    put(object, "version", zdm_json_text(version_name(trouble->side)));
    put(object, "query",
        trouble->side < 0 ? json_null() : json_integer((json_int_t)trouble->query + 1));
    put(object, "sql", zdm_json_text(trouble->sql));
    put(object, "sqlstate", zdm_json_text(*trouble->sqlstate ? trouble->sqlstate : NULL));
    put(object, "message", zdm_json_text(trouble->message));
    put(object, "detail", zdm_json_text(trouble->detail));
    put(object, "count", json_integer(trouble->count));
    return object;
}

json_t *
zdm_json_rehearsal(const struct zdm_rehearse_view *view)
{
    const struct zdm_rehearsal *found = view->found;
    json_t *object = json_object(), *steps = json_array(), *rounds = json_array();
    json_t *troubles = json_array();

    for (size_t i = 0; i < found->n_steps; i++)
        json_array_append_new(steps, step_json(&found->steps[i]));
    for (size_t i = 0; i < found->n_rounds; i++) {
        json_t *round = json_object();
        put(round, "round", zdm_json_text(found->rounds[i].name));
        put(round, "ms", json_integer(found->rounds[i].ms));
        put(round, "kills", json_integer(found->rounds[i].kills));
        put(round, "clients", seen_json(&found->rounds[i].seen));
        json_array_append_new(rounds, round);
    }
    for (size_t i = 0; i < found->n_troubles; i++)
        json_array_append_new(troubles, trouble_json(&found->troubles[i]));
    put(object, "plan", zdm_json_text(view->plan->name));
    put(object, "file", zdm_json_text(view->plan->file));
    put(object, "ok", json_boolean(found->n_troubles == 0));
    put(object, "seed", json_integer((json_int_t)view->seed));
    put(object, "again", zdm_json_text(view->again));
    put(object, "server_version", json_integer(found->server));
    put(object, "rows", json_integer(found->rows));
    put(object, "old_queries", json_integer((json_int_t)view->load->n[ZDM_COMPAT_OLD]));
    put(object, "new_queries", json_integer((json_int_t)view->load->n[ZDM_COMPAT_NEW]));
    put(object, "compared", json_integer((json_int_t)found->n_compared));
    put(object, "steps", steps);
    put(object, "rounds", rounds);
    put(object, "troubles", troubles);
    return object;
}
