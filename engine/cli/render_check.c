#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/check_formats.h"
#include "cli/check_rows.h"
#include "cli/layout.h"
#include "cli/render_source.h"

#define LABEL 2
#define TEXT  12
#define SAFER 4

static const char *const styles[] = {
    [ZDM_SEVERITY_OFF] = ZDM_DIM,
    [ZDM_SEVERITY_INFO] = ZDM_CYAN,
    [ZDM_SEVERITY_WARNING] = ZDM_YELLOW,
    [ZDM_SEVERITY_ERROR] = ZDM_RED,
};

static void
add_place(struct zdm_buf *out, const struct zdm_check_row *row)
{
    zdm_add_clean(out, row->source->path, strlen(row->source->path), false);
    if (row->at.line)
        zdm_buf_addf(out, ":%zu", row->at.line);
    if (row->at.line && row->at.column)
        zdm_buf_addf(out, ":%zu", row->at.column);
    zdm_buf_add(out, ": ");
}

static void
add_text(struct zdm_buf *out, const char *text, int indent, int columns)
{
    struct zdm_buf clean = ZDM_BUF_INIT;

    zdm_add_clean(&clean, text, strlen(text), true);
    zdm_add_wrapped(out, clean.s, indent, columns);
    zdm_buf_addc(out, '\n');
    zdm_buf_release(&clean);
}

static void
fact(struct zdm_buf *out, const char *label, const char *text, int columns)
{
    zdm_add_blanks(out, LABEL);
    zdm_buf_add(out, ZDM_DIM);
    zdm_add_padded(out, label, TEXT - LABEL);
    zdm_buf_add(out, ZDM_PLAIN);
    add_text(out, text, TEXT, columns);
}

static void
fact_of(struct zdm_buf *out, const char *label, const struct zdm_statement *st,
    void (*say)(struct zdm_buf *out, const struct zdm_statement *st), int columns)
{
    struct zdm_buf text = ZDM_BUF_INIT;

    say(&text, st);
    if (text.len)
        fact(out, label, text.s, columns);
    zdm_buf_release(&text);
}

static void
head(struct zdm_buf *out, const struct zdm_check_row *row, int columns)
{
    struct zdm_buf start = ZDM_BUF_INIT, text = ZDM_BUF_INIT;
    const char *message = row->allowed ? row->allowed : row->message;

    zdm_buf_add(&start, ZDM_BOLD);
    add_place(&start, row);
    zdm_buf_addf(&start, ZDM_PLAIN "%s%s[%s]:" ZDM_PLAIN,
        row->allowed ? ZDM_DIM : styles[row->severity],
        row->allowed ? "allowed" : zdm_severity_name(row->severity), row->rule);
    zdm_buf_add(out, start.s);
    zdm_add_clean(&text, message, strlen(message), true);
    int used = zdm_width(start.s) + 1;
    bool beside = used <= columns * 3 / 4; /* else hardly a word fits */
    zdm_buf_add(out, beside ? " " : "\n  ");
    used = beside ? used : 2;
    zdm_buf_add(out, ZDM_BOLD);
    zdm_add_hanging(out, text.s, used, 2, columns);
    zdm_buf_add(out, ZDM_PLAIN "\n");
    zdm_buf_release(&text);
    zdm_buf_release(&start);
}

static void
excerpt(struct zdm_buf *out, const struct zdm_check_row *row, int columns)
{
    const struct zdm_statement *st = row->item->st;
    const char *original = row->source->original;
    /* Of a plan only the statement itself is at hand. */
    size_t begin = original ? st->offset : 0;
    struct zdm_excerpt e = {
        .text = original ? original : st->sql,
        .begin = begin,
        .from = begin + row->at.from,
        .to = begin + row->at.to,
        .begin_line = row->item->line,
        .from_line = row->at.line,
        .underline = styles[row->severity],
        .columns = columns,
    };

    zdm_render_excerpt(out, &e);
}

static void
facts(struct zdm_buf *out, const struct zdm_check_row *row, const struct zdm_check_view *view)
{
    const struct zdm_statement *st = row->item->st;
    int columns = view->columns;

    if (row->item->step)
        fact(out, "step", row->item->step, columns);
    fact_of(out, "locks", st, zdm_check_locks, columns);
    fact_of(out, "work", st, zdm_check_work, columns);
    fact_of(out, "breaks", st, zdm_check_breaks, columns);
    if (st->data_loss)
        fact(out, "loses", "data", columns);
    if (st->fails_with) {
        struct zdm_buf text = ZDM_BUF_INIT;
        zdm_buf_addf(&text, "with SQLSTATE %s", st->fails_with);
        fact(out, "fails", text.s, columns);
        zdm_buf_release(&text);
    }
    /* What all have in common is said at the end. */
    if (strcmp(view->evidence, zdm_evidence_name(ZDM_EVIDENCE_ASSUMED)) != 0 &&
        st->evidence == ZDM_EVIDENCE_ASSUMED)
        fact(out, "evidence", "assumed: the catalog does not settle all of this", columns);
}

static void
safer(struct zdm_buf *out, const struct zdm_finding *finding)
{
    struct zdm_buf sql = ZDM_BUF_INIT, clean = ZDM_BUF_INIT;

    if (finding->n_safer == 0)
        return;
    zdm_check_safer(&sql, finding);
    zdm_add_clean(&clean, sql.s, sql.len, true);
    zdm_add_blanks(out, LABEL);
    zdm_buf_add(out, ZDM_GREEN "safer" ZDM_PLAIN "\n");
    zdm_add_block(out, clean.s, clean.len, SAFER, 0);
    zdm_buf_release(&sql);
    zdm_buf_release(&clean);
}

