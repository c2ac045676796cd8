#include <stdlib.h>
#include <string.h>

#include "cli/json.h"
#include "cli/render_status.h"
#include "cli/json_statement.h"
#include "cli/locking.h"
#include "cli/plan_facts.h"
#include "cli/render_plan.h"
#include "cli/render_undo.h"
#include "plan/sweep.h"

static json_t *
strings(const char *const *texts, size_t n)
{
    json_t *array = json_array();

    for (size_t i = 0; i < n; i++)
        json_array_append_new(array, zdm_json_text(texts[i]));
    return array;
}

static json_t *
allow_of(const struct zdm_allow *allow)
{
    json_t *object;

    if (allow->n_rules == 0)
        return json_null();
    object = json_object();
    json_object_set_new(object, "rules", strings(allow->rules, allow->n_rules));
    json_object_set_new(object, "because", zdm_json_text(allow->because));
    return object;
}

static void
add_sql(json_t *out, const struct zdm_step_sql *s, const struct zdm_plan_report *report,
    const struct zdm_previews *previews, size_t index)
{
    json_t *statements = json_array(), *requires = json_array(), *now = json_array();

    for (size_t i = 0; i < report->n_statements; i++) {
        const struct zdm_plan_statement *st = &report->statements[i];
        if (st->step == index)
            json_array_append_new(statements, zdm_json_statement(&st->st, st->at));
    }
    for (size_t i = 0; i < s->n_requires; i++)
        json_array_append_new(requires, zdm_json_text(s->requires[i].message));
    for (size_t i = 0; previews && i < previews->steps[index].n_stops; i++)
        json_array_append_new(now, zdm_json_text(previews->steps[index].stops[i]->message));
    json_object_set_new(out, "sql", zdm_json_text(s->up.text));
    json_object_set_new(out, "undo", zdm_json_text(s->undo.text));
    json_object_set_new(out, "probe", zdm_json_text(s->probe.text));
    json_object_set_new(out, "mode",
        json_string(zdm_plan_run_mode(report, index) == ZDM_RUN_ALONE ? "alone" : "transaction"));
    json_object_set_new(out, "allow", allow_of(&s->allow));
    json_object_set_new(out, "stops_if", requires);
    json_object_set_new(out, "stops_now", now);
    json_object_set_new(out, "statements", statements);
}

static json_t *
throttle_of(const struct zdm_step_throttle *t)
{
    json_t *object = json_object();

    json_object_set_new(object, "lag_bytes", json_integer(t->lag_bytes));
    json_t *replicas = t->n_replicas ? json_array() : json_null();
    for (size_t i = 0; i < t->n_replicas; i++)
        json_array_append_new(replicas, json_string(t->replicas[i]));
    json_object_set_new(object, "replicas", replicas);
    json_object_set_new(object, "slot_bytes", json_integer(t->slot_bytes));
    json_object_set_new(object, "archive", json_integer(t->archive_segments));
    json_object_set_new(object, "blocked_ms", json_integer(t->blocked_ms));
    json_object_set_new(object, "commit", json_integer(t->canary_times));
    json_object_set_new(object, "dead", json_integer(t->dead_percent));
    json_object_set_new(object, "checkpoints", json_integer(t->checkpoints_a_minute));
    json_object_set_new(object, "load", json_boolean(t->load));
    json_object_set_new(object, "sql", zdm_json_text(t->sql.text));
    json_object_set_new(object, "url", zdm_json_text(t->url));
    json_object_set_new(object, "file", zdm_json_text(t->file));
    json_object_set_new(object, "check", zdm_json_text(t->source));
    return object;
}

/* Of a map: columns, else null. */
static json_t *
columns_of(const struct zdm_step_backfill *b, const char *const *columns, size_t n)
{
    json_t *list = b->map ? json_array() : json_null();

    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, zdm_json_text(columns[i]));
    return list;
}

