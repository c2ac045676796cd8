#include "plan/canon.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"

/* jansson answers NULL for bytes that are no UTF-8 (an argument of a command may be such): those are
 * kept as an object, so that no two texts look alike. */
static json_t *
text(const char *s)
{
    json_t *string = json_string(s);
    struct zdm_buf hex = ZDM_BUF_INIT;

    if (string)
        return string;
    for (; *s; s++)
        zdm_buf_addf(&hex, "%02x", (unsigned char)*s);
    json_t *bytes = json_pack("{s:s}", "bytes", hex.s);
    zdm_buf_release(&hex);
    return bytes;
}

/* Takes value. What was not given is left out: a field that zdm learns later does not change the
 * fingerprints of the plans there are. */
static void
put(json_t *object, const char *key, json_t *value)
{
    if (!value || json_object_set_new(object, key, value) < 0)
        zdm_die("out of memory");
}

static void
put_text(json_t *object, const char *key, const char *s)
{
    if (s)
        put(object, key, text(s));
}

static void
put_texts(json_t *object, const char *key, const char *const *items, size_t n)
{
    json_t *array = json_array();

    for (size_t i = 0; i < n; i++)
        if (json_array_append_new(array, text(items[i])) < 0)
            zdm_die("out of memory");
    put(object, key, array);
}

static int
by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The same in an order that does not depend on how they were written. */
static void
put_sorted(json_t *object, const char *key, const char *const *items, size_t n)
{
    const char **sorted = zdm_alloc((n + 1) * sizeof *sorted);

    memcpy(sorted, items, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_text);
    put_texts(object, key, sorted, n);
    free(sorted);
}

static void
put_allow(json_t *object, const struct zdm_allow *allow)
{
    if (allow->n_rules > 0)
        put_sorted(object, "allow", allow->rules, allow->n_rules);
}

static void
put_sql(json_t *object, const struct zdm_step_sql *sql)
{
    put_text(object, "sql", sql->up.text);
    put_text(object, "undo", sql->undo.text);
    put_text(object, "probe", sql->probe.text);
    put_allow(object, &sql->allow);
    if (sql->n_requires) {
        json_t *requires = json_array();
        for (size_t i = 0; i < sql->n_requires; i++)
            if (json_array_append_new(requires, text(sql->requires[i].sql.text)) < 0)
                zdm_die("out of memory");
        put(object, "require", requires);
    }
}

static void
put_backfill(json_t *object, const struct zdm_step_backfill *backfill)
{
    json_t *set = json_object();

    for (size_t i = 0; i < backfill->n_set; i++)
        put_text(set, backfill->set[i].column, backfill->set[i].expr.text);
    if (backfill->into) {
        json_t *copy = json_object();
        put_text(copy, "into", backfill->into);
        put_text(copy, "on_conflict", backfill->on_conflict);
        put(copy, "columns", set);
        put(object, "copy", copy);
    } else if (backfill->map) {
        json_t *map = json_object();
        put_text(map, "source", backfill->map_source);
        put_sorted(map, "read", backfill->read, backfill->n_read);
        put_sorted(map, "write", backfill->write, backfill->n_write);
        put(object, "map", map);
        json_decref(set);
    } else if (backfill->erase) {
        put(object, "delete", json_true());
        json_decref(set);
    } else {
        put(object, "set", set);
    }
    put_text(object, "table", backfill->table);
    put_text(object, "where", backfill->where.text);
    if (backfill->where_becomes_false)
        put(object, "where_becomes_false", json_true());
    /* One column stays a text: as in the fingerprints of plans from before there were several. */
    if (backfill->n_key == 1)
        put_text(object, "key", backfill->key[0]);
    else if (backfill->n_key > 1)
        put_texts(object, "key", backfill->key, backfill->n_key);
    put_text(object, "undo", backfill->undo.text);
    put_allow(object, &backfill->allow);
}

/* A number other than the default; the plans there were before it keep their fingerprints. */
static void
put_unless(json_t *object, const char *key, int64_t value, int64_t otherwise)
{
    if (value != otherwise)
        put(object, key, json_integer(value));
}

