#include "cli/render_plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/layout.h"
#include "cli/locking.h"
#include "cli/plan_facts.h"
#include "cli/render_fact.h"
#include "cli/render_run.h"
#include "cli/render_status.h"

const struct zdm_lock *
zdm_plan_strongest(const struct zdm_plan_report *report)
{
    const struct zdm_lock *best = NULL;

    for (size_t i = 0; i < report->n_statements; i++) {
        const struct zdm_statement *st = &report->statements[i].st;
        for (size_t j = 0; j < st->n_locks; j++) {
            const struct zdm_lock *lock = &st->locks[j];
            if (!best || lock->mode > best->mode ||
                (lock->mode == best->mode && lock->held > best->held))
                best = lock;
        }
    }
    return best;
}

size_t
zdm_plan_count_phase(const struct zdm_plan *plan, enum zdm_phase phase)
{
    size_t n = 0;

    for (size_t i = 0; i < plan->n_steps; i++)
        n += plan->steps[i].phase == phase;
    return n;
}

static void
head_row(struct zdm_buf *out, const char *label, const char *text)
{
    zdm_buf_add(out, ZDM_DIM);
    zdm_add_padded(out, label, 13);
    zdm_buf_add(out, ZDM_PLAIN);
    zdm_add_wrapped(out, text, 13, ZDM_COLUMNS);
    zdm_buf_addc(out, '\n');
}

static void
header(struct zdm_buf *out, const struct zdm_plan *plan, const struct zdm_plan_status *status,
    const struct zdm_plan_facts *facts)
{
    struct zdm_buf text = ZDM_BUF_INIT;

    zdm_buf_addf(out, ZDM_BOLD "%s" ZDM_PLAIN "\n", plan->name);
    if (plan->why) {
        zdm_buf_add(out, "  ");
        zdm_add_wrapped(out, plan->why, 2, ZDM_COLUMNS);
        zdm_buf_addc(out, '\n');
    }
    zdm_buf_addc(out, '\n');
    if (plan->ticket)
        head_row(out, "ticket", plan->ticket);
    head_row(out, "file", plan->file);
    zdm_buf_addf(&text, "%.12s", plan->fingerprint);
    head_row(out, "fingerprint", text.s);
    zdm_buf_clear(&text);
    zdm_add_plan_locking(&text, &plan->locks);
    head_row(out, "locks", text.s);
    if (status) {
        head_row(out, "target", status->where);
        zdm_buf_clear(&text);
        zdm_buf_addf(&text, "%s, %lld of %zu steps done", status->state, (long long)status->n_done,
            plan->n_steps);
        if (status->holder)
            zdm_buf_addf(&text, "; run by %s", status->holder);
        head_row(out, "state", text.s);
        for (size_t i = 0; i < status->meets.count; i++) {
            char *words = zdm_meeting_words(&status->meets.items[i]);
            head_row(out, "meets", words);
            free(words);
        }
    }
    zdm_buf_clear(&text);
    if (!status)
        zdm_buf_add(&text, "the SQL alone; --db DSN judges by a database");
    else if (facts->n_assumed)
        zdm_buf_addf(&text, "the target's catalog; assumed in part for %zu step%s",
            facts->n_assumed, facts->n_assumed == 1 ? "" : "s");
    else
        zdm_buf_add(&text, "the target's catalog");
    head_row(out, "evidence", text.s);
    zdm_buf_release(&text);
}

static void
title(struct zdm_buf *out, const struct zdm_plan *plan, const struct zdm_plan_status *status,
    size_t index)
{
    const struct zdm_step *step = &plan->steps[index];
    struct zdm_buf left = ZDM_BUF_INIT, right = ZDM_BUF_INIT;

    zdm_buf_addf(&left, ZDM_BOLD "%3zu. %s" ZDM_PLAIN, index + 1, step->id);
    if (status)
        zdm_buf_addf(&right, "%s, ", zdm_step_state_name(status->steps[index].state));
    zdm_buf_add(&right, zdm_step_kind_name(step->kind));

    zdm_buf_add(out, left.s);
    int gap = ZDM_COLUMNS - zdm_width(left.s) - zdm_width(right.s);
    zdm_add_blanks(out, gap > 2 ? gap : 2);
    zdm_buf_addf(out, ZDM_DIM "%s" ZDM_PLAIN "\n", right.s);
    zdm_buf_release(&left);
    zdm_buf_release(&right);
}