/* Who does rows that are written while it walks. */
static json_t *
behind_of(const struct zdm_plan *plan, const struct zdm_step *step,
    const struct zdm_step_preview *preview)
{
    const struct zdm_step *sync = zdm_plan_sync_of(plan, (size_t)(step - plan->steps));
    struct zdm_sweep_outlook outlook;
    json_t *object = json_object();

    zdm_sweep_outlook(&step->u.backfill, &outlook);
    json_object_set_new(object, "sync", zdm_json_text(sync ? sync->id : NULL));
    const char *why_not = outlook.why_not || !preview ? outlook.why_not : preview->seen.no_sweep;
    json_object_set_new(object, "sweep", json_boolean(!why_not));
    json_object_set_new(object, "no_sweep", zdm_json_text(why_not));
    char *twice = zdm_backfill_twice(&step->u.backfill);
    json_object_set_new(object, "twice", zdm_json_text(twice));
    free(twice);
    zdm_sweep_outlook_release(&outlook);
    return object;
}

static void
add_backfill(json_t *out, const struct zdm_plan *plan, const struct zdm_step *step,
    const struct zdm_step_preview *preview)
{
    const struct zdm_step_backfill *b = &step->u.backfill;
    json_t *object = json_object(), *set = json_object(),
           *key = b->n_key > 0 ? json_array() : json_null();

    for (size_t i = 0; i < b->n_key; i++)
        json_array_append_new(key, zdm_json_text(b->key[i]));
    for (size_t i = 0; i < b->n_set; i++)
        json_object_set_new(set, b->set[i].column, zdm_json_text(b->set[i].expr.text));
    json_object_set_new(object, "table", zdm_json_text(b->table));
    json_object_set_new(object, "set", set);
    json_object_set_new(object, "delete", json_boolean(b->erase));
    json_object_set_new(object, "into", zdm_json_text(b->into));
    json_object_set_new(object, "on_conflict", zdm_json_text(b->on_conflict));
    json_object_set_new(object, "map", zdm_json_text(b->map_source));
    json_object_set_new(object, "read", columns_of(b, b->read, b->n_read));
    json_object_set_new(object, "write", columns_of(b, b->write, b->n_write));
    json_object_set_new(object, "where", zdm_json_text(b->where.text));
    json_object_set_new(object, "where_becomes_false", json_boolean(b->where_becomes_false));
    json_object_set_new(object, "key", key);
    json_object_set_new(object, "target_ms", json_integer(b->target_ms));
    json_object_set_new(object, "batch_min", json_integer(b->batch_min));
    json_object_set_new(object, "batch_max", json_integer(b->batch_max));
    json_object_set_new(object, "lock_timeout_ms", json_integer(b->lock_timeout_ms));
    json_object_set_new(object, "workers", json_integer(b->workers));
    json_object_set_new(object, "stripes", json_integer(b->stripes));
    json_object_set_new(object, "synchronous_commit", zdm_json_text(b->synchronous_commit));
    json_object_set_new(object, "pause_ms", json_integer(b->pause_ms));
    json_object_set_new(object, "max_lag_ms", json_integer(b->max_lag_ms));
    json_object_set_new(object, "wal_rate", zdm_json_known(b->wal_rate ? b->wal_rate : -1));
    json_object_set_new(object, "max_throttled_ms", json_integer(b->max_throttled_ms));
    json_object_set_new(object, "max_quarantine", json_integer(b->max_quarantine));
    json_object_set_new(object, "quarantine_values", json_boolean(b->quarantine_values));
    json_object_set_new(object, "vacuum", json_boolean(b->vacuum));
    json_object_set_new(object, "verify", json_boolean(b->verify));
    json_object_set_new(object, "behind", behind_of(plan, step, preview));
    json_object_set_new(object, "throttle", throttle_of(&b->throttle));
    json_object_set_new(object, "allow", allow_of(&b->allow));
    json_object_set_new(out, "backfill", object);
}

