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
    attribute(out, "classname", c->file);
    attribute(out, "name", c->name);
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

struct suites {
    const struct zdm_check_view *view;
    struct zdm_check_rows rows;
    size_t *first; /* row of each statement; rows.n where it has none */
};

/* out NULL, here and below: only counts. */
static void
statement_case(struct zdm_buf *out, const struct suites *s, size_t index, struct tally *tally)
{
    const struct zdm_checked *item = &s->view->report->items[index];
    struct zdm_buf name = ZDM_BUF_INIT;
    struct one_case c = {.file = item->source->path,
        .rows = &s->rows.rows[s->first[index]],
        .unknown = zdm_check_is_unknown(item) && !s->view->settings->allow_unknown};

    while (s->first[index] + c.n < s->rows.n && c.rows[c.n].item == item)
        c.n++;
    judge(&c, s->view, tally);
    if (!out)
        return;
    case_name(&name, item->line, item->st->sql);
    c.name = name.s;
    add_case(out, s->view, &c);
    zdm_check_emit(out, s->view);
    zdm_buf_release(&name);
}

static void
note_case(struct zdm_buf *out, const struct suites *s, const struct zdm_check_row *row,
    struct tally *tally)
{
    struct one_case c = {.file = row->source->path, .rows = row, .n = 1};
    struct zdm_buf name = ZDM_BUF_INIT;

    judge(&c, s->view, tally);
    if (!out)
        return;
    case_name(&name, row->at.line, row->rule);
    c.name = name.s;
    add_case(out, s->view, &c);
    zdm_check_emit(out, s->view);
    zdm_buf_release(&name);
}

/* Where a file begins in the statements and in the rows. */
struct cursor {
    size_t item, row;
};

/* The cases of a file: its statements in their order, then what is said of the file. Returns where the
 * next one begins. */
static struct cursor
add_cases(struct zdm_buf *out, const struct suites *s, struct cursor at,
    const struct zdm_source *source, struct tally *tally)
{
    const struct zdm_check_report *report = s->view->report;

    for (; at.item < report->n && report->items[at.item].source == source; at.item++)
        statement_case(out, s, at.item, tally);
    for (; at.row < s->rows.n && s->rows.rows[at.row].source == source; at.row++)
        if (!s->rows.rows[at.row].item)
            note_case(out, s, &s->rows.rows[at.row], tally);
    return at;
}

/* NULL at the end. */
static const struct zdm_source *
source_at(const struct suites *s, struct cursor at)
{
    const struct zdm_check_report *report = s->view->report;
    const struct zdm_source *source = at.item < report->n ? report->items[at.item].source : NULL;

    if (at.row < s->rows.n && (!source || s->rows.rows[at.row].source < source))
        source = s->rows.rows[at.row].source;
    return source;
}

static void
add_suites(struct zdm_buf *out, const struct suites *s)
{
    const struct zdm_source *source;

    for (struct cursor at = {0}; (source = source_at(s, at)) != NULL;) {
        struct tally tally = {0}, again = {0};
        add_cases(NULL, s, at, source, &tally);
        zdm_buf_add(out, "  <testsuite");
        attribute(out, "name", source->path);
        zdm_buf_addf(out,
            " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"0\" time=\"0\">\n",
            tally.tests, tally.failures, tally.errors);
        at = add_cases(out, s, at, source, &again);
        zdm_buf_add(out, "  </testsuite>\n");
    }
}

void
zdm_render_check_junit(struct zdm_buf *out, const struct zdm_check_view *view)
{
    const struct zdm_check_report *report = view->report;
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
    for (struct cursor at = {0}; source_at(&s, at);)
        at = add_cases(NULL, &s, at, source_at(&s, at), &total);
    zdm_buf_add(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"zdm check\"");
    zdm_buf_addf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" time=\"0\">\n", total.tests,
        total.failures, total.errors);
    add_suites(out, &s);
    zdm_buf_add(out, "</testsuites>\n");
    free(s.first);
    zdm_check_rows_release(&s.rows);
}
