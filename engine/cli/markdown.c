/*
 * markdown.c - zdm check --format markdown: a comment for a pull request. What comes from the files
 * can neither format anything nor leave its fence.
 */
#include <string.h>

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
heading(struct zdm_buf *out, const struct zdm_check_view *view)
{
    const struct zdm_check_summary *s = &view->report->summary;
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

void
zdm_render_check_markdown(struct zdm_buf *out, const struct zdm_check_view *view)
{
    struct zdm_check_rows rows;
    struct zdm_buf part = ZDM_BUF_INIT;
    size_t shown = 0, count = 0, left = 0;

    zdm_check_rows_init(&rows, view->report);
    heading(out, view);
    for (size_t i = 0; i < rows.n; i++)
        count += !rows.rows[i].allowed;
    if (count)
        zdm_buf_add(out, "| | where | what | rule |\n|---|---|---|---|\n");
    for (size_t i = 0; i < rows.n; i++) {
        if (rows.rows[i].allowed)
            continue;
        zdm_buf_clear(&part);
        table_row(&part, &rows.rows[i]);
        if (out->len + part.len > BYTES_MAX / 2)
            break;
        zdm_buf_add(out, part.s);
        shown++;
    }
    if (count > shown)
        zdm_buf_addf(out, "\n%zu more are not shown.\n", count - shown);
    if (count)
        zdm_buf_addc(out, '\n');
    for (size_t i = 0; i < rows.n;) {
        size_t n = 1, open = 0;
        while (rows.rows[i].item && i + n < rows.n && rows.rows[i + n].item == rows.rows[i].item)
            n++;
        for (size_t j = i; j < i + n; j++)
            open += !rows.rows[j].allowed && rows.rows[j].item;
        zdm_buf_clear(&part);
        if (open)
            details(&part, &rows.rows[i], n);
        if (out->len + part.len <= BYTES_MAX)
            zdm_buf_add(out, part.s);
        else
            left++;
        i += n;
    }
    if (left)
        zdm_buf_addf(out, "The details of %zu more statements are not shown.\n\n", left);
    zdm_buf_add(out, "Evidence: ");
    add_plain(out, view->report->evidence);
    zdm_buf_add(out, ". `zdm explain RULE` says more.\n");
    zdm_buf_release(&part);
    zdm_check_rows_release(&rows);
}
