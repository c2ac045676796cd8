/*
 * markdown_plan.c - zdm plan --format markdown: a comment for a pull request. It says the same until
 * the plan or the target changes: what the server is doing at this moment stays out of it.
 */
#include <string.h>

#include "base/text.h"
#include "cli/check_rows.h"
#include "cli/io.h"
#include "cli/layout.h"
#include "cli/locking.h"
#include "cli/markdown.h"
#include "cli/plan_facts.h"
#include "cli/render_error.h"
#include "cli/render_fact.h"
#include "cli/render_plan.h"
#include "cli/render_status.h"

struct comment {
    const struct zdm_plan *plan;
    const struct zdm_plan_report *report;
    const struct zdm_plan_status *status; /* NULL: offline */
    const struct zdm_previews *previews;  /* NULL alike */
    struct zdm_plan_facts facts;
};

static void
plural(struct zdm_buf *out, size_t n, const char *one, const char *many)
{
    zdm_buf_addf(out, "%zu %s", n, n == 1 ? one : many);
}

/* A text that was laid out for a terminal. */
static void
add_laid_out(struct zdm_buf *out, const struct zdm_buf *text)
{
    struct zdm_buf plain = ZDM_BUF_INIT;

    zdm_paint(&plain, text->s, false);
    zdm_markdown_fence(out, "text", plain.s, "");
    zdm_buf_release(&plain);
}

/* --- the table ----------------------------------------------------------------------------------- */

static void
cell(struct zdm_buf *out, struct zdm_buf *text)
{
    zdm_buf_add(out, text->len ? " " : " -");
    zdm_markdown_add(out, text->s);
    zdm_buf_add(out, " |");
    zdm_buf_clear(text);
}

static void
cell_of(struct zdm_buf *out, const char *text)
{
    zdm_buf_add(out, " ");
    zdm_markdown_add(out, text);
    zdm_buf_add(out, " |");
}

static void
work_words(struct zdm_buf *out, const struct comment *c, size_t index)
{
    const struct zdm_step_facts *facts = &c->facts.steps[index];
    const struct zdm_step *step = &c->plan->steps[index];
    const char *comma = "";
    const struct {
        bool yes;
        const char *word;
    } words[] = {
        {facts->rewrites, "rewrites"},
        {facts->scans, "scans"},
        {facts->builds, "builds"},
        {facts->breaks, "breaks old code"},
        {facts->data_loss, "loses data"},
    };

    if (step->kind != ZDM_STEP_SQL)
        zdm_buf_add(out, zdm_step_kind_name(step->kind));
    if (step->kind == ZDM_STEP_BACKFILL)
        zdm_buf_addf(out, " of %s", step->u.backfill.table);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i].yes) {
            zdm_buf_addf(out, "%s%s", comma, words[i].word);
            comma = ", ";
        }
}

static void
time_words(struct zdm_buf *out, const struct zdm_step_facts *facts)
{
    switch (facts->time) {
    case ZDM_TIME_NONE:
        break;
    case ZDM_TIME_INSTANT:
        zdm_buf_add(out, "instant");
        break;
    case ZDM_TIME_RANGE:
        zdm_add_time_range(out, facts->least_ms, facts->most_ms);
        break;
    case ZDM_TIME_UNKNOWN:
        zdm_buf_add(out, "not known");
        break;
    }
}

static const char *
undo_word(const struct zdm_plan_undo *undo)
{
    switch (undo->source) {
    case ZDM_UNDO_NONE:
        return "**none**";
    case ZDM_UNDO_NOTHING:
        return "-";
    case ZDM_UNDO_AUTHOR:
        return "yes";
    case ZDM_UNDO_DERIVED:
        return "derived";
    }
    zdm_die("an undo from nowhere");
}

static void
table_row(struct zdm_buf *out, const struct comment *c, size_t index)
{
    const struct zdm_step *step = &c->plan->steps[index];
    const struct zdm_step_facts *facts = &c->facts.steps[index];
    struct zdm_buf text = ZDM_BUF_INIT;

    zdm_buf_addf(out, "| %zu | %s |", index + 1, zdm_phase_name(step->phase));
    cell_of(out, step->id);
    if (facts->strongest)
        zdm_buf_addf(&text, "%s on %s, %s", zdm_lock_mode_name(facts->strongest->mode),
            facts->strongest->relation, zdm_held_words(facts->strongest->held));
    if (facts->n_locks > 1)
        zdm_buf_addf(&text, " (and %zu more)", facts->n_locks - 1);
    cell(out, &text);
    work_words(&text, c, index);
    cell(out, &text);
    if (c->status) {
        time_words(&text, facts);
        cell(out, &text);
    }
    zdm_buf_addf(out, " %s |", undo_word(&c->report->undos[index]));
    if (c->status)
        cell_of(out, zdm_step_state_name(c->status->steps[index].state));
    zdm_buf_addc(out, '\n');
    zdm_buf_release(&text);
}

