/*
 * junit.c - zdm check --format junit: a suite a file, a case a statement, a failure where findings
 * count by --fail-on. Each suite counts its cases; their sum is not known when the first line is written,
 * and readers add up.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/check_formats.h"
#include "cli/check_rows.h"
#include "cli/layout.h"
#include "cli/xml.h"

#define NAME_MAX_COLUMNS 100

/* "line 3: ALTER TABLE users ADD ...": the statement's text in one line. */
static void
case_name(struct zdm_buf *out, size_t line, const char *text)
{
    struct zdm_buf flat = ZDM_BUF_INIT;
    bool blank = false;

    for (; *text; text++) {
        bool is_blank = strchr(" \t\r\n", *text);
        if (!is_blank || !blank)
            zdm_buf_addc(&flat, is_blank ? ' ' : *text);
        blank = is_blank;
    }
    if (line)
        zdm_buf_addf(out, "line %zu: ", line);
    zdm_add_cut(out, flat.s, NAME_MAX_COLUMNS);
    zdm_buf_release(&flat);
}

static void
add_row_text(struct zdm_buf *out, const struct zdm_check_row *row)
{
    zdm_buf_addf(out, "%s [%s] %s", row->allowed ? "allowed" : zdm_severity_name(row->severity),
        row->rule, row->message);
    if (row->allowed)
        zdm_buf_addf(out, "\nbecause: %s", row->allowed);
    else if (row->hint)
        zdm_buf_addf(out, "\nhint: %s", row->hint);
    zdm_buf_addc(out, '\n');
    if (!row->allowed && row->finding && row->finding->n_safer) {
        zdm_buf_add(out, "safer:\n");
        zdm_check_safer(out, row->finding);
    }
}

static void
element(
    struct zdm_buf *out, const char *name, const char *type, const char *message, const char *text)
{
    zdm_buf_addf(out, "      <%s", name);
    if (type)
        zdm_xml_attribute(out, "type", type);
    if (message)
        zdm_xml_attribute(out, "message", message);
    zdm_buf_addc(out, '>');
    zdm_xml_text(out, text);
    zdm_buf_addf(out, "</%s>\n", name);
}

struct tally {
    size_t tests, failures, errors;
};

/* One case: n rows of one statement or note; n may be 0. */
struct one_case {
    const char *file, *name;
    const struct zdm_check_row *rows;
    size_t n;
    bool unknown;
    const struct zdm_check_row *worst; /* of those that count */
};

static void
judge(struct one_case *c, const struct zdm_check_view *view, struct tally *tally)
{
    for (size_t i = 0; i < c->n; i++)
        if (zdm_check_counts(&c->rows[i], view->settings) &&
            (!c->worst || c->rows[i].severity > c->worst->severity))
            c->worst = &c->rows[i];
    tally->tests++;
    tally->errors += c->unknown;
    tally->failures += !c->unknown && c->worst;
}

static void
add_case(struct zdm_buf *out, const struct zdm_check_view *view, const struct one_case *c)
{
    struct zdm_buf failure = ZDM_BUF_INIT, rest = ZDM_BUF_INIT;

    for (size_t i = 0; i < c->n; i++)
        add_row_text(zdm_check_counts(&c->rows[i], view->settings) ? &failure : &rest, &c->rows[i]);
    zdm_buf_add(out, "    <testcase");
    zdm_xml_attribute(out, "classname", c->file);
    zdm_xml_attribute(out, "name", c->name);
    if (!c->worst && !c->unknown && !rest.len) {
        zdm_buf_add(out, "/>\n");
    } else {
        zdm_buf_add(out, ">\n");
        if (c->unknown)
            element(out, "error", "unknown", "zdm cannot see what it does",
                failure.len ? failure.s : rest.s);
        else if (c->worst)
            element(out, "failure", c->worst->rule, c->worst->message, failure.s);
        if (rest.len && !(c->unknown && !failure.len))
            element(out, "system-out", NULL, NULL, rest.s);
        zdm_buf_add(out, "    </testcase>\n");
    }
    zdm_buf_release(&failure);
    zdm_buf_release(&rest);
}

/* Of the source that is being reported: its first line counts the cases. */
struct suite {
    const struct zdm_source *source;
    struct zdm_buf cases, notes; /* what is said of the file stands behind its statements */
    struct tally tally;
};

/* rows: from the first one of the statement on. */
static void
statement_case(struct zdm_buf *out, const struct zdm_check_view *view,
    const struct zdm_checked *item, const struct zdm_check_row *rows, size_t n, struct tally *tally)
{
    struct zdm_buf name = ZDM_BUF_INIT;
    struct one_case c = {.file = item->source->path,
        .rows = rows,
        .unknown = zdm_check_is_unknown(item) && !view->settings->allow_unknown};

    while (c.n < n && rows[c.n].item == item)
        c.n++;
    judge(&c, view, tally);
    case_name(&name, item->line, item->st->sql);
    c.name = name.s;
    add_case(out, view, &c);
    zdm_buf_release(&name);
}

