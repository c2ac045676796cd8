/*
 * markdown_check.c - zdm check --format markdown: a comment for a pull request. What comes from the files
 * can neither format anything nor leave its fence.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "cli/check_formats.h"
#include "cli/check_rows.h"
#include "cli/markdown.h"

static const char *
word_of(const struct zdm_check_row *row)
{
    static const char *const words[] = {
        [ZDM_SEVERITY_OFF] = "off",
        [ZDM_SEVERITY_INFO] = "info",
        [ZDM_SEVERITY_WARNING] = "warning",
        [ZDM_SEVERITY_ERROR] = "**error**",
    };
    return words[row->severity];
}

static void
add_place(struct zdm_buf *out, const struct zdm_check_row *row)
{
    zdm_markdown_add(out, row->source->path);
    if (row->at.line)
        zdm_buf_addf(out, "&#58;%zu", row->at.line);
}

static void
table_row(struct zdm_buf *out, const struct zdm_check_row *row)
{
    zdm_buf_addf(out, "| %s | ", word_of(row));
    add_place(out, row);
    zdm_buf_add(out, " | ");
    zdm_markdown_add(out, row->message);
    zdm_buf_addf(out, " | `%s` |\n", row->rule);
}

static void
fact(struct zdm_buf *out, const char *label, const struct zdm_statement *st,
    void (*say)(struct zdm_buf *out, const struct zdm_statement *st))
{
    struct zdm_buf text = ZDM_BUF_INIT;

    say(&text, st);
    if (text.len) {
        zdm_buf_addf(out, "- %s: ", label);
        zdm_markdown_add(out, text.s);
        zdm_buf_addc(out, '\n');
    }
    zdm_buf_release(&text);
}

/* A statement with what it does and the safer form of each of its findings. */
static void
details(struct zdm_buf *out, const struct zdm_check_row *rows, size_t n)
{
    const struct zdm_statement *st = rows->item->st;

    zdm_buf_add(out, "<details><summary>");
    add_place(out, rows);
    zdm_buf_add(out, " ");
    zdm_markdown_add(out, st->kind);
    zdm_buf_add(out, "</summary>\n\n");
    zdm_markdown_fence(out, "sql", st->sql, ";\n");
    fact(out, "locks", st, zdm_check_locks);
    fact(out, "work", st, zdm_check_work);
    fact(out, "breaks", st, zdm_check_breaks);
    zdm_buf_addf(out, "- evidence: %s\n\n", zdm_evidence_name(st->evidence));
    for (size_t i = 0; i < n; i++) {
        if (rows[i].allowed || (!rows[i].hint && (!rows[i].finding || !rows[i].finding->n_safer)))
            continue;
        zdm_buf_addf(out, "`%s`: ", rows[i].rule);
        zdm_markdown_add(out, rows[i].hint ? rows[i].hint : "safer");
        zdm_buf_add(out, "\n\n");
        if (rows[i].finding && rows[i].finding->n_safer) {
            struct zdm_buf safer = ZDM_BUF_INIT;
            zdm_check_safer(&safer, rows[i].finding);
            zdm_markdown_fence(out, "sql", safer.s, "");
            zdm_buf_release(&safer);
        }
    }
    zdm_buf_add(out, "</details>\n\n");
}

static void
heading(struct zdm_buf *out, const struct zdm_check_summary *s)
{
    const struct {
        size_t n;
        const char *one, *many;
    } counts[] = {
        {s->errors, "error", "errors"},
        {s->warnings, "warning", "warnings"},
        {s->allowed, "allowed", "allowed"},
        {s->unknown, "not understood", "not understood"},
    };
    bool any = false;

    zdm_buf_addf(out, "### zdm check: %zu statement%s in %zu file%s", s->statements,
        s->statements == 1 ? "" : "s", s->files, s->files == 1 ? "" : "s");
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        if (counts[i].n) {
            zdm_buf_addf(out, "%s %zu %s", any ? "," : ":", counts[i].n,
                counts[i].n == 1 ? counts[i].one : counts[i].many);
            any = true;
        }
    }
    zdm_buf_addf(out, "%s\n\n", any ? "" : ": nothing to complain about");
}

struct comment {
    struct zdm_markdown_pieces rows, details;
};

void *
zdm_check_markdown_begin(struct zdm_buf *out, const struct zdm_check_view *view)
{
    struct comment *comment = zdm_alloc(sizeof *comment);

    (void)out, (void)view;
    comment->rows.text = comment->details.text = (struct zdm_buf)ZDM_BUF_INIT;
    return comment;
}

void
zdm_check_markdown_add(void *self, struct zdm_buf *out, const struct zdm_check_view *view,
    const struct zdm_check_report *report)
{
    struct comment *comment = self;
    struct zdm_buf part = ZDM_BUF_INIT;
    struct zdm_check_rows rows;

    (void)out, (void)view;
    zdm_check_rows_init(&rows, report);
    for (size_t i = 0; i < rows.n; i++) {
        if (rows.rows[i].allowed)
            continue;
        zdm_buf_clear(&part);
        table_row(&part, &rows.rows[i]);
        zdm_markdown_piece(&comment->rows, &part, ZDM_MARKDOWN_BYTES / 2);
    }
    for (size_t i = 0; i < rows.n;) {
        size_t n = 1, open = 0;
        while (rows.rows[i].item && i + n < rows.n && rows.rows[i + n].item == rows.rows[i].item)
            n++;
        for (size_t j = i; j < i + n; j++)
            open += !rows.rows[j].allowed && rows.rows[j].item;
        zdm_buf_clear(&part);
        if (open) {
            details(&part, &rows.rows[i], n);
            zdm_markdown_piece(&comment->details, &part, ZDM_MARKDOWN_BYTES);
        }
        i += n;
    }
    zdm_buf_release(&part);
    zdm_check_rows_release(&rows);
}

void
zdm_check_markdown_end(void *self, struct zdm_buf *out, const struct zdm_check_view *view,
    const struct zdm_check_end *end)
{
    struct comment *comment = self;
    size_t left;

    if (!end->failed) {
        heading(out, end->summary);
        if (comment->rows.count) {
            zdm_buf_add(out, "| | where | what | rule |\n|---|---|---|---|\n");
            left = zdm_markdown_put(out, &comment->rows, ZDM_MARKDOWN_BYTES / 2);
            if (left)
                zdm_buf_addf(out, "\n%zu more are not shown.\n", left);
            zdm_buf_addc(out, '\n');
        }
        left = zdm_markdown_put(out, &comment->details, ZDM_MARKDOWN_BYTES);
        if (left)
            zdm_buf_addf(out, "The details of %zu more statements are not shown.\n\n", left);
        zdm_buf_add(out, "Evidence: ");
        zdm_markdown_add(out, view->evidence);
        zdm_buf_add(out, ". `zdm explain RULE` says more.\n");
    }
    zdm_markdown_release(&comment->rows);
    zdm_markdown_release(&comment->details);
    free(comment);
}