/* --- the details ----------------------------------------------------------------------------------- */

static void
bullet(struct zdm_buf *out, const char *label, struct zdm_buf *text)
{
    if (text->len) {
        zdm_buf_addf(out, "- %s: ", label);
        zdm_markdown_add(out, text->s);
        zdm_buf_addc(out, '\n');
    }
    zdm_buf_clear(text);
}

static void
findings(struct zdm_buf *out, const struct zdm_statement *st, const struct zdm_allow *allow)
{
    for (size_t i = 0; i < st->n_findings; i++) {
        const struct zdm_finding *f = &st->findings[i];
        bool allowed = zdm_allows(allow, f->rule);
        if (zdm_is_momentary(f->rule))
            continue;
        zdm_buf_addf(out, "- %s `%s`: ",
            allowed                               ? "allowed"
            : f->severity >= ZDM_SEVERITY_WARNING ? "**warning**"
                                                  : "info",
            f->rule);
        zdm_markdown_add(out, f->message);
        if (f->hint && !allowed) {
            zdm_buf_add(out, "; ");
            zdm_markdown_add(out, f->hint);
        }
        zdm_buf_addc(out, '\n');
        if (f->n_safer && !allowed) {
            struct zdm_buf safer = ZDM_BUF_INIT;
            zdm_check_safer(&safer, f);
            zdm_buf_addc(out, '\n');
            zdm_markdown_fence(out, "sql", safer.s, "");
            zdm_buf_release(&safer);
        }
    }
}

static void
statement(struct zdm_buf *out, const struct zdm_statement *st, const struct zdm_allow *allow)
{
    const struct zdm_workload *w = &st->workload;
    struct zdm_buf text = ZDM_BUF_INIT;
    char size[32];

    zdm_markdown_fence(out, "sql", st->sql, ";\n");
    zdm_buf_addf(out, "- **%s**", zdm_verdict_name(st->verdict));
    zdm_check_locks(&text, st);
    if (text.len) {
        zdm_buf_add(out, ": ");
        zdm_markdown_add(out, text.s);
        zdm_buf_clear(&text);
    }
    zdm_buf_addf(out, " (%s)\n", zdm_evidence_name(st->evidence));
    zdm_check_work(&text, st);
    bullet(out, "work", &text);
    zdm_check_breaks(&text, st);
    bullet(out, "breaks", &text);
    if (st->fails_with)
        zdm_buf_addf(&text, "with SQLSTATE %s", st->fails_with);
    bullet(out, "**fails**", &text);
    if (w->work) {
        zdm_add_time_range(&text, w->least_ms, w->most_ms);
        zdm_buf_addf(&text, " (%s): %s", w->basis, w->work);
        bullet(out, "takes", &text);
    }
    if (w->disk_bytes)
        zdm_buf_addf(&text, "about %s more%s%s", zdm_show_bytes((double)w->disk_bytes, size),
            w->tablespace ? " in tablespace " : "", w->tablespace ? w->tablespace : "");
    bullet(out, "disk", &text);
    findings(out, st, allow);
    zdm_buf_release(&text);
}