/* How a step gets its locks is no part of what it does either: the rest of it, as far as it differs. */
static void
put_locks(
    json_t *object, const struct zdm_lock_rules *rules, const struct zdm_lock_rules *otherwise)
{
    const char *application = rules->blocked_application, *usual = otherwise->blocked_application;

    put_unless(object, "lock_tries", rules->tries, otherwise->tries);
    put_unless(object, "statement_timeout_ms", rules->statement_ms, otherwise->statement_ms);
    put_unless(object, "old_transaction_ms", rules->old_ms, otherwise->old_ms);
    put_unless(object, "wait_for_old_transactions_ms", rules->wait_old_ms, otherwise->wait_old_ms);
    if (rules->on_blocked != otherwise->on_blocked)
        put_text(object, "on_blocked", zdm_on_blocked_name(rules->on_blocked));
    put_unless(object, "on_blocked_age_ms", rules->blocked_age_ms, otherwise->blocked_age_ms);
    if (application && (!usual || strcmp(application, usual) != 0))
        put_text(object, "on_blocked_application", application);
}

static void
put_throttle(json_t *pace, const struct zdm_step_throttle *throttle)
{
    json_t *object = json_object();

    put_unless(object, "lag_bytes", throttle->lag_bytes, INT64_C(64) << 20);
    if (throttle->n_replicas)
        put_texts(object, "replicas", throttle->replicas, throttle->n_replicas);
    put_unless(object, "slot_bytes", throttle->slot_bytes, INT64_C(1) << 30);
    put_unless(object, "archive_segments", throttle->archive_segments, 42);
    put_unless(object, "blocked_ms", throttle->blocked_ms, 100);
    put_unless(object, "canary_times", throttle->canary_times, 3);
    put_unless(object, "dead_percent", throttle->dead_percent, 200);
    put_unless(object, "checkpoints_a_minute", throttle->checkpoints_a_minute, 6);
    put_unless(object, "load", throttle->load, true);
    put_text(object, "sql", throttle->sql.text);
    put_text(object, "url", throttle->url);
    put_text(object, "file", throttle->file);
    put_text(object, "check", throttle->source);
    if (json_object_size(object) > 0)
        put(pace, "throttle", object);
    else
        json_decref(object);
}

/* How fast, which may change while a backfill is under way: part of the plan, not of what the step
 * does. */
static void
put_pace(json_t *object, const struct zdm_step_backfill *backfill)
{
    json_t *pace = json_object();

    put(pace, "target_ms", json_integer(backfill->target_ms));
    put(pace, "batch_min", json_integer(backfill->batch_min));
    put(pace, "batch_max", json_integer(backfill->batch_max));
    put(pace, "lock_timeout_ms", json_integer(backfill->lock_timeout_ms));
    put(pace, "pause_ms", json_integer(backfill->pause_ms));
    put(pace, "max_lag_ms", json_integer(backfill->max_lag_ms));
    put_unless(pace, "workers", backfill->workers, 1);
    put_unless(pace, "stripes", backfill->stripes, 8);
    put_text(pace, "synchronous_commit", backfill->synchronous_commit);
    put_unless(pace, "wal_rate", backfill->wal_rate, 0);
    put_unless(pace, "max_throttled_ms", backfill->max_throttled_ms, 3600000);
    put_unless(pace, "max_quarantine", backfill->max_quarantine, 0);
    if (backfill->quarantine_values)
        put(pace, "quarantine_values", json_true());
    if (!backfill->vacuum)
        put(pace, "vacuum", json_false());
    if (!backfill->verify)
        put(pace, "verify", json_false());
    put_throttle(pace, &backfill->throttle);
    put(object, "pace", pace);
}

