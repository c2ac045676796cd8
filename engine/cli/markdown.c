/*
 * markdown.c - zdm check --format markdown: a comment for a pull request. What comes from the files
 * can neither format anything nor leave its fence.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/check_formats.h"
#include "cli/check_rows.h"
#include "cli/render_source.h"

#define BYTES_MAX 60000 /* GitHub takes comments of 65,536 characters */

/* Text as it is: what Markdown or GitHub (@name, #1) would read as its own is disarmed. */
static void
add_plain(struct zdm_buf *out, const char *s)
{
    struct zdm_buf clean = ZDM_BUF_INIT;

    zdm_add_clean(&clean, s, strlen(s), false);
    for (const char *c = clean.s; *c; c++) {
        if (strchr("\\`*_{}[]()<>#+!|~$:", *c))
            zdm_buf_addf(out, "&#%d;", *c);
        else if (*c == '&')
            zdm_buf_add(out, "&amp;");
        else if (*c == '@')
            zdm_buf_add(out, "@<!-- -->");
        else
            zdm_buf_addc(out, *c);
    }
    zdm_buf_release(&clean);
}

/* The longest run of ` in s. */
static size_t
longest_ticks(const char *s)
{
    size_t longest = 0;

    for (; *s; s++) {
        size_t n = strspn(s, "`");
        if (n > longest)
            longest = n;
        s += n;
        if (!*s)
            break;
    }
    return longest;
}

static void
add_ticks(struct zdm_buf *out, size_t n)
{
    while (n-- > 0)
        zdm_buf_addc(out, '`');
}

/* SQL between fences that are longer than any in it. */
static void
add_fence(struct zdm_buf *out, const char *sql, const char *end)
{
    struct zdm_buf clean = ZDM_BUF_INIT;
    size_t ticks = 3;

    zdm_add_clean(&clean, sql, strlen(sql), true);
    zdm_buf_add(&clean, end);
    if (longest_ticks(clean.s) >= ticks)
        ticks = longest_ticks(clean.s) + 1;
    add_ticks(out, ticks);
    zdm_buf_addf(out, "sql\n%s", clean.s);
    add_ticks(out, ticks);
    zdm_buf_add(out, "\n\n");
    zdm_buf_release(&clean);
}

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
    add_plain(out, row->source->path);
    if (row->at.line)
        zdm_buf_addf(out, "&#58;%zu", row->at.line);
}

static void
table_row(struct zdm_buf *out, const struct zdm_check_row *row)
{
    zdm_buf_addf(out, "| %s | ", word_of(row));
    add_place(out, row);
    zdm_buf_add(out, " | ");
    add_plain(out, row->message);
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
        add_plain(out, text.s);
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
    add_plain(out, st->kind);
    zdm_buf_add(out, "</summary>\n\n");
    add_fence(out, st->sql, ";\n");
    fact(out, "locks", st, zdm_check_locks);
    fact(out, "work", st, zdm_check_work);
    fact(out, "breaks", st, zdm_check_breaks);
    zdm_buf_addf(out, "- evidence: %s\n\n", zdm_evidence_name(st->evidence));
    for (size_t i = 0; i < n; i++) {
        if (rows[i].allowed || (!rows[i].hint && (!rows[i].finding || !rows[i].finding->n_safer)))
            continue;
        zdm_buf_addf(out, "`%s`: ", rows[i].rule);
        add_plain(out, rows[i].hint ? rows[i].hint : "safer");
        zdm_buf_add(out, "\n\n");
        if (rows[i].finding && rows[i].finding->n_safer) {
            struct zdm_buf safer = ZDM_BUF_INIT;
            zdm_check_safer(&safer, rows[i].finding);
            add_fence(out, safer.s, "");
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

/* Pieces that may be shown: as many as there is room for. */
struct pieces {
    struct zdm_buf text;
    size_t *ends; /* of each in the text: n */
    size_t n;
    size_t count; /* also of those for which there was no room */
};

struct comment {
    struct pieces rows, details;
};

static void
add_piece(struct pieces *pieces, const struct zdm_buf *piece, size_t room)
{
    pieces->count++;
    if (pieces->text.len + piece->len > room)
        return;
    zdm_buf_addn(&pieces->text, piece->s, piece->len);
    pieces->ends = zdm_grow(pieces->ends, pieces->n, sizeof *pieces->ends);
    pieces->ends[pieces->n++] = pieces->text.len;
}

/* Adds the first ones, with which `out` is not longer than `room`; returns how many are left out. */
static size_t
put_pieces(struct zdm_buf *out, const struct pieces *pieces, size_t room)
{
    size_t n = pieces->n;

    while (n > 0 && out->len + pieces->ends[n - 1] > room)
        n--;
    if (n > 0)
        zdm_buf_addn(out, pieces->text.s, pieces->ends[n - 1]);
    return pieces->count - n;
}

static void
release_pieces(struct pieces *pieces)
{
    zdm_buf_release(&pieces->text);
    free(pieces->ends);
}

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
        add_piece(&comment->rows, &part, BYTES_MAX / 2);
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
            add_piece(&comment->details, &part, BYTES_MAX);
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
            left = put_pieces(out, &comment->rows, BYTES_MAX / 2);
            if (left)
                zdm_buf_addf(out, "\n%zu more are not shown.\n", left);
            zdm_buf_addc(out, '\n');
        }
        left = put_pieces(out, &comment->details, BYTES_MAX);
        if (left)
            zdm_buf_addf(out, "The details of %zu more statements are not shown.\n\n", left);
        zdm_buf_add(out, "Evidence: ");
        add_plain(out, view->evidence);
        zdm_buf_add(out, ". `zdm explain RULE` says more.\n");
    }
    release_pieces(&comment->rows);
    release_pieces(&comment->details);
    free(comment);
}