static void
sql_details(struct zdm_buf *out, const struct comment *c, size_t index, size_t *next)
{
    const struct zdm_step_sql *sql = &c->plan->steps[index].u.sql;
    struct zdm_buf text = ZDM_BUF_INIT;

    for (size_t n = 0;
         *next < c->report->n_statements && c->report->statements[*next].step == index;
         n++, ++*next) {
        zdm_buf_add(out, n ? "\n" : "");
        statement(out, &c->report->statements[*next].st, &sql->allow);
    }
    if (sql->allow.n_rules && sql->allow.because)
        zdm_buf_add(&text, sql->allow.because);
    bullet(out, "because", &text);
    for (size_t i = 0; i < sql->n_requires; i++) {
        zdm_buf_add(&text, sql->requires[i].message);
        bullet(out, "stops if", &text);
    }
    for (size_t i = 0; c->previews && i < c->previews->steps[index].n_stops; i++) {
        zdm_buf_add(&text, c->previews->steps[index].stops[i]->message);
        bullet(out, "as things stand it would stop", &text);
    }
    zdm_add_locking(&text, c->plan, c->report, index);
    bullet(out, "waits", &text);
    if (zdm_plan_run_mode(c->report, index) == ZDM_RUN_ALONE)
        zdm_buf_add(out, "- runs alone, outside a transaction\n");
    const struct zdm_plan_undo *undo = &c->report->undos[index];
    zdm_buf_add(out, undo->source == ZDM_UNDO_DERIVED   ? "- undo, derived by zdm:\n\n"
                     : undo->source == ZDM_UNDO_NOTHING ? "- undo: nothing to take back: "
                     : undo->source == ZDM_UNDO_NONE    ? "- undo: **none**: "
                                                        : "- undo:\n\n");
    if (undo->why) {
        zdm_markdown_add(out, undo->why);
        zdm_buf_add(out, "\n\n");
    }
    if (undo->sql.text)
        zdm_markdown_fence(out, "sql", undo->sql.text, "\n");
    zdm_buf_release(&text);
}

/* Of a gate that was looked at. What each check saw changes with every look, and stays out. */
static void
checks(struct zdm_buf *out, const struct zdm_gate_result *gate)
{
    for (size_t i = 0; i < gate->n_checks; i++) {
        const struct zdm_check_result *check = &gate->checks[i];
        zdm_buf_addf(out, "- %s: ", check->open ? "open" : "**closed**");
        zdm_markdown_add(out, zdm_check_kind_name(check->check->kind));
        if (strcmp(zdm_check_kind_name(check->check->kind), check->check->id) != 0) {
            zdm_buf_addc(out, ' ');
            zdm_markdown_add(out, check->check->id);
        }
        zdm_buf_addc(out, '\n');
    }
    if (gate->n_checks)
        zdm_buf_addc(out, '\n');
}

static void
details(struct zdm_buf *out, const struct comment *c, size_t index, size_t *next)
{
    const struct zdm_step *step = &c->plan->steps[index];
    const struct zdm_step_status *st = c->status ? &c->status->steps[index] : NULL;
    struct zdm_buf text = ZDM_BUF_INIT;

    zdm_buf_addf(out, "<details><summary>%zu. ", index + 1);
    zdm_markdown_add(out, step->id);
    zdm_buf_addf(out, " (%s)</summary>\n\n", zdm_step_kind_name(step->kind));
    if (st && st->state == ZDM_STATE_DONE && st->at_ms) {
        zdm_add_time(&text, st->at_ms);
        if (st->who)
            zdm_buf_addf(&text, " by %s", st->who);
        bullet(out, "done", &text);
        zdm_buf_addc(out, '\n');
    }
    if (step->kind == ZDM_STEP_SQL) {
        if (step->why) {
            zdm_markdown_add(out, step->why);
            zdm_buf_add(out, "\n\n");
        }
        sql_details(out, c, index, next);
    } else {
        zdm_render_step(
            &text, c->plan, c->report, c->previews ? &c->previews->steps[index] : NULL, index);
        if (c->previews)
            zdm_render_preview(&text, &c->previews->steps[index]);
        add_laid_out(out, &text);
        if (st)
            checks(out, &st->gate);
    }
    zdm_buf_add(out, "</details>\n\n");
    zdm_buf_release(&text);
}

/* --- the head ---------------------------------------------------------------------------------------- */

static void
heading(struct zdm_buf *out, const struct comment *c, const char *name, size_t n_errors)
{
    zdm_buf_add(out, "### zdm plan ");
    zdm_markdown_add(out, name);
    zdm_buf_add(out, ": ");
    if (n_errors) {
        plural(out, n_errors, "error", "errors");
    } else if (strcmp(c->status ? c->status->state : "", "done") == 0) {
        zdm_buf_add(out, "done");
    } else if (c->previews && zdm_previews_exit_code(c->previews) != 0) {
        zdm_buf_add(out, "rows of the sample fail");
    } else {
        zdm_buf_add(out, "passes");
        if (c->facts.n_warnings > c->facts.n_momentary) {
            zdm_buf_add(out, ", ");
            plural(out, c->facts.n_warnings - c->facts.n_momentary, "warning", "warnings");
        }
        if (c->facts.n_loses) {
            zdm_buf_add(out, ", ");
            plural(out, c->facts.n_loses, "step loses data", "steps lose data");
        }
        if (c->facts.n_allowed) {
            zdm_buf_add(out, ", ");
            plural(out, c->facts.n_allowed, "finding allowed", "findings allowed");
        }
    }
    zdm_buf_add(out, "\n\n");
}

