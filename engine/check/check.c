#include "check/check.h"

#include <stdlib.h>
#include <string.h>

#include "check/allow.h"
#include "sql/catalog.h"

struct run {
    const struct zdm_check_settings *settings;
    struct zdm_sql_context *context;
    const struct zdm_check_plans *plans;
    const struct zdm_check_tracer *tracer;
    const struct zdm_check_asker *rows;
    struct zdm_check_report *report;
};

/* Offsets into a part become offsets into the text. */
static void
shift(struct zdm_parsed *parsed, size_t by)
{
    for (size_t i = 0; i < parsed->count; i++) {
        parsed->statements[i].offset += by;
        for (size_t k = 0; k < parsed->statements[i].n_findings; k++)
            parsed->statements[i].findings[k].offset += by;
    }
}

static void
classify_piece(struct run *run, const struct zdm_source *source, const char *text, size_t start,
    enum zdm_wrap wrap, struct zdm_text_cursor *cursor)
{
    struct zdm_parsed *parsed;

    zdm_sql_classify_script(text, wrap, run->context, &parsed);
    shift(parsed, start);
    zdm_check_keep(run->report, parsed);
    for (size_t i = 0; i < parsed->count; i++) {
        zdm_text_cursor_move(cursor, parsed->statements[i].offset);
        zdm_check_add(run->report, source, cursor->line, cursor->column, &parsed->statements[i]);
    }
}

static void
classify(struct run *run, const struct zdm_source *source)
{
    struct zdm_text_cursor cursor;

    zdm_text_cursor_init(&cursor, source->original);
    if (source->n_parts == 0)
        classify_piece(run, source, source->text, 0, source->wrap, &cursor);
    for (size_t i = 0; i < source->n_parts; i++) {
        const struct zdm_source_part *part = &source->parts[i];
        char *text = zdm_strndup(source->text + part->start, part->end - part->start);
        classify_piece(run, source, text, part->start, part->wrap, &cursor);
        free(text);
    }
}

/* A server knows no commands of psql. */
static bool
can_trace(const struct zdm_statement *st)
{
    return st->sql[0] != '\\';
}

/* The statement has other findings than the n that it had. */
static void
allow_more(struct zdm_check_report *report, struct zdm_checked *item, size_t n)
{
    if (item->st->n_findings == n)
        return;
    const char **allowed =
        zdm_arena_alloc(report->arena, (item->st->n_findings + 1) * sizeof *allowed);
    if (n && n < item->st->n_findings)
        memcpy(allowed, item->allowed, n * sizeof *allowed);
    item->allowed = allowed;
}

static int
trace(struct run *run, struct zdm_err *err)
{
    struct zdm_check_report *report = run->report;

    if (run->tracer->begin(run->tracer->self, err) < 0)
        return -1;
    for (size_t i = 0; i < report->n; i++) {
        struct zdm_checked *item = &report->items[i];
        struct zdm_statement *st = (struct zdm_statement *)item->st;
        size_t n_findings = st->n_findings;
        if (!can_trace(st))
            continue;
        if (run->tracer->trace(run->tracer->self, st, run->context, report->arena,
                &item->disagreements, &item->n_disagreements, err) < 0)
            return -1;
        allow_more(report, item, n_findings);
    }
    return 0;
}

static int
ask_rows(struct run *run, struct zdm_err *err)
{
    struct zdm_check_report *report = run->report;

    for (size_t i = 0; i < report->n; i++) {
        struct zdm_checked *item = &report->items[i];
        struct zdm_statement *st = (struct zdm_statement *)item->st;
        size_t n_findings = st->n_findings;
        if (run->rows->ask(run->rows->self, st, run->context, report->arena, err) < 0)
            return -1;
        allow_more(report, item, n_findings);
    }
    return 0;
}

static int
judge_source(struct run *run, const struct zdm_source *source, struct zdm_err *err)
{
    struct zdm_check_report *report = run->report;

    if (source->kind == ZDM_SOURCE_SQL) {
        classify(run, source);
    } else if (!run->plans) {
        zdm_check_note(report, source, 0, "invalid-plan", NULL, "plans cannot be read here");
    } else if (run->plans->check(run->plans->self, source, run->context, report, err) < 0) {
        return -1;
    }
    if (run->tracer && trace(run, err) < 0)
        return -1;
    if (source->context)
        return 0;
    if (run->rows && ask_rows(run, err) < 0)
        return -1;
    if (source->kind == ZDM_SOURCE_SQL) {
        zdm_allow_apply(report, source);
        if (source->trouble)
            zdm_check_note(
                report, source, 0, "refused-by-tool", source->advice, "%s", source->trouble);
    }
    return 0;
}

/* The classifier knows nothing of notes, so their severities are settled behind it. */
static void
settle_notes(const struct run *run)
{
    struct zdm_check_report *report = run->report;
    size_t w = 0;

    for (size_t i = 0; i < report->n_notes; i++) {
        struct zdm_check_note note = report->notes[i];
        for (size_t k = 0; k < run->settings->n_rules; k++)
            if (strcmp(run->settings->rules[k].rule, note.rule) == 0)
                note.severity = run->settings->rules[k].severity;
        if (note.severity != ZDM_SEVERITY_OFF)
            report->notes[w++] = note;
    }
    report->n_notes = w;
}

static void
count(struct zdm_check_summary *summary, enum zdm_severity severity)
{
    summary->errors += severity == ZDM_SEVERITY_ERROR;
    summary->warnings += severity == ZDM_SEVERITY_WARNING;
    summary->infos += severity == ZDM_SEVERITY_INFO;
}