/* seen NULL: nobody looked. */
static void
add_gate(json_t *out, const struct zdm_step_gate *gate, const struct zdm_gate_result *seen)
{
    json_t *object;

    if (seen && seen->n_checks) {
        object = zdm_json_gate(seen);
    } else {
        json_t *checks = json_array();
        for (size_t i = 0; i < gate->n_checks; i++) {
            const struct zdm_check *c = &gate->checks[i];
            json_t *check = json_object();
            json_object_set_new(check, "id", zdm_json_text(c->id));
            json_object_set_new(check, "kind", json_string(zdm_check_kind_name(c->kind)));
            if (c->kind == ZDM_CHECK_SOAK)
                json_object_set_new(check, "soak_ms", json_integer(c->soak_ms));
            if (zdm_check_option(c, "since"))
                json_object_set_new(check, "since", zdm_json_text(zdm_check_option(c, "since")));
            if (c->sql.text)
                json_object_set_new(check, "sql", zdm_json_text(c->sql.text));
            if (c->shown)
                json_object_set_new(check, "needs", zdm_json_text(c->shown));
            json_array_append_new(checks, check);
        }
        object = json_object();
        json_object_set_new(object, "checks", checks);
    }
    json_object_set_new(out, "gate", object);
}

static void
add_hook(json_t *out, const struct zdm_step_hook *hook)
{
    json_t *object = json_object();

    json_object_set_new(object, "transaction", json_boolean(hook->transaction));
    json_object_set_new(object, "probe", json_boolean(hook->probe != 0));
    json_object_set_new(object, "undo", json_boolean(hook->undo != 0));
    json_object_set_new(object, "source", zdm_json_text(hook->source));
    json_object_set_new(out, "hook", object);
}

static void
add_command(json_t *out, const struct zdm_step_command *command)
{
    json_t *object = json_object();

    json_object_set_new(object, "argv", strings(command->argv, command->n_argv));
    json_object_set_new(object, "probe",
        command->n_probe ? strings(command->probe, command->n_probe) : json_null());
    json_object_set_new(
        object, "undo", command->n_undo ? strings(command->undo, command->n_undo) : json_null());
    json_object_set_new(object, "idempotent", json_boolean(command->idempotent));
    json_object_set_new(object, "timeout_ms", json_integer(command->timeout_ms));
    json_object_set_new(out, "command", object);
}

static json_t *
step_of(const struct zdm_plan *plan, const struct zdm_plan_report *report,
    const struct zdm_plan_status *status, const struct zdm_previews *previews, size_t index)
{
    const struct zdm_step *step = &plan->steps[index];
    const struct zdm_step_status *seen = status ? &status->steps[index] : NULL;
    json_t *object = json_object();

    json_object_set_new(object, "id", zdm_json_text(step->id));
    json_object_set_new(object, "phase", json_string(zdm_phase_name(step->phase)));
    json_object_set_new(object, "kind", json_string(zdm_step_kind_name(step->kind)));
    json_object_set_new(object, "line", zdm_json_known(step->at.line ? step->at.line : -1));
    json_object_set_new(object, "why", zdm_json_text(step->why));
    json_object_set_new(object, "fingerprint", zdm_json_text(step->fingerprint));
    json_object_set_new(
        object, "state", zdm_json_text(seen ? zdm_step_state_name(seen->state) : NULL));
    json_object_set_new(object, "at", zdm_json_time(seen ? seen->at_ms : 0));
    json_object_set_new(object, "who", zdm_json_text(seen ? seen->who : NULL));
    json_object_set_new(
        object, "ran_ms", zdm_json_known(previews ? previews->steps[index].ran_ms : -1));
    json_object_set_new(object, "locking", zdm_json_locking(plan, report, index));
    json_object_set_new(object, "rollback", zdm_json_undo(&report->undos[index]));
    switch (step->kind) {
    case ZDM_STEP_SQL:
        add_sql(object, &step->u.sql, report, previews, index);
        break;
    case ZDM_STEP_BACKFILL:
        add_backfill(object, plan, step, previews ? &previews->steps[index] : NULL);
        json_object_set_new(
            object, "preview", previews ? zdm_json_preview(&previews->steps[index]) : json_null());
        break;
    case ZDM_STEP_GATE:
        add_gate(object, &step->u.gate, seen ? &seen->gate : NULL);
        break;
    case ZDM_STEP_HOOK:
        add_hook(object, &step->u.hook);
        break;
    case ZDM_STEP_COMMAND:
        add_command(object, &step->u.command);
        break;
    }
    return object;
}