static void
paragraph(struct zdm_buf *out, struct zdm_buf *text)
{
    if (text->len) {
        zdm_markdown_add(out, text->s);
        zdm_buf_add(out, "\n\n");
    }
    zdm_buf_clear(text);
}

static void
about(struct zdm_buf *out, const struct comment *c)
{
    const struct zdm_plan *plan = c->plan;
    struct zdm_buf text = ZDM_BUF_INIT;

    if (plan->why)
        zdm_buf_add(&text, plan->why);
    if (plan->ticket)
        zdm_buf_addf(&text, "%s%s", text.len ? ", " : "", plan->ticket);
    paragraph(out, &text);
    zdm_add_plan_summary(&text, plan, c->report);
    if (c->status && (c->facts.most_ms >= 1000 || c->facts.disk_bytes)) {
        zdm_buf_add(&text, "; ");
        zdm_add_plan_work(&text, &c->facts);
    }
    paragraph(out, &text);
    if (c->status)
        zdm_buf_addf(&text, "On %s: %s, %lld of %zu steps done. ", c->status->where,
            c->status->state, (long long)c->status->n_done, plan->n_steps);
    else
        zdm_buf_add(&text, "Judged by the SQL alone; with --db by the catalog of a database, with "
                           "sizes, times and what ran already. ");
    zdm_buf_addf(&text, "Fingerprint %.12s.", plan->fingerprint);
    paragraph(out, &text);
    zdm_buf_release(&text);
}

static void
steps(struct zdm_buf *out, const struct comment *c)
{
    struct zdm_markdown_pieces rows = {.text = ZDM_BUF_INIT}, folds = {.text = ZDM_BUF_INIT};
    struct zdm_buf piece = ZDM_BUF_INIT;
    size_t next = 0, left;

    for (size_t i = 0; i < c->plan->n_steps; i++) {
        zdm_buf_clear(&piece);
        table_row(&piece, c, i);
        zdm_markdown_piece(&rows, &piece, ZDM_MARKDOWN_BYTES / 2);
        zdm_buf_clear(&piece);
        details(&piece, c, i, &next);
        zdm_markdown_piece(&folds, &piece, ZDM_MARKDOWN_BYTES);
    }
    zdm_buf_addf(out,
        "| | phase | step | locks | work |%s undo |%s\n|---|---|---|---|---|%s---|%s\n",
        c->status ? " time |" : "", c->status ? " state |" : "", c->status ? "---|" : "",
        c->status ? "---|" : "");
    left = zdm_markdown_put(out, &rows, ZDM_MARKDOWN_BYTES / 2);
    if (left)
        zdm_buf_addf(out, "\n%zu more step%s not shown.\n", left, left == 1 ? " is" : "s are");
    zdm_buf_addc(out, '\n');
    left = zdm_markdown_put(out, &folds, ZDM_MARKDOWN_BYTES);
    if (left)
        zdm_buf_addf(out, "The details of %zu more step%s not shown: `zdm plan` has them.\n", left,
            left == 1 ? " are" : "s are");
    zdm_markdown_release(&rows);
    zdm_markdown_release(&folds);
    zdm_buf_release(&piece);
}

void
zdm_markdown_plan(struct zdm_buf *out, const char *file, const struct zdm_plan *plan,
    const struct zdm_plan_report *report, const struct zdm_plan_status *status,
    const struct zdm_previews *previews, const struct zdm_errlist *errors, bool sound)
{
    struct comment c = {.plan = plan, .report = report, .status = status, .previews = previews};
    struct zdm_buf text = ZDM_BUF_INIT;

    if (errors->count) {
        heading(out, &c, plan ? plan->name : file, errors->count);
        zdm_render_errors(&text, errors);
        add_laid_out(out, &text);
        zdm_buf_release(&text);
        if (!sound)
            return;
    }
    zdm_plan_facts(plan, report, status, previews, &c.facts);
    if (!errors->count)
        heading(out, &c, plan->name, 0);
    about(out, &c);
    steps(out, &c);
    zdm_plan_facts_release(&c.facts);
}
