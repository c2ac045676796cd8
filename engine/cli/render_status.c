#include "cli/render_status.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/again.h"
#include "cli/layout.h"
#include "cli/render_run.h"
#include "run/outcome.h"
#include "run/spent.h"

#define STEP_COLUMN 21 /* behind the columns of state and phase */

void
zdm_add_time(struct zdm_buf *out, int64_t at_ms)
{
    char text[32];

    zdm_iso8601(at_ms, text);
    char *t = strchr(text, 'T');
    if (t)
        *t = ' ';
    zdm_buf_add(out, text);
}

static const char *
state_style(enum zdm_step_state state)
{
    switch (state) {
    case ZDM_STATE_DONE:
        return ZDM_GREEN;
    case ZDM_STATE_RUNNING:
    case ZDM_STATE_WAITING:
        return ZDM_YELLOW;
    case ZDM_STATE_READY:
        return ZDM_BOLD;
    case ZDM_STATE_UNDONE:
    case ZDM_STATE_PENDING:
        return ZDM_DIM;
    case ZDM_STATE_CHANGED:
        return ZDM_RED;
    }
    zdm_die("unknown step state");
}

/* "2026-11-21 07:03:38Z ann@laptop" */
static void
add_when(struct zdm_buf *out, const struct zdm_step_status *st)
{
    if (st->at_ms)
        zdm_add_time(out, st->at_ms);
    if (st->at_ms && st->who)
        zdm_buf_add(out, " ");
    if (st->who)
        zdm_buf_add(out, st->who);
}

/* The widest step id beside which every "when" still fits the line. */
static int
id_column(const struct zdm_plan *plan, const struct zdm_plan_status *status)
{
    int widest = 0, when = 0;

    for (size_t i = 0; i < plan->n_steps; i++) {
        struct zdm_buf text = ZDM_BUF_INIT;
        int id = zdm_width(plan->steps[i].id);
        add_when(&text, &status->steps[i]);
        if (zdm_width(text.s) > when)
            when = zdm_width(text.s);
        if (id > widest)
            widest = id;
        zdm_buf_release(&text);
    }
    int room = ZDM_COLUMNS - STEP_COLUMN - 2 - when;
    return widest < room ? widest : room;
}

static void
add_below(struct zdm_buf *out, const char *text)
{
    zdm_add_blanks(out, STEP_COLUMN);
    zdm_add_wrapped(out, text, STEP_COLUMN, ZDM_COLUMNS);
    zdm_buf_addc(out, '\n');
}

static void
add_cursor(struct zdm_buf *out, const struct zdm_cursor *c)
{
    struct zdm_buf text = ZDM_BUF_INIT;
    char count[32];

    zdm_buf_addf(&text, "%s rows", zdm_show_count(c->rows, count));
    if (c->total > 0) {
        double share = (double)c->rows * 100 / (double)c->total;
        zdm_buf_addf(&text, " of about %s (%.1f %%)", zdm_show_count(c->total, count),
            share > 100 ? 100.0 : share);
    }
    zdm_buf_addf(&text, " in %s batches", zdm_show_count(c->batches, count));
    if (c->leaves > 0)
        zdm_buf_addf(&text, "; %s of ", zdm_show_count(c->leaves_through, count));
    if (c->leaves > 0)
        zdm_buf_addf(&text, "%s partition%s done", zdm_show_count(c->leaves, count),
            c->leaves > 1 ? "s" : "");
    if (strcmp(c->state, "done") != 0 && c->bound)
        zdm_buf_addf(&text, "; at key %s of %s", c->at.pos ? c->at.pos : "(start)", c->bound);
    add_below(out, text.s);
    zdm_buf_release(&text);
}

static void
add_quarantined(struct zdm_buf *out, int64_t n)
{
    char count[32];

    zdm_add_blanks(out, STEP_COLUMN);
    zdm_buf_addf(out, ZDM_YELLOW "%s row%s in quarantine" ZDM_PLAIN "\n", zdm_show_count(n, count),
        n == 1 ? "" : "s");
}