static json_t *
summary_of(const struct zdm_plan *plan, const struct zdm_plan_report *report,
    const struct zdm_plan_status *status, const struct zdm_previews *previews)
{
    struct zdm_plan_facts facts;
    json_t *object = json_object(), *phases = json_object();
    const struct zdm_lock *strongest = zdm_plan_strongest(report);
    size_t unsafe = 0, unknown = 0;

    for (int phase = ZDM_PHASE_EXPAND; phase <= ZDM_PHASE_CONTRACT; phase++)
        json_object_set_new(phases, zdm_phase_name((enum zdm_phase)phase),
            json_integer((json_int_t)zdm_plan_count_phase(plan, (enum zdm_phase)phase)));
    for (size_t i = 0; i < report->n_statements; i++) {
        unsafe += report->statements[i].st.verdict == ZDM_VERDICT_UNSAFE;
        unknown += report->statements[i].st.verdict == ZDM_VERDICT_UNKNOWN;
    }
    json_object_set_new(object, "steps", json_integer((json_int_t)plan->n_steps));
    json_object_set_new(object, "phases", phases);
    json_object_set_new(object, "statements", json_integer((json_int_t)report->n_statements));
    json_object_set_new(object, "unsafe", json_integer((json_int_t)unsafe));
    json_object_set_new(object, "unknown", json_integer((json_int_t)unknown));
    json_object_set_new(object, "strongest_lock",
        strongest ? json_string(zdm_lock_mode_name(strongest->mode)) : json_null());
    zdm_plan_facts(plan, report, status, previews, &facts);
    json_object_set_new(object, "warnings", json_integer((json_int_t)facts.n_warnings));
    json_object_set_new(object, "allowed", json_integer((json_int_t)facts.n_allowed));
    json_object_set_new(object, "assumed", json_integer((json_int_t)facts.n_assumed));
    json_object_set_new(object, "least_ms", zdm_json_known(status ? facts.least_ms : -1));
    json_object_set_new(object, "most_ms", zdm_json_known(status ? facts.most_ms : -1));
    json_object_set_new(object, "unknown_times", json_integer((json_int_t)facts.n_unknown));
    json_object_set_new(object, "disk_bytes", zdm_json_known(status ? facts.disk_bytes : -1));
    json_object_set_new(object, "tablespace", zdm_json_text(facts.tablespace));
    zdm_plan_facts_release(&facts);
    return object;
}

json_t *
zdm_json_plan(const char *file, const struct zdm_plan *plan, const struct zdm_plan_report *report,
    const struct zdm_plan_status *status, const struct zdm_previews *previews,
    const struct zdm_errlist *errors)
{
    json_t *object = json_object(), *steps = json_array();

    for (size_t i = 0; plan && i < plan->n_steps; i++)
        json_array_append_new(steps, step_of(plan, report, status, previews, i));
    json_object_set_new(object, "plan", zdm_json_text(plan ? plan->name : NULL));
    json_object_set_new(object, "file", zdm_json_text(file));
    json_object_set_new(object, "why", zdm_json_text(plan ? plan->why : NULL));
    json_object_set_new(object, "ticket", zdm_json_text(plan ? plan->ticket : NULL));
    json_object_set_new(object, "fingerprint", zdm_json_text(plan ? plan->fingerprint : NULL));
    json_object_set_new(object, "target", zdm_json_text(status ? status->where : NULL));
    json_object_set_new(object, "state", zdm_json_text(status ? status->state : NULL));
    json_object_set_new(object, "meets", status ? zdm_json_meets(&status->meets) : json_array());
    json_object_set_new(object, "steps", steps);
    json_object_set_new(object, "errors", zdm_json_errors(errors));
    json_object_set_new(
        object, "summary", plan ? summary_of(plan, report, status, previews) : json_null());
    return object;
}
