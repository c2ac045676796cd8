#include "plan/plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static const char *const phases[] = {"expand", "backfill", "gate", "contract"};
static const char *const step_kinds[] = {"sql", "backfill", "gate", "hook", "command"};

static bool
place_of(const char *name, const char *const *names, size_t n, size_t *out)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0) {
            *out = i;
            return true;
        }
    return false;
}

const char *
zdm_phase_name(enum zdm_phase phase)
{
    return phases[phase];
}

bool
zdm_phase_of_name(const char *name, enum zdm_phase *out)
{
    size_t place;

    if (!place_of(name, phases, sizeof phases / sizeof *phases, &place))
        return false;
    *out = (enum zdm_phase)place;
    return true;
}

const char *
zdm_step_kind_name(enum zdm_step_kind kind)
{
    return step_kinds[kind];
}

bool
zdm_step_kind_of_name(const char *name, enum zdm_step_kind *out)
{
    size_t place;

    if (!place_of(name, step_kinds, sizeof step_kinds / sizeof *step_kinds, &place))
        return false;
    *out = (enum zdm_step_kind)place;
    return true;
}

const char *
zdm_check_kind_name(enum zdm_check_kind kind)
{
    static const char *const names[] = {
        [ZDM_CHECK_SOAK] = "soak",
        [ZDM_CHECK_APPROVAL] = "approval",
        [ZDM_CHECK_SQL] = "sql",
        [ZDM_CHECK_COMMAND] = "command",
        [ZDM_CHECK_NOT_BEFORE] = "not_before",
        [ZDM_CHECK_WINDOW] = "window",
        [ZDM_CHECK_NO_CLIENTS] = "no_clients",
        [ZDM_CHECK_NO_LONG_TRANSACTIONS] = "no_long_transactions",
        [ZDM_CHECK_REPLICA_LAG] = "replica_lag",
        [ZDM_CHECK_CONSISTENT] = "consistent",
        [ZDM_CHECK_HTTP] = "http",
        [ZDM_CHECK_FLAG] = "flag",
        [ZDM_CHECK_UNUSED] = "unused",
        [ZDM_CHECK_QUARANTINE_EMPTY] = "quarantine_empty",
        [ZDM_CHECK_FUNCTION] = "check",
        [ZDM_CHECK_KINDS] = NULL,
    };
    return names[kind];
}

const char *
zdm_check_option(const struct zdm_check *check, const char *name)
{
    for (size_t i = 0; i < check->n_options; i++)
        if (strcmp(check->options[i].name, name) == 0)
            return check->options[i].value;
    return NULL;
}

int64_t
zdm_check_number(const struct zdm_check *check, const char *name)
{
    const char *value = zdm_check_option(check, name);

    if (!value)
        zdm_die("a check lacks an option");
    return strtoll(value, NULL, 10);
}

struct zdm_place
zdm_sql_place(const struct zdm_sql_text *sql, size_t offset)
{
    struct zdm_place place = sql->at;
    int line, column;

    if (!sql->exact || !sql->text) {
        place.column = 0;
        return place;
    }
    zdm_line_column(sql->text, offset, &line, &column);
    place.column = line == 1 ? place.column + column - 1 : column;
    place.line += line - 1;
    return place;
}

const char *
zdm_on_blocked_name(enum zdm_on_blocked what)
{
    static const char *const names[] = {"wait", "cancel", "terminate"};
    return names[what];
}

const struct zdm_lock_rules zdm_lock_rules_default = {
    .budget_ms = 2000,
    .patience_ms = 10 * 60 * 1000,
    .tries = 100,
    .statement_ms = 5000,
    .old_ms = 10 * 1000,
    .wait_old_ms = 10 * 60 * 1000,
    .on_blocked = ZDM_BLOCKED_WAIT,
    .blocked_age_ms = 60 * 1000,
};

struct zdm_plan *
zdm_plan_new(void)
{
    struct zdm_arena *arena = zdm_arena_new();
    struct zdm_plan *plan = zdm_arena_alloc(arena, sizeof *plan);

    plan->arena = arena;
    plan->api = 1;
    plan->locks = zdm_lock_rules_default;
    return plan;
}

void
zdm_plan_free(struct zdm_plan *plan)
{
    if (plan)
        zdm_arena_free(plan->arena);
}

const struct zdm_step *
zdm_plan_step(const struct zdm_plan *plan, const char *id)
{
    for (size_t i = 0; i < plan->n_steps; i++)
        if (strcmp(plan->steps[i].id, id) == 0)
            return &plan->steps[i];
    return NULL;
}

int
zdm_plan_must_have(const struct zdm_plan *plan, const char *id, struct zdm_err *err)
{
    if (zdm_plan_step(plan, id))
        return 0;
    const char **ids = zdm_alloc((plan->n_steps + 1) * sizeof *ids);
    for (size_t i = 0; i < plan->n_steps; i++)
        ids[i] = plan->steps[i].id;
    const char *near = zdm_nearest(id, ids, plan->n_steps);
    zdm_fail(err, ZDM_ERR_USAGE, "plan \"%s\" has no step \"%s\"", plan->name, id);
    if (near)
        zdm_err_hint(err, "did you mean \"%s\"?", near);
    else
        zdm_err_hint(err, "zdm plan %s lists its steps", plan->file);
    free(ids);
    return -1;
}