/* What it was to cost, and what it did; what is too little to speak of is left out. */
static void
add_outcome(struct zdm_buf *out, const char *detail)
{
    struct zdm_outcome_known known;
    struct zdm_buf text = ZDM_BUF_INIT;
    char wal[32], heap[32], indexes[32];

    zdm_outcome_read(detail, &known);
    const struct zdm_prediction *was = &known.outcome.predicted;
    if (known.happened)
        zdm_outcome_words(&text, &known.outcome);
    else if (known.predicted && was->wal > 0)
        zdm_buf_addf(&text, "predicted: %s of WAL, the table grows by %s, its indexes by %s",
            zdm_show_bytes((double)was->wal, wal), zdm_show_bytes((double)was->heap, heap),
            zdm_show_bytes((double)was->indexes, indexes));
    if (text.len > 0)
        add_below(out, text.s);
    zdm_buf_release(&text);
}

/* The same of a step that scans, rewrites or indexes tables. */
static void
add_spent(struct zdm_buf *out, const char *detail)
{
    struct zdm_spent spent;

    if (!zdm_spent_read(detail, &spent) || !zdm_spent_is_long(&spent))
        return;
    char *words = zdm_spent_words(&spent);
    add_below(out, words);
    free(words);
}

static void
add_kept(struct zdm_buf *out, const char *table, int64_t bytes)
{
    char size[32];
    char *text = zdm_strf("its values are kept in %s (%s); to let them go: DROP TABLE %s", table,
        zdm_show_bytes((double)bytes, size), table);

    add_below(out, text);
    free(text);
}

static void
step_row(
    struct zdm_buf *out, const struct zdm_step *step, const struct zdm_step_status *st, int column)
{
    struct zdm_buf when = ZDM_BUF_INIT;

    add_when(&when, st);
    zdm_buf_addf(out, "  %s", state_style(st->state));
    zdm_add_padded(out, zdm_step_state_name(st->state), 9);
    zdm_buf_add(out, ZDM_PLAIN);
    zdm_add_padded(out, zdm_phase_name(step->phase), 10);
    zdm_buf_add(out, step->id);
    if (when.len) {
        int gap = column - zdm_width(step->id);
        if (gap >= 0) {
            zdm_add_blanks(out, gap + 2);
        } else {
            zdm_buf_addc(out, '\n');
            zdm_add_blanks(out, STEP_COLUMN);
        }
        zdm_buf_addf(out, ZDM_DIM "%s" ZDM_PLAIN, when.s);
    }
    zdm_buf_addc(out, '\n');
    if (st->cursor.exists)
        add_cursor(out, &st->cursor);
    if (step->kind == ZDM_STEP_BACKFILL)
        add_outcome(out, st->detail);
    else if (step->kind == ZDM_STEP_SQL && st->state == ZDM_STATE_DONE)
        add_spent(out, st->detail);
    if (st->kept_bytes > 0)
        add_kept(out, step->u.sql.kept, st->kept_bytes);
    if (st->quarantined > 0)
        add_quarantined(out, st->quarantined);
    if (st->gate.n_checks)
        zdm_render_checks(out, &st->gate, STEP_COLUMN);
    zdm_buf_release(&when);
}

void
zdm_add_control(struct zdm_buf *out, const struct zdm_control *control)
{
    const char *comma = "tuned: ";
    char value[48];

    if (control->paused_by) {
        zdm_buf_addf(out, ZDM_YELLOW "paused" ZDM_PLAIN " by %s since ", control->paused_by);
        zdm_add_time(out, control->paused_ms);
        if (control->paused_note)
            zdm_buf_addf(out, ": %s", control->paused_note);
        zdm_buf_addc(out, '\n');
    }
    for (int i = 0; i < ZDM_KNOBS; i++) {
        if (control->knobs[i] == ZDM_AS_PLANNED)
            continue;
        zdm_buf_addf(out, "%s%s %s", comma, zdm_knobs[i].option,
            zdm_knob_show((enum zdm_knob)i, control->knobs[i], value));
        comma = ", ";
    }
    if (*comma == ',')
        zdm_buf_addc(out, '\n');
}

