/*
 * junit.c - zdm check --format junit: a suite a file, a case a statement, a failure where findings
 * count by --fail-on.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/check_formats.h"
#include "cli/check_rows.h"
#include "cli/layout.h"
#include "cli/render_source.h"

#define NAME_MAX_COLUMNS 100

/* XML 1.0 has no control characters, not even escaped ones; those are gone with zdm_add_clean().
 * U+FFFE, U+FFFF and surrogates are none of its characters either. */
static void
add_xml(struct zdm_buf *out, const char *s, bool in_attribute)
{
    struct zdm_buf clean = ZDM_BUF_INIT;

    zdm_add_clean(&clean, s, strlen(s), true);
    for (const char *c = clean.s; *c;) {
        int width;
        size_t n = zdm_utf8_next(c, &width);
        const unsigned char *u = (const unsigned char *)c;
        bool none = n == 3 && ((u[0] == 0xef && u[1] == 0xbf && u[2] >= 0xbe) ||
                                  (u[0] == 0xed && u[1] >= 0xa0));
        if (*c == '&')
            zdm_buf_add(out, "&amp;");
        else if (*c == '<')
            zdm_buf_add(out, "&lt;");
        else if (*c == '>')
            zdm_buf_add(out, "&gt;");
        else if (*c == '"')
            zdm_buf_add(out, "&quot;");
        else if (in_attribute && (*c == '\n' || *c == '\t'))
            zdm_buf_addf(out, "&#%d;", *c); /* an attribute would make blanks of them */
        else if (none)
            zdm_buf_add(out, "\xef\xbf\xbd");
        else
            zdm_buf_addn(out, c, n);
        c += n;
    }
    zdm_buf_release(&clean);
}

static void
attribute(struct zdm_buf *out, const char *name, const char *value)
{
    zdm_buf_addf(out, " %s=\"", name);
    add_xml(out, value, true);
    zdm_buf_addc(out, '"');
}

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
        attribute(out, "type", type);
    if (message)
        attribute(out, "message", message);
    zdm_buf_addc(out, '>');
    add_xml(out, text, false);
    zdm_buf_addf(out, "</%s>\n", name);
}

struct tally {
    size_t tests, failures, errors;
};

/* One case: the rows [i, n) of one statement or note; n may equal i. */
static void
add_case(struct zdm_buf *out, const struct zdm_check_view *view, const char *file, const char *name,
    bool unknown, const struct zdm_check_row *rows, size_t n, struct tally *tally)
{
    struct zdm_buf failure = ZDM_BUF_INIT, rest = ZDM_BUF_INIT;
    const struct zdm_check_row *worst = NULL;

    for (size_t i = 0; i < n; i++) {
        bool counts = zdm_check_counts(&rows[i], view->settings);
        if (counts && (!worst || rows[i].severity > worst->severity))
            worst = &rows[i];
        add_row_text(counts ? &failure : &rest, &rows[i]);
    }
    zdm_buf_add(out, "    <testcase");
    attribute(out, "classname", file);
    attribute(out, "name", name);
    tally->tests++;
    if (!worst && !unknown && !rest.len) {
        zdm_buf_add(out, "/>\n");
    } else {
        zdm_buf_add(out, ">\n");
        if (unknown) {
            element(out, "error", "unknown", "zdm cannot see what it does",
                failure.len ? failure.s : rest.s);
            tally->errors++;
        } else if (worst) {
            element(out, "failure", worst->rule, worst->message, failure.s);
            tally->failures++;
        }
        if (rest.len && !(unknown && !failure.len))
            element(out, "system-out", NULL, NULL, rest.s);
        zdm_buf_add(out, "    </testcase>\n");
    }
    zdm_buf_release(&failure);
    zdm_buf_release(&rest);
}

struct suites {
    const struct zdm_check_view *view;
    struct zdm_check_rows rows;
    size_t *first; /* row of each statement; rows.n where it has none */
};

static void
statement_case(struct zdm_buf *out, const struct suites *s, size_t index, struct tally *tally)
{
    const struct zdm_checked *item = &s->view->report->items[index];
    size_t from = s->first[index], to = from;
    struct zdm_buf name = ZDM_BUF_INIT;

    while (to < s->rows.n && s->rows.rows[to].item == item)
        to++;
    case_name(&name, item->line, item->st->sql);
    add_case(out, s->view, item->source->path, name.s,
        item->st->verdict == ZDM_VERDICT_UNKNOWN && !s->view->settings->allow_unknown,
        &s->rows.rows[from], to - from, tally);
    zdm_buf_release(&name);
}

static void
note_case(struct zdm_buf *out, const struct suites *s, const struct zdm_check_row *row,
    struct tally *tally)
{
    struct zdm_buf name = ZDM_BUF_INIT;

    case_name(&name, row->at.line, row->rule);
    add_case(out, s->view, row->source->path, name.s, false, row, 1, tally);
    zdm_buf_release(&name);
}

/* The cases of the next file: its statements in their order, then what is said of the file. Moves
 * both cursors behind it. */
static void
add_suite(
    struct zdm_buf *out, const struct suites *s, size_t *item, size_t *row, struct tally *total)
{
    const struct zdm_check_report *report = s->view->report;
    const struct zdm_source *source = NULL;
    struct zdm_buf cases = ZDM_BUF_INIT;
    struct tally tally = {0};

    if (*item < report->n)
        source = report->items[*item].source;
    if (*row < s->rows.n && (!source || s->rows.rows[*row].source < source))
        source = s->rows.rows[*row].source;
    for (; *item < report->n && report->items[*item].source == source; ++*item)
        statement_case(&cases, s, *item, &tally);
    for (; *row < s->rows.n && s->rows.rows[*row].source == source; ++*row) {
        if (!s->rows.rows[*row].item)
            note_case(&cases, s, &s->rows.rows[*row], &tally);
    }

    zdm_buf_add(out, "  <testsuite");
    attribute(out, "name", source->path);
    zdm_buf_addf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"0\" time=\"0\">\n",
        tally.tests, tally.failures, tally.errors);
    zdm_buf_add(out, cases.s);
    zdm_buf_add(out, "  </testsuite>\n");
    zdm_buf_release(&cases);
    total->tests += tally.tests;
    total->failures += tally.failures;
    total->errors += tally.errors;
}

void
zdm_render_check_junit(struct zdm_buf *out, const struct zdm_check_view *view)
{
    const struct zdm_check_report *report = view->report;
    struct zdm_buf text = ZDM_BUF_INIT;
    struct suites s = {.view = view};
    struct tally total = {0};

    zdm_check_rows_init(&s.rows, report);
    s.first = zdm_alloc((report->n + 1) * sizeof *s.first);
    for (size_t i = 0; i < report->n; i++)
        s.first[i] = s.rows.n;
    for (size_t i = 0; i < s.rows.n; i++) {
        if (s.rows.rows[i].first)
            s.first[s.rows.rows[i].item - report->items] = i;
    }
    for (size_t item = 0, row = 0; item < report->n || row < s.rows.n;)
        add_suite(&text, &s, &item, &row, &total);
    zdm_buf_add(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"zdm check\"");
    zdm_buf_addf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" time=\"0\">\n", total.tests,
        total.failures, total.errors);
    zdm_buf_add(out, text.s);
    zdm_buf_add(out, "</testsuites>\n");
    zdm_buf_release(&text);
    free(s.first);
    zdm_check_rows_release(&s.rows);
}