static void
put_gate(json_t *object, const struct zdm_step_gate *gate)
{
    json_t *checks = json_array();

    for (size_t i = 0; i < gate->n_checks; i++) {
        const struct zdm_check *check = &gate->checks[i];
        json_t *one = json_object();
        put_text(one, "kind", zdm_check_kind_name(check->kind));
        put_text(one, "id", check->id);
        if (check->kind == ZDM_CHECK_SOAK)
            put(one, "soak_ms", json_integer(check->soak_ms));
        put_text(one, "sql", check->sql.text);
        for (size_t j = 0; j < check->n_options; j++)
            put_text(one, check->options[j].name, check->options[j].value);
        if (check->n_argv > 0)
            put_texts(one, "argv", check->argv, check->n_argv);
        if (check->n_names > 0)
            put_texts(one, "names", check->names, check->n_names);
        if (check->n_roles > 0)
            put_texts(one, "ignore_roles", check->roles, check->n_roles);
        if (check->n_functions > 0)
            put_texts(one, "ignore_functions", check->functions, check->n_functions);
        if (check->n_aliases > 0)
            put_texts(one, "ignore_aliases", check->aliases, check->n_aliases);
        if (check->n_replicas > 0)
            put_texts(one, "replicas", check->replicas, check->n_replicas);
        put_text(one, "run", check->source);
        if (json_array_append_new(checks, one) < 0)
            zdm_die("out of memory");
    }
    put(object, "checks", checks);
}

static void
put_hook(json_t *object, const struct zdm_step_hook *hook)
{
    put_text(object, "source", hook->source);
    put(object, "run", json_boolean(hook->run));
    put(object, "probe", json_boolean(hook->probe));
    put(object, "undo", json_boolean(hook->undo));
    put(object, "transaction", json_boolean(hook->transaction));
}

static void
put_command(json_t *object, const struct zdm_step_command *command)
{
    put_texts(object, "argv", command->argv, command->n_argv);
    if (command->n_probe)
        put_texts(object, "probe", command->probe, command->n_probe);
    if (command->n_undo)
        put_texts(object, "undo", command->undo, command->n_undo);
    put(object, "idempotent", json_boolean(command->idempotent));
    put(object, "timeout_ms", json_integer(command->timeout_ms));
}

static json_t *
step_json(const struct zdm_step *step)
{
    json_t *object = json_object();

    put_text(object, "id", step->id);
    put_text(object, "phase", zdm_phase_name(step->phase));
    put_text(object, "kind", zdm_step_kind_name(step->kind));
    switch (step->kind) {
    case ZDM_STEP_SQL:
        put_sql(object, &step->u.sql);
        break;
    case ZDM_STEP_BACKFILL:
        put_backfill(object, &step->u.backfill);
        break;
    case ZDM_STEP_GATE:
        put_gate(object, &step->u.gate);
        break;
    case ZDM_STEP_HOOK:
        put_hook(object, &step->u.hook);
        break;
    case ZDM_STEP_COMMAND:
        put_command(object, &step->u.command);
        break;
    }
    return object;
}

static const char *
dump(struct zdm_arena *arena, const json_t *json, char fingerprint[65])
{
    char *bytes = json_dumps(json, JSON_SORT_KEYS | JSON_COMPACT);

    if (!bytes)
        zdm_die("out of memory");
    const char *copy = zdm_arena_strdup(arena, bytes);
    zdm_sha256_hex(bytes, strlen(bytes), fingerprint);
    free(bytes);
    return copy;
}

void
zdm_plan_canonicalise(struct zdm_plan *plan)
{
    json_t *object = json_object(), *steps = json_array();

    for (size_t i = 0; i < plan->n_steps; i++) {
        struct zdm_step *step = &plan->steps[i];
        json_t *json = step_json(step);
        step->definition = dump(plan->arena, json, step->fingerprint);
        if (step->kind == ZDM_STEP_BACKFILL)
            put_pace(json, &step->u.backfill);
        put_unless(json, "lock_budget_ms", step->locks.budget_ms, plan->locks.budget_ms);
        put_unless(json, "lock_patience_ms", step->locks.patience_ms, plan->locks.patience_ms);
        put_locks(json, &step->locks, &plan->locks);
        if (json_array_append_new(steps, json) < 0)
            zdm_die("out of memory");
    }
    put(object, "api", json_integer(plan->api));
    put_text(object, "name", plan->name);
    put(object, "lock_budget_ms", json_integer(plan->locks.budget_ms));
    put(object, "lock_patience_ms", json_integer(plan->locks.patience_ms));
    put_locks(object, &plan->locks, &zdm_lock_rules_default);
    if (plan->n_after)
        put_sorted(object, "after", plan->after, plan->n_after);
    if (plan->n_alongside)
        put_sorted(object, "alongside", plan->alongside, plan->n_alongside);
    put(object, "steps", steps);
    plan->canonical = dump(plan->arena, object, plan->fingerprint);
    json_decref(object);
}
