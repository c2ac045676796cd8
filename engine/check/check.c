#include "check/check.h"

#include <stdlib.h>
#include <string.h>

#include "check/allow.h"
#include "sql/ahead.h"
#include "sql/catalog.h"

#define AT_ONCE 256 /* statements that are reported together, when nothing asks for all of them */

struct run {
    const struct zdm_check_settings *settings;
    struct zdm_sql_context *context;
    const struct zdm_check_plans *plans;
    const struct zdm_check_tracer *tracer;
    const struct zdm_check_asker *rows;
    const struct zdm_check_listener *listener;
    struct zdm_check_summary *summary;
    struct zdm_check_report *report; /* of what was not told yet */
    /* Of the source, if it is SQL. */
    const struct zdm_source *source;
    struct zdm_allow allow;
    struct zdm_text_cursor cursor;
    size_t start;            /* of the part that is being classified */
    struct zdm_ahead *ahead; /* parses the texts; NULL: they are parsed as they are classified */
};

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
summarise(const struct run *run)
{
    const struct zdm_check_report *report = run->report;
    struct zdm_check_summary *summary = run->summary;

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

/* Hands on what is in the report, and begins another. */
static void
tell(struct run *run)
{
    settle_notes(run);
    summarise(run);
    run->listener->found(run->listener->self, run->report);
    zdm_check_report_release(run->report);
    zdm_check_report_init(run->report);
}

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

/* Takes the next statements of the source. Those before them are complete now: a comment behind the
 * last of them may have been for it. */
static void
add_statements(void *self, struct zdm_parsed *parsed)
{
    struct run *run = self;

    if (run->source->context && !run->tracer) {
        zdm_parsed_free(parsed);
        return;
    }
    shift(parsed, run->start);
    if (run->report->n >= AT_ONCE && parsed->count && !run->tracer && !run->rows) {
        zdm_allow_apply(&run->allow, run->report, parsed->statements[0].offset);
        tell(run);
    }
    zdm_check_keep(run->report, parsed);
    for (size_t i = 0; i < parsed->count; i++) {
        zdm_text_cursor_move(&run->cursor, parsed->statements[i].offset);
        zdm_check_add(
            run->report, run->source, run->cursor.line, run->cursor.column, &parsed->statements[i]);
    }
}

static size_t
n_texts(const struct zdm_source *source)
{
    if (source->kind != ZDM_SOURCE_SQL)
        return 0;
    return source->n_parts ? source->n_parts : 1;
}

static struct zdm_sql_text
text_of(const struct zdm_source *source, size_t i)
{
    const struct zdm_source_part *part = &source->parts[i];

    if (source->n_parts)
        return (struct zdm_sql_text){source->text, part->start, part->end, part->wrap};
    return (struct zdm_sql_text){source->text, 0, strlen(source->text), source->wrap};
}

static void
classify(struct run *run, const struct zdm_source *source)
{
    const struct zdm_script_listener listener = {run, AT_ONCE, add_statements};

    run->source = source;
    zdm_text_cursor_init(&run->cursor, source->original);
    for (size_t i = 0; i < n_texts(source); i++) {
        struct zdm_sql_text text = text_of(source, i);
        run->start = text.start;
        zdm_sql_classify_text(&text, run->ahead, run->context, &listener);
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
look_closer(struct run *run, const struct zdm_source *source, struct zdm_err *err)
{
    if (run->tracer && trace(run, err) < 0)
        return -1;
    return run->rows && !source->context ? ask_rows(run, err) : 0;
}

static int
judge_sql(struct run *run, const struct zdm_source *source, struct zdm_err *err)
{
    zdm_allow_open(&run->allow, source);
    classify(run, source);
    int rc = look_closer(run, source, err);
    if (rc == 0 && !source->context) {
        zdm_allow_apply(&run->allow, run->report, SIZE_MAX);
        if (source->trouble)
            zdm_check_note(
                run->report, source, 0, "refused-by-tool", source->advice, "%s", source->trouble);
        tell(run);
    }
    zdm_allow_close(&run->allow);
    return rc;
}

static int
judge_plan(struct run *run, const struct zdm_source *source, struct zdm_err *err)
{
    if (!run->plans)
        zdm_check_note(run->report, source, 0, "invalid-plan", NULL, "plans cannot be read here");
    else if (run->plans->check(run->plans->self, source, run->context, run->report, err) < 0)
        return -1;
    if (look_closer(run, source, err) < 0)
        return -1;
    if (!source->context)
        tell(run);
    return 0;
}

static int
check_source(struct run *run, struct zdm_source *source, struct zdm_err *err)
{
    struct zdm_check_report report;

    zdm_check_report_init(&report);
    run->report = &report;
    int rc =
        source->kind == ZDM_SOURCE_SQL ? judge_sql(run, source, err) : judge_plan(run, source, err);
    if (rc == 0)
        run->summary->files += !source->context;
    else if (!err->file)
        zdm_err_at(err, (struct zdm_place){.file = source->path});
    zdm_check_report_release(&report);
    zdm_source_forget(source);
    /* What a file made may be deployed long before the next one runs: in use, though its shape is
     * known. */
    zdm_sql_context_settle(run->context);
    return rc;
}

struct texts { /* of all sources */
    const struct zdm_sources *sources;
    size_t source, text; /* the next */
};

static void
pass_empty(struct texts *texts)
{
    const struct zdm_sources *sources = texts->sources;

    while (texts->source < sources->n && texts->text >= n_texts(&sources->items[texts->source])) {
        texts->source++;
        texts->text = 0;
    }
}

/* Runs in the thread. Once a source was handed on as a whole it may be forgotten: it is not looked at
 * again. */
static bool
next_text(void *self, struct zdm_sql_text *out)
{
    struct texts *texts = self;

    if (texts->source >= texts->sources->n)
        return false;
    *out = text_of(&texts->sources->items[texts->source], texts->text++);
    pass_empty(texts);
    return true;
}

static bool
parsing_ahead_pays(const struct zdm_sources *sources)
{
    size_t bytes = 0;

    for (size_t i = 0; i < sources->n; i++)
        bytes += sources->items[i].text ? strlen(sources->items[i].text) : 0;
    return zdm_ahead_pays(bytes);
}

static int
check_sources(struct run *run, struct zdm_sources *sources, struct zdm_err *err)
{
    struct texts texts = {.sources = sources};
    int rc = 0;

    pass_empty(&texts);
    if (parsing_ahead_pays(sources))
        run->ahead = zdm_ahead_start(&(struct zdm_sql_texts){&texts, next_text});
    for (size_t i = 0; i < sources->n && rc == 0; i++)
        rc = check_source(run, &sources->items[i], err);
    zdm_ahead_stop(run->ahead);
    return rc;
}

int
zdm_check_run(struct zdm_sources *sources, const struct zdm_check_settings *settings,
    struct zdm_catalog *catalog, const struct zdm_check_plans *plans,
    const struct zdm_check_tracer *tracer, const struct zdm_check_asker *rows,
    const struct zdm_check_listener *listener, struct zdm_check_summary *summary,
    struct zdm_err *err)
{
    struct run run = {.settings = settings,
        .plans = plans,
        .tracer = tracer,
        .rows = rows,
        .listener = listener,
        .summary = summary};

    run.context = zdm_sql_context_on(catalog ? catalog : zdm_catalog_new(), settings->pg_version);
    if (rows)
        zdm_sql_context_ask_rows(run.context);
    for (size_t i = 0; i < settings->n_rules; i++)
        if (zdm_sql_rule(settings->rules[i].rule))
            zdm_sql_context_set_severity(
                run.context, settings->rules[i].rule, settings->rules[i].severity);
    int rc = check_sources(&run, sources, err);
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