static void
note_case(struct zdm_buf *out, const struct zdm_check_view *view, const struct zdm_check_row *row,
    struct tally *tally)
{
    struct one_case c = {.file = row->source->path, .rows = row, .n = 1};
    struct zdm_buf name = ZDM_BUF_INIT;

    judge(&c, view, tally);
    case_name(&name, row->at.line, row->rule);
    c.name = name.s;
    add_case(out, view, &c);
    zdm_buf_release(&name);
}

static void
add_cases(struct suite *suite, const struct zdm_check_view *view,
    const struct zdm_check_report *report, const struct zdm_check_rows *rows)
{
    size_t *first = zdm_alloc((report->n + 1) * sizeof *first); /* row of each statement */

    for (size_t i = 0; i < report->n; i++)
        first[i] = rows->n;
    for (size_t i = 0; i < rows->n; i++)
        if (rows->rows[i].first)
            first[rows->rows[i].item - report->items] = i;
    for (size_t i = 0; i < report->n; i++)
        statement_case(&suite->cases, view, &report->items[i], &rows->rows[first[i]],
            rows->n - first[i], &suite->tally);
    for (size_t i = 0; i < rows->n; i++)
        if (!rows->rows[i].item)
            note_case(&suite->notes, view, &rows->rows[i], &suite->tally);
    free(first);
}

static void
begin_suite(struct zdm_buf *out, const char *name, const struct tally *tally)
{
    zdm_buf_add(out, "  <testsuite");
    zdm_xml_attribute(out, "name", name);
    zdm_buf_addf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"0\" time=\"0\">\n",
        tally->tests, tally->failures, tally->errors);
}

static void
end_suite(struct zdm_buf *out, const struct zdm_check_view *view)
{
    zdm_buf_add(out, "  </testsuite>\n");
    zdm_check_emit(out, view);
}

/* All of the source was reported. */
static void
close_suite(struct suite *suite, struct zdm_buf *out, const struct zdm_check_view *view)
{
    if (!suite->source)
        return;
    begin_suite(out, suite->source->path, &suite->tally);
    zdm_check_emit_text(out, view, &suite->cases);
    zdm_check_emit_text(out, view, &suite->notes);
    end_suite(out, view);
    suite->source = NULL;
    suite->tally = (struct tally){0};
    zdm_buf_clear(&suite->cases);
    zdm_buf_clear(&suite->notes);
}

void *
zdm_check_junit_begin(struct zdm_buf *out, const struct zdm_check_view *view)
{
    struct suite *suite = zdm_alloc(sizeof *suite);

    (void)view;
    suite->cases = suite->notes = (struct zdm_buf)ZDM_BUF_INIT;
    zdm_buf_add(
        out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"zdm check\">\n");
    return suite;
}

void
zdm_check_junit_add(void *self, struct zdm_buf *out, const struct zdm_check_view *view,
    const struct zdm_check_report *report)
{
    struct suite *suite = self;
    struct zdm_check_rows rows;

    zdm_check_rows_init(&rows, report);
    if (report->n + rows.n > 0) {
        const struct zdm_source *source = report->n ? report->items->source : rows.rows->source;
        if (source != suite->source)
            close_suite(suite, out, view);
        suite->source = source;
        add_cases(suite, view, report, &rows);
    }
    zdm_check_rows_release(&rows);
}

/* Whoever reads only this document must not take what was not judged for good. */
static void
add_broken_off(struct zdm_buf *out, const struct zdm_check_view *view, const struct zdm_err *failed)
{
    const struct tally tally = {.tests = 1, .errors = 1};

    begin_suite(out, "zdm check", &tally);
    zdm_buf_add(out, "    <testcase classname=\"zdm check\" name=\"the rest was not judged\">\n");
    element(out, "error", "broken-off", failed->message, failed->hint ? failed->hint : "");
    zdm_buf_add(out, "    </testcase>\n");
    end_suite(out, view);
}

void
zdm_check_junit_end(void *self, struct zdm_buf *out, const struct zdm_check_view *view,
    const struct zdm_check_end *end)
{
    struct suite *suite = self;

    close_suite(suite, out, view);
    if (end->failed)
        add_broken_off(out, view, end->failed);
    zdm_buf_add(out, "</testsuites>\n");
    zdm_buf_release(&suite->cases);
    zdm_buf_release(&suite->notes);
    free(suite);
}