/* before: the row above it, whose place may have been shown already; NULL for none. */
static void
add_row(struct zdm_buf *out, const struct zdm_check_row *row, const struct zdm_check_row *before,
    const struct zdm_check_view *view)
{
    bool shown = before && before->item == row->item && before->at.from == row->at.from &&
                 before->finding && !before->allowed;

    head(out, row, view->columns);
    if (row->allowed)
        return;
    if (row->finding && !shown)
        excerpt(out, row, view->columns);
    if (row->first)
        facts(out, row, view);
    if (row->hint)
        fact(out, "hint", row->hint, view->columns);
    if (row->finding)
        safer(out, row->finding);
}

static void
count(struct zdm_buf *out, size_t n, const char *one, const char *many)
{
    zdm_buf_addf(out, "%zu %s", n, n == 1 ? one : many);
}

static void
count_if(struct zdm_buf *out, size_t n, const char *one, const char *many, bool *any)
{
    if (n == 0)
        return;
    zdm_buf_add(out, *any ? ", " : ": ");
    *any = true;
    count(out, n, one, many);
}

static void
summary(struct zdm_buf *out, const struct zdm_check_view *view, const struct zdm_check_summary *s,
    bool any_rows)
{
    struct zdm_buf text = ZDM_BUF_INIT;
    bool any = false;

    count(&text, s->statements, "statement", "statements");
    zdm_buf_add(&text, " in ");
    count(&text, s->files, "file", "files");
    if (s->applied > 0)
        zdm_buf_addf(&text, " (%zu already applied, left out)", s->applied);
    count_if(&text, s->errors, "error", "errors", &any);
    count_if(&text, s->warnings, "warning", "warnings", &any);
    count_if(&text, s->infos, "remark", "remarks", &any);
    count_if(&text, s->allowed, "allowed", "allowed", &any);
    count_if(&text, s->unknown, "not understood", "not understood", &any);
    if (!any)
        zdm_buf_add(&text, ": nothing to complain about");
    zdm_buf_addf(out, "%s%s", any_rows ? "\n" : "",
        s->errors     ? ZDM_RED
        : s->warnings ? ZDM_YELLOW
                      : ZDM_GREEN);
    zdm_add_wrapped(out, text.s, 0, view->columns);
    zdm_buf_add(out, ZDM_PLAIN "\n");

    zdm_buf_clear(&text);
    if (strcmp(view->evidence, zdm_evidence_name(ZDM_EVIDENCE_ASSUMED)) == 0)
        zdm_buf_add(&text,
            "evidence: assumed, from the text alone, on the safe side; --db DSN asks "
            "the catalog of a database");
    else
        zdm_buf_addf(&text, "evidence: %s", view->evidence);
    add_text(out, text.s, 0, view->columns);
    zdm_buf_release(&text);
}

static int
compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Where to read more: the rules that have a page. */
static void
explain(struct zdm_buf *out, struct zdm_check_rules *rules, int columns)
{
    struct zdm_buf text = ZDM_BUF_INIT;

    if (rules->n > 0)
        qsort(rules->ids, rules->n, sizeof *rules->ids, compare_names);
    for (size_t i = 0; i < rules->n; i++)
        zdm_buf_addf(&text, "%s%s", i ? ", " : "zdm explain RULE says more: ", rules->ids[i]);
    if (rules->n > 0)
        add_text(out, text.s, 0, columns);
    zdm_buf_release(&text);
}

void
zdm_render_check_rows(
    struct zdm_buf *out, const struct zdm_check_rows *rows, const struct zdm_check_view *view)
{
    for (size_t i = 0; i < rows->n; i++) {
        if (i > 0 && !(rows->rows[i].allowed && rows->rows[i - 1].allowed))
            zdm_buf_addc(out, '\n');
        add_row(out, &rows->rows[i], i > 0 ? &rows->rows[i - 1] : NULL, view);
        zdm_check_emit(out, view);
    }
}

struct text {
    struct zdm_check_rules rules;
    bool any, allowed; /* there was a row, and the last one was allowed */
};

void *
zdm_check_text_begin(struct zdm_buf *out, const struct zdm_check_view *view)
{
    (void)out, (void)view;
    return zdm_alloc(sizeof(struct text));
}

void
zdm_check_text_add(void *self, struct zdm_buf *out, const struct zdm_check_view *view,
    const struct zdm_check_report *report)
{
    struct text *text = self;
    struct zdm_check_rows rows;

    zdm_check_rows_init(&rows, report);
    if (text->any && rows.n > 0 && !(rows.rows[0].allowed && text->allowed))
        zdm_buf_addc(out, '\n');
    zdm_render_check_rows(out, &rows, view);
    for (size_t i = 0; i < rows.n; i++)
        if (!rows.rows[i].allowed && zdm_sql_rule(rows.rows[i].rule))
            zdm_check_rule_index(&text->rules, rows.rows[i].rule);
    if (rows.n > 0) {
        text->any = true;
        text->allowed = rows.rows[rows.n - 1].allowed != NULL;
    }
    zdm_check_rows_release(&rows);
}

/* What was not judged to its end is not summed up. */
void
zdm_check_text_end(void *self, struct zdm_buf *out, const struct zdm_check_view *view,
    const struct zdm_check_end *end)
{
    struct text *text = self;

    if (!end->failed) {
        summary(out, view, end->summary, text->any);
        explain(out, &text->rules, view->columns);
    }
    zdm_check_rules_release(&text->rules);
    free(text);
}