/* What became of a step in the target. */
static void
ran(struct zdm_buf *out, const struct zdm_step_status *st, int64_t ran_ms)
{
    struct zdm_buf text = ZDM_BUF_INIT;
    char took[32];

    if (st->at_ms) {
        zdm_buf_add(&text, st->state == ZDM_STATE_RUNNING ? "begun " : "");
        zdm_add_time(&text, st->at_ms);
    }
    if (st->who)
        zdm_buf_addf(&text, "%sby %s", text.len ? " " : "", st->who);
    if (ran_ms >= 0 && st->state != ZDM_STATE_RUNNING)
        zdm_buf_addf(&text, "%stook %s", text.len ? ", " : "", zdm_show_duration(ran_ms, took));
    if (text.len)
        zdm_add_fact(out, ZDM_DIM, "ran", text.s);
    zdm_buf_release(&text);
    if (st->gate.n_checks)
        zdm_render_checks(out, &st->gate, ZDM_TEXT_COLUMN);
}

void
zdm_add_plan_summary(
    struct zdm_buf *out, const struct zdm_plan *plan, const struct zdm_plan_report *report)
{
    const struct zdm_lock *strongest = zdm_plan_strongest(report);
    size_t shown = 0;

    zdm_buf_addf(out, "%zu step%s%s", plan->n_steps, plan->n_steps == 1 ? "" : "s",
        plan->n_steps ? ":" : "");
    for (int phase = ZDM_PHASE_EXPAND; phase <= ZDM_PHASE_CONTRACT; phase++) {
        size_t n = zdm_plan_count_phase(plan, (enum zdm_phase)phase);
        if (n)
            zdm_buf_addf(
                out, "%s %zu %s", shown++ ? "," : "", n, zdm_phase_name((enum zdm_phase)phase));
    }
    if (strongest)
        zdm_buf_addf(out, "; strongest lock %s on %s, %s", zdm_lock_mode_name(strongest->mode),
            strongest->relation, zdm_held_words(strongest->held));
}

static void
summary(struct zdm_buf *out, const struct zdm_plan *plan, const struct zdm_plan_report *report,
    const struct zdm_plan_facts *facts)
{
    struct zdm_buf text = ZDM_BUF_INIT;

    zdm_add_plan_summary(&text, plan, report);
    zdm_buf_addc(out, '\n');
    zdm_add_wrapped(out, text.s, 0, ZDM_COLUMNS);
    zdm_buf_addc(out, '\n');
    zdm_buf_clear(&text);
    zdm_add_plan_work(&text, facts);
    if (text.len) {
        zdm_add_wrapped(out, text.s, 0, ZDM_COLUMNS);
        zdm_buf_addc(out, '\n');
    }
    zdm_buf_release(&text);
}

void
zdm_render_plan(struct zdm_buf *out, const struct zdm_plan *plan,
    const struct zdm_plan_report *report, const struct zdm_plan_status *status,
    const struct zdm_previews *previews)
{
    struct zdm_plan_facts facts;

    zdm_plan_facts(plan, report, status, previews, &facts);
    header(out, plan, status, &facts);
    for (size_t i = 0; i < plan->n_steps; i++) {
        enum zdm_phase phase = plan->steps[i].phase;
        if (i == 0 || phase != plan->steps[i - 1].phase)
            zdm_buf_addf(out, "\n" ZDM_CYAN "%s" ZDM_PLAIN "\n", zdm_phase_name(phase));
        zdm_buf_addc(out, '\n');
        title(out, plan, status, i);
        zdm_render_step(out, plan, report, previews ? &previews->steps[i] : NULL, i);
        if (previews)
            zdm_render_preview(out, &previews->steps[i]);
        if (status)
            ran(out, &status->steps[i], previews ? previews->steps[i].ran_ms : -1);
    }
    summary(out, plan, report, &facts);
    zdm_plan_facts_release(&facts);
}
