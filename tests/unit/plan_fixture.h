/*
 * plan_fixture.h - plans for tests, built by hand.
 *
 * Every text stands in "plan.lua" at the line that is given; steps at line 10, 20, 30, ...
 */
#ifndef ZDM_TESTS_PLAN_FIXTURE_H
#define ZDM_TESTS_PLAN_FIXTURE_H

#include <string.h>

#include "plan/plan.h"

static inline struct zdm_sql_text
text_at(const char *text, int line, int column)
{
    return (struct zdm_sql_text){
        .text = text, .at = {.file = "plan.lua", .line = line, .column = column}, .exact = true};
}

static inline struct zdm_step *
add_step(struct zdm_plan *plan, enum zdm_phase phase, enum zdm_step_kind kind, const char *id)
{
    struct zdm_step *steps =
        zdm_arena_alloc(plan->arena, (plan->n_steps + 1) * sizeof *plan->steps);

    if (plan->n_steps)
        memcpy(steps, plan->steps, plan->n_steps * sizeof *steps);
    plan->steps = steps;
    struct zdm_step *step = &steps[plan->n_steps++];
    step->id = id;
    step->phase = phase;
    step->kind = kind;
    step->locks = plan->locks;
    step->at = (struct zdm_place){.file = "plan.lua", .line = (int)plan->n_steps * 10};
    return step;
}

/* The text begins at column 5 of the line after the step's. */
static inline struct zdm_step *
add_sql(struct zdm_plan *plan, enum zdm_phase phase, const char *id, const char *sql)
{
    struct zdm_step *step = add_step(plan, phase, ZDM_STEP_SQL, id);

    step->u.sql.up = text_at(sql, step->at.line + 1, 5);
    return step;
}

static inline struct zdm_step *
add_gate(struct zdm_plan *plan, const char *id, const char *sql)
{
    struct zdm_step *step = add_step(plan, ZDM_PHASE_GATE, ZDM_STEP_GATE, id);

    step->u.gate.n_checks = 1;
    step->u.gate.checks = zdm_arena_alloc(plan->arena, sizeof *step->u.gate.checks);
    step->u.gate.checks[0] = sql ? (struct zdm_check){.kind = ZDM_CHECK_SQL,
                                       .id = "condition",
                                       .sql = text_at(sql, step->at.line + 1, 5)}
                                 : (struct zdm_check){.kind = ZDM_CHECK_APPROVAL, .id = "ready"};
    return step;
}

static inline struct zdm_step *
add_backfill(struct zdm_plan *plan, const char *id, const char *table, const char *column,
    const char *expr, const char *where)
{
    struct zdm_step *step = add_step(plan, ZDM_PHASE_BACKFILL, ZDM_STEP_BACKFILL, id);
    struct zdm_step_backfill *backfill = &step->u.backfill;

    backfill->table = table;
    backfill->n_set = 1;
    backfill->set = zdm_arena_alloc(plan->arena, sizeof *backfill->set);
    backfill->set[0].column = column;
    backfill->set[0].expr = text_at(expr, step->at.line + 1, 5);
    if (where)
        backfill->where = text_at(where, step->at.line + 2, 5);
    backfill->target_ms = 25;
    backfill->batch_min = 50;
    backfill->batch_max = 50000;
    backfill->lock_timeout_ms = 50;
    backfill->workers = 1;
    backfill->stripes = 8;
    backfill->max_lag_ms = 5000;
    backfill->max_throttled_ms = 3600000;
    backfill->vacuum = backfill->verify = true;
    backfill->throttle = (struct zdm_step_throttle){
        .lag_bytes = 64 << 20,
        .slot_bytes = 1 << 30,
        .archive_segments = 42,
        .blocked_ms = 100,
        .canary_times = 3,
        .dead_percent = 200,
        .checkpoints_a_minute = 6,
        .load = true,
    };
    return step;
}

static inline void
allow(struct zdm_plan *plan, struct zdm_allow *list, const char *rule, const char *because)
{
    const char **rules = zdm_arena_alloc(plan->arena, (list->n_rules + 1) * sizeof *rules);

    if (list->n_rules)
        memcpy(rules, list->rules, list->n_rules * sizeof *rules);
    rules[list->n_rules++] = rule;
    list->rules = rules;
    list->because = because;
}

#endif
