#include "cli/plan_facts.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "cli/render_fact.h"

bool
zdm_allows(const struct zdm_allow *allow, const char *rule)
{
    for (size_t i = 0; i < allow->n_rules; i++)
        if (strcmp(allow->rules[i], rule) == 0)
            return true;
    return false;
}

bool
zdm_is_momentary(const char *rule)
{
    static const char *const rules[] = {
        "old-transaction", "hot-table", "many-connections", "replica-lag"};

    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (strcmp(rule, rules[i]) == 0)
            return true;
    return false;
}

static void
take_locks(struct zdm_step_facts *step, const struct zdm_statement *st)
{
    for (size_t i = 0; i < st->n_locks; i++) {
        const struct zdm_lock *lock = &st->locks[i], *best = step->strongest;
        if (!best || lock->mode > best->mode ||
            (lock->mode == best->mode && lock->held > best->held))
            step->strongest = lock;
    }
    step->n_locks += st->n_locks;
}

/* How long one statement takes, added to the step's time. */
static void
take_time(struct zdm_step_facts *step, const struct zdm_statement *st)
{
    const struct zdm_workload *w = &st->workload;
    bool works = st->n_scans + st->n_rewrites + st->n_builds > 0;

    for (size_t i = 0; i < st->n_locks; i++)
        works |= st->locks[i].held != ZDM_HELD_BRIEF;
    if (step->time == ZDM_TIME_UNKNOWN ||
        (!works && !w->work && st->parsed && st->verdict != ZDM_VERDICT_UNKNOWN))
        return;
    if (!w->work) {
        step->time = ZDM_TIME_UNKNOWN;
        return;
    }
    step->time = ZDM_TIME_RANGE;
    step->least_ms += w->least_ms;
    step->most_ms += w->most_ms;
    if (w->disk_bytes > step->disk_bytes) {
        step->disk_bytes = w->disk_bytes;
        step->tablespace = w->tablespace;
    }
}

static void
take_statement(
    struct zdm_step_facts *step, const struct zdm_step_sql *sql, const struct zdm_statement *st)
{
    take_locks(step, st);
    take_time(step, st);
    step->scans |= st->n_scans > 0;
    step->rewrites |= st->n_rewrites > 0;
    step->builds |= st->n_builds > 0;
    step->breaks |= st->breaks_readers || st->breaks_writers;
    step->data_loss |= st->data_loss;
    if (st->verdict > step->verdict)
        step->verdict = st->verdict;
    if (st->evidence < step->evidence)
        step->evidence = st->evidence;
    for (size_t i = 0; i < st->n_findings; i++) {
        const struct zdm_finding *f = &st->findings[i];
        if (zdm_allows(&sql->allow, f->rule))
            step->n_allowed++;
        else if (f->severity >= ZDM_SEVERITY_WARNING)
            step->n_warnings++;
        step->n_momentary += f->severity >= ZDM_SEVERITY_WARNING && zdm_is_momentary(f->rule) &&
                             !zdm_allows(&sql->allow, f->rule);
    }
}

/* A backfill as it is predicted; what else runs code of the author's takes as long as it takes. */
static void
take_other(struct zdm_step_facts *facts, const struct zdm_step *step,
    const struct zdm_step_preview *preview)
{
    if (step->kind == ZDM_STEP_GATE)
        return;
    facts->time = ZDM_TIME_UNKNOWN;
    if (step->kind != ZDM_STEP_BACKFILL || !preview || !preview->looked || preview->seen.later ||
        preview->seen.problem.code != ZDM_OK)
        return;
    facts->time = ZDM_TIME_RANGE;
    facts->least_ms = facts->most_ms = preview->seen.prediction.ms;
}

static void
sum_up(struct zdm_plan_facts *out, const struct zdm_step_facts *step)
{
    out->n_warnings += step->n_warnings;
    out->n_momentary += step->n_momentary;
    out->n_allowed += step->n_allowed;
    out->n_loses += step->data_loss;
    out->n_unknown += step->time == ZDM_TIME_UNKNOWN;
    out->least_ms += step->least_ms;
    out->most_ms += step->most_ms;
    if (step->disk_bytes > out->disk_bytes) {
        out->disk_bytes = step->disk_bytes;
        out->tablespace = step->tablespace;
    }
}

void
zdm_plan_facts(const struct zdm_plan *plan, const struct zdm_plan_report *report,
    const struct zdm_plan_status *status, const struct zdm_previews *previews,
    struct zdm_plan_facts *out)
{
    *out = (struct zdm_plan_facts){
        .steps = zdm_alloc((plan->n_steps + 1) * sizeof *out->steps),
    };
    for (size_t i = 0; i < plan->n_steps; i++) {
        const struct zdm_step *step = &plan->steps[i];
        bool sql = step->kind == ZDM_STEP_SQL;
        out->steps[i] = (struct zdm_step_facts){
            .evidence = ZDM_EVIDENCE_TRACED,
            .time = sql ? ZDM_TIME_INSTANT : ZDM_TIME_NONE,
        };
        if (!sql)
            take_other(&out->steps[i], step, previews ? &previews->steps[i] : NULL);
    }
    for (size_t i = 0; i < report->n_statements; i++) {
        size_t step = report->statements[i].step;
        take_statement(&out->steps[step], &plan->steps[step].u.sql, &report->statements[i].st);
    }
    for (size_t i = 0; i < plan->n_steps; i++) {
        struct zdm_step_facts *step = &out->steps[i];
        if (previews)
            step->n_warnings += previews->steps[i].n_stops;
        bool done = status && status->steps[i].state == ZDM_STATE_DONE;
        if (done) {
            step->time = ZDM_TIME_NONE;
            step->least_ms = step->most_ms = step->disk_bytes = 0;
        } else if (plan->steps[i].kind == ZDM_STEP_SQL) {
            out->n_assumed += step->evidence == ZDM_EVIDENCE_ASSUMED;
        }
        sum_up(out, step);
    }
}

void
zdm_plan_facts_release(struct zdm_plan_facts *facts)
{
    free(facts->steps);
    facts->steps = NULL;
}

void
zdm_add_plan_work(struct zdm_buf *out, const struct zdm_plan_facts *facts)
{
    char size[32];

    if (facts->most_ms >= 1000) {
        zdm_add_time_range(out, facts->least_ms, facts->most_ms);
        zdm_buf_add(out, " of work when nothing holds it up");
        if (facts->n_unknown)
            zdm_buf_addf(out, ", without %zu step%s whose time is not known", facts->n_unknown,
                facts->n_unknown == 1 ? "" : "s");
    }
    if (facts->disk_bytes)
        zdm_buf_addf(out,
            "%sup to %s of new files at a time%s%s, where SQL cannot tell what is free",
            facts->most_ms >= 1000 ? "; " : "", zdm_show_bytes((double)facts->disk_bytes, size),
            facts->tablespace ? " in tablespace " : "", facts->tablespace ? facts->tablespace : "");
}