static void
add_next(struct zdm_buf *out, const struct zdm_args *args, const struct zdm_plan *plan,
    const struct zdm_plan_status *status)
{
    if (strcmp(status->state, "done") == 0 || strcmp(status->state, "mismatch") == 0 ||
        (status->holder && !status->control.paused_by))
        return;
    zdm_buf_add(out, "\nnext:\n");
    if (status->control.paused_by) {
        zdm_buf_add(out, "  ");
        zdm_add_again(out, args, "resume", NULL, 1, plan->file ? &plan->file : &plan->name);
        zdm_buf_addc(out, '\n');
        return;
    }
    if (!plan->file) {
        zdm_buf_add(out, "  ");
        zdm_add_again(out, args, "run", NULL, 1, (const char *[]){"FILE"});
        zdm_buf_add(out, "   # the plan's file, which is not here\n");
        return;
    }
    for (size_t i = 0; i < plan->n_steps; i++) {
        const struct zdm_step_status *st = &status->steps[i];
        if (st->state == ZDM_STATE_WAITING && st->gate.n_checks) {
            zdm_add_next_steps(out, args, plan, &plan->steps[i], &st->gate, 2);
            return;
        }
        if (st->state == ZDM_STATE_WAITING) { /* contract, while rows are in quarantine */
            zdm_buf_add(out, "  ");
            zdm_add_again(out, args, "quarantine list", NULL, 1, &plan->file);
            zdm_buf_add(out, "\n  ");
            zdm_add_again(out, args, "quarantine retry", NULL, 1, &plan->file);
            zdm_buf_addc(out, '\n');
        }
    }
    zdm_buf_add(out, "  ");
    zdm_add_again(out, args, "run", NULL, 1, &plan->file);
    zdm_buf_addc(out, '\n');
}

void
zdm_render_status(struct zdm_buf *out, const struct zdm_args *args, const struct zdm_plan *plan,
    const struct zdm_plan_status *status)
{
    int column = id_column(plan, status);

    zdm_buf_addf(out, ZDM_BOLD "%s" ZDM_PLAIN ": %s, %lld of %zu steps done\n", plan->name,
        status->state, (long long)status->n_done, plan->n_steps);
    zdm_buf_addf(out, "on %s\n", status->where);
    if (status->holder)
        zdm_buf_addf(out, "run by %s\n", status->holder);
    zdm_add_control(out, &status->control);
    for (size_t i = 0; i < status->meets.count; i++) {
        char *words = zdm_meeting_words(&status->meets.items[i]);
        zdm_add_wrapped(out, words, 0, ZDM_COLUMNS);
        zdm_buf_addc(out, '\n');
        free(words);
    }
    zdm_buf_addc(out, '\n');
    for (size_t i = 0; i < plan->n_steps; i++)
        step_row(out, &plan->steps[i], &status->steps[i], column);
    add_next(out, args, plan, status);
}

static const char *
known_style(const char *state)
{
    if (state && strcmp(state, "done") == 0)
        return ZDM_GREEN;
    return !state || strcmp(state, "new") == 0 ? "" : ZDM_YELLOW;
}

void
zdm_render_known_plans(
    struct zdm_buf *out, const char *where, const struct zdm_known_plan *plans, size_t n)
{
    int widest = 0;

    zdm_buf_addf(out, "on %s\n\n", where);
    if (n == 0)
        zdm_buf_add(out, "  no plan was run here\n");
    for (size_t i = 0; i < n; i++) {
        int width = zdm_width(plans[i].name);
        if (width > widest && width <= 36)
            widest = width;
    }
    for (size_t i = 0; i < n; i++) {
        const struct zdm_known_plan *p = &plans[i];
        zdm_buf_add(out, "  " ZDM_BOLD);
        zdm_add_padded(out, p->name, widest);
        zdm_buf_addf(out, ZDM_PLAIN "  %s", known_style(p->state));
        zdm_add_padded(out, p->state ? p->state : "not known", 9);
        if (p->steps)
            zdm_buf_addf(out, ZDM_PLAIN "  %3lld of %lld steps done  since ", (long long)p->done,
                (long long)p->steps);
        else
            zdm_buf_addf(out, ZDM_PLAIN "  %3lld step%s done  since ", (long long)p->done,
                p->done == 1 ? " " : "s");
        zdm_add_time(out, p->at_ms);
        zdm_buf_addc(out, '\n');
        if (p->waits)
            zdm_buf_addf(
                out, "    until %s %s done\n", p->waits, strchr(p->waits, ',') ? "are" : "is");
        else if (p->step)
            zdm_buf_addf(out, "    %s %s \"%s\"\n",
                strcmp(p->kind, "gate") == 0 ? "at"
                : p->holder                  ? "in"
                                             : "before",
                strcmp(p->phase, p->kind) == 0 ? p->kind : p->phase, p->step);
        if (p->holder)
            zdm_buf_addf(out, "    run by %s\n", p->holder);
    }
}
