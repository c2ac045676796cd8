#include "cli/render_source.h"

#include <stdio.h>
#include <string.h>

#include "cli/layout.h"

#define TAB  8
#define DOTS 3
#define FAR  1024 /* bytes around a place that are looked at: a file may be one line */

/* U+202A-202E and U+2066-2069 make text read otherwise than it runs. */
static bool
turns_direction(const char *s, size_t n)
{
    unsigned char last = n == 3 ? (unsigned char)s[2] : 0;

    if (n != 3 || (unsigned char)s[0] != 0xe2)
        return false;
    return ((unsigned char)s[1] == 0x80 && last >= 0xaa && last <= 0xae) ||
           ((unsigned char)s[1] == 0x81 && last >= 0xa6 && last <= 0xa9);
}

/* What is shown for one character, n bytes at s, and its width. */
static const char *
shown(const char *s, size_t *n, int *width)
{
    unsigned char c = (unsigned char)*s;

    *n = zdm_utf8_next(s, width);
    if (*n == 0) { /* a NUL in the middle */
        *n = *width = 1;
        return "?";
    }
    if (*n == 1 && c >= 0x80) {
        *width = 1;
        return "\xef\xbf\xbd";
    }
    if ((c < 0x20 && c != '\t' && c != '\n') || c == 0x7f ||
        (c == 0xc2 && (unsigned char)s[1] < 0xa0) || turns_direction(s, *n)) {
        *width = 1;
        return "?";
    }
    return NULL;
}

void
zdm_add_clean(struct zdm_buf *out, const char *s, size_t n, bool lines)
{
    for (size_t at = 0; at < n;) {
        int width;
        size_t step = zdm_plain_run(s + at, n - at);
        if (step > 0) {
            zdm_buf_addn(out, s + at, step);
            at += step;
            continue;
        }
        const char *instead = shown(s + at, &step, &width);
        if (s[at] == '\r' && at + 1 < n && s[at + 1] == '\n') {
            at++; /* the end of a line as Windows writes it */
            continue;
        }
        if (instead)
            zdm_buf_add(out, instead);
        else if (!lines && (s[at] == '\n' || s[at] == '\t'))
            zdm_buf_addc(out, ' ');
        else
            zdm_buf_addn(out, s + at, step < n - at ? step : n - at);
        at += step;
    }
}

/* One line, from byte `line` to its end, in at most `room` columns, of which [from, to) (bytes of
 * text) are underlined when from < to. */
static void
cut_line(struct zdm_buf *out, struct zdm_buf *under, const char *text, size_t line, size_t end,
    size_t from, size_t to, int room)
{
    int column = 0, first = 0, last = 0, all, width;
    size_t n;

    /* In columns: where what is underlined begins and ends, and how long the line is. */
    for (size_t at = line; at < end; at += n) {
        shown(text + at, &n, &width);
        if (at == from)
            first = column;
        column += text[at] == '\t' ? TAB - column % TAB : width;
        if (at < to)
            last = column;
    }
    all = column;
    if (from >= end)
        first = last = all;

    int left = 0, right = all;
    if (all > room && last <= room * 2 / 3) { /* what stands behind it matters too */
        right = room - DOTS;
    } else if (all > room) {
        left = first - room / 3 > 0 ? first - room / 3 : 0;
        right = left + room - 2 * DOTS;
        if (all - left <= room - DOTS) {
            right = all;
            left = all - (room - DOTS);
        }
    }
    if (left > 0)
        zdm_buf_add(out, "...");

    column = 0;
    for (size_t at = line; at < end; at += n) {
        const char *instead = shown(text + at, &n, &width);
        int before = column;
        column += text[at] == '\t' ? TAB - column % TAB : width;
        if (column <= left || before >= right)
            continue;
        if (text[at] == '\t' || before < left || column > right)
            zdm_add_blanks(
                out, (column < right ? column : right) - (before > left ? before : left));
        else if (instead)
            zdm_buf_add(out, instead);
        else
            zdm_buf_addn(out, text + at, n);
    }
    if (right < all)
        zdm_buf_add(out, "...");
    while (out->len > 0 && out->s[out->len - 1] == ' ')
        out->s[--out->len] = 0;

    if (from < to || from == end) {
        zdm_add_blanks(under, first - left + (left > 0 ? DOTS : 0));
        zdm_buf_addc(under, '^');
        for (int i = first + 1; i < last && i < right; i++)
            zdm_buf_addc(under, '~');
    }
}

static bool
is_continuation(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* Where the line of byte `at` begins, or a character far enough before it. */
static size_t
line_start(const char *text, size_t at)
{
    size_t from = at;

    while (from > 0 && text[from - 1] != '\n' && (at - from < FAR || is_continuation(text[from])))
        from--;
    return from;
}

static size_t
line_end(const char *text, size_t at)
{
    size_t end = at;

    while (text[end] && text[end] != '\n' && (end - at < FAR || is_continuation(text[end])))
        end++;
    return end > 0 && text[end] == '\n' && text[end - 1] == '\r' ? end - 1 : end;
}

static int
gutter(struct zdm_buf *out, size_t number)
{
    char text[40];
    int n = number ? snprintf(text, sizeof text, "%5zu | ", number)
                   : snprintf(text, sizeof text, "      | ");

    zdm_buf_addf(out, ZDM_DIM "%s" ZDM_PLAIN, text);
    return n;
}

static void
add_line(struct zdm_buf *out, const struct zdm_excerpt *e, size_t at, size_t number, bool marked)
{
    struct zdm_buf line = ZDM_BUF_INIT, under = ZDM_BUF_INIT;
    int used = gutter(out, number);
    size_t start = line_start(e->text, at);

    cut_line(&line, &under, e->text, start, line_end(e->text, at), marked ? e->from : start,
        marked ? e->to : start, e->columns - used);
    zdm_buf_addf(out, "%s\n", line.s);
    if (marked) {
        zdm_buf_add(out, ZDM_DIM);
        zdm_add_blanks(out, used - 2);
        zdm_buf_addf(out, "|" ZDM_PLAIN " %s%s" ZDM_PLAIN "\n", e->underline, under.s);
    }
    zdm_buf_release(&line);
    zdm_buf_release(&under);
}

void
zdm_render_excerpt(struct zdm_buf *out, const struct zdm_excerpt *e)
{
    if (e->from_line > e->begin_line) {
        add_line(out, e, e->begin, e->begin_line, false);
        if (e->from_line > e->begin_line + 2)
            zdm_buf_add(out, ZDM_DIM "  ..." ZDM_PLAIN "\n");
        else if (e->from_line == e->begin_line + 2)
            add_line(out, e, line_start(e->text, line_start(e->text, e->from) - 1),
                e->begin_line + 1, false);
    }
    add_line(out, e, e->from, e->from_line, true);
}