static void
summarise(const struct run *run, struct zdm_check_summary *summary)
{
    const struct zdm_check_report *report = run->report;

    summary->files++;
    summary->statements += report->n;
    for (size_t i = 0; i < report->n; i++) {
        const struct zdm_checked *item = &report->items[i];
        summary->safe += item->st->verdict == ZDM_VERDICT_SAFE;
        summary->caution += item->st->verdict == ZDM_VERDICT_CAUTION;
        summary->unsafe += item->st->verdict == ZDM_VERDICT_UNSAFE;
        summary->unknown += item->st->verdict == ZDM_VERDICT_UNKNOWN;
        for (size_t k = 0; k < item->st->n_findings; k++) {
            if (item->allowed[k])
                summary->allowed++;
            else
                count(summary, item->st->findings[k].severity);
        }
    }
    for (size_t i = 0; i < report->n_notes; i++)
        count(summary, report->notes[i].severity);
    summary->exit_code =
        zdm_check_stronger_code(summary->exit_code, zdm_check_exit_code(report, run->settings));
}

static int
check_source(struct run *run, struct zdm_source *source, const struct zdm_check_listener *listener,
    struct zdm_check_summary *summary, struct zdm_err *err)
{
    struct zdm_check_report report;

    zdm_check_report_init(&report);
    run->report = &report;
    int rc = judge_source(run, source, err);
    if (rc == 0 && !source->context) {
        settle_notes(run);
        summarise(run, summary);
        listener->found(listener->self, &report);
    }
    if (rc < 0 && !err->file)
        zdm_err_at(err, (struct zdm_place){.file = source->path});
    zdm_check_report_release(&report);
    zdm_source_forget(source);
    /* What a file made may be deployed long before the next one runs: in use, though its shape is
     * known. */
    zdm_sql_context_settle(run->context);
    return rc;
}

int
zdm_check_run(struct zdm_sources *sources, const struct zdm_check_settings *settings,
    struct zdm_catalog *catalog, const struct zdm_check_plans *plans,
    const struct zdm_check_tracer *tracer, const struct zdm_check_asker *rows,
    const struct zdm_check_listener *listener, struct zdm_check_summary *summary,
    struct zdm_err *err)
{
    struct run run = {.settings = settings, .plans = plans, .tracer = tracer, .rows = rows};
    int rc = 0;

    run.context = zdm_sql_context_on(catalog ? catalog : zdm_catalog_new(), settings->pg_version);
    if (rows)
        zdm_sql_context_ask_rows(run.context);
    for (size_t i = 0; i < settings->n_rules; i++)
        if (zdm_sql_rule(settings->rules[i].rule))
            zdm_sql_context_set_severity(
                run.context, settings->rules[i].rule, settings->rules[i].severity);
    for (size_t i = 0; i < sources->n && rc == 0; i++)
        rc = check_source(&run, &sources->items[i], listener, summary, err);
    zdm_sql_context_free(run.context);
    return rc;
}

bool
zdm_check_is_unknown(const struct zdm_checked *item)
{
    bool said = false, open = false;

    for (size_t i = 0; i < item->st->n_findings; i++) {
        const struct zdm_finding *finding = &item->st->findings[i];
        if (finding->hazard != ZDM_HAZARD_UNKNOWN || finding->severity != ZDM_SEVERITY_ERROR)
            continue;
        said = true;
        open = open || !item->allowed || !item->allowed[i];
    }
    return open || (!said && item->st->verdict == ZDM_VERDICT_UNKNOWN);
}

/* Is there anything at or above the severity to fail on? What is unknown was accepted as a whole. */
static bool
has_counted(const struct zdm_check_report *report, const struct zdm_check_settings *settings)
{
    enum zdm_severity from =
        settings->fail_on == ZDM_FAIL_ON_WARNING ? ZDM_SEVERITY_WARNING : ZDM_SEVERITY_ERROR;

    if (settings->fail_on == ZDM_FAIL_ON_NONE)
        return false;
    for (size_t i = 0; i < report->n_notes; i++)
        if (report->notes[i].severity >= from)
            return true;
    for (size_t i = 0; i < report->n; i++) {
        const struct zdm_checked *item = &report->items[i];
        for (size_t k = 0; k < item->st->n_findings; k++) {
            const struct zdm_finding *finding = &item->st->findings[k];
            if (finding->severity >= from && !item->allowed[k] &&
                !(settings->allow_unknown && finding->hazard == ZDM_HAZARD_UNKNOWN))
                return true;
        }
    }
    return false;
}

int
zdm_check_exit_code(
    const struct zdm_check_report *report, const struct zdm_check_settings *settings)
{
    int unknown = zdm_err_exit_code(ZDM_ERR_USAGE), refused = zdm_err_exit_code(ZDM_ERR_REFUSED);

    for (size_t i = 0; i < report->n_notes; i++)
        if (strcmp(report->notes[i].rule, "invalid-plan") == 0)
            return unknown;
    for (size_t i = 0; i < report->n && !settings->allow_unknown; i++)
        if (zdm_check_is_unknown(&report->items[i]))
            return unknown;
    return has_counted(report, settings) ? refused : 0;
}

int
zdm_check_stronger_code(int a, int b)
{
    int unknown = zdm_err_exit_code(ZDM_ERR_USAGE);

    if (a == unknown || b == unknown)
        return unknown;
    return a ? a : b;
}
