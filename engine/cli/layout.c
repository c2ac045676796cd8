#include "cli/layout.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Characters that take no column, or two. Not the whole of Unicode's table: names and SQL rarely
 * hold more, and a wrong width only shifts a column. */
static const struct {
    uint32_t first, last;
    int width;
} ranges[] = {
    {0x0300, 0x036f, 0},
    {0x1100, 0x115f, 2},
    {0x200b, 0x200f, 0},
    {0x2e80, 0xa4cf, 2},
    {0xac00, 0xd7a3, 2},
    {0xf900, 0xfaff, 2},
    {0xfe00, 0xfe0f, 0},
    {0xfe30, 0xfe6f, 2},
    {0xff00, 0xff60, 2},
    {0xffe0, 0xffe6, 2},
    {0x1f300, 0x1f64f, 2},
    {0x1f680, 0x1f6ff, 2},
    {0x1f900, 0x1f9ff, 2},
    {0x20000, 0x3fffd, 2},
};

size_t
zdm_plain_run(const char *s, size_t n)
{
    size_t at = 0;

    while (at < n && s[at] >= 0x20 && s[at] < 0x7f)
        at++;
    return at;
}

size_t
zdm_utf8_next(const char *s, int *width)
{
    unsigned char c = (unsigned char)s[0];

    if (c >= 0x20 && c < 0x7f) { /* nearly every character */
        *width = 1;
        return 1;
    }
    size_t n = c < 0x80 ? 1 : c >= 0xf0 && c < 0xf5 ? 4 : c >= 0xe0 ? 3 : c >= 0xc2 ? 2 : 1;
    uint32_t code = n == 1 ? c : c & (0x7fu >> n);

    *width = 1;
    if (!c) {
        *width = 0;
        return 0;
    }
    if (c >= 0xf5)
        n = 1;
    for (size_t i = 1; i < n; i++) {
        if (((unsigned char)s[i] & 0xc0) != 0x80)
            return 1;
        code = code << 6 | ((unsigned char)s[i] & 0x3f);
    }
    if (c < 0x20 && c != '\t')
        *width = 0;
    for (size_t i = 0; n > 1 && i < sizeof ranges / sizeof *ranges; i++) {
        if (code >= ranges[i].first && code <= ranges[i].last)
            *width = ranges[i].width;
    }
    return n;
}

int
zdm_width(const char *s)
{
    int total = 0, width;
    size_t n;

    while ((n = zdm_utf8_next(s, &width)) > 0) {
        total += width;
        s += n;
    }
    return total;
}

void
zdm_add_blanks(struct zdm_buf *out, int n)
{
    for (int i = 0; i < n; i++)
        zdm_buf_addc(out, ' ');
}

void
zdm_add_padded(struct zdm_buf *out, const char *s, int columns)
{
    zdm_buf_add(out, s);
    zdm_add_blanks(out, columns - zdm_width(s));
}

void
zdm_add_cut(struct zdm_buf *out, const char *s, int columns)
{
    int room = columns > 3 ? columns - 3 : columns, used = 0, width;
    const char *end = s;
    size_t n;

    if (zdm_width(s) <= columns) {
        zdm_buf_add(out, s);
        return;
    }
    while ((n = zdm_utf8_next(end, &width)) > 0 && used + width <= room) {
        used += width;
        end += n;
    }
    zdm_buf_addn(out, s, (size_t)(end - s));
    if (columns > 3)
        zdm_buf_add(out, "...");
}

static int
width_n(const char *s, size_t n)
{
    int total = 0, width;

    for (const char *end = s + n; s < end;) {
        s += zdm_utf8_next(s, &width);
        total += width;
    }
    return total;
}

/* The cursor stands at column `at`. */
static void
add_wrapped_line(struct zdm_buf *out, const char *line, size_t n, int at, int indent, int columns)
{
    bool first = true;

    for (const char *end = line + n; line < end;) {
        size_t word = 0;
        while (line + word < end && line[word] != ' ')
            word++;
        int width = width_n(line, word);
        if (!first && at + 1 + width > columns) {
            zdm_buf_addc(out, '\n');
            zdm_add_blanks(out, indent);
            at = indent;
        } else if (!first) {
            zdm_buf_addc(out, ' ');
            at++;
        }
        zdm_buf_addn(out, line, word);
        at += width;
        first = false;
        line += word;
        while (line < end && *line == ' ')
            line++;
    }
}

void
zdm_add_hanging(struct zdm_buf *out, const char *text, int at, int indent, int columns)
{
    for (;;) {
        size_t n = strcspn(text, "\n");
        if (text[0] == ' ' || text[0] == '\t')
            zdm_buf_addn(out, text, n);
        else
            add_wrapped_line(out, text, n, at, indent, columns);
        at = indent;
        if (!text[n] || !text[n + 1])
            break;
        text += n + 1;
        zdm_buf_addc(out, '\n');
        if (*text != '\n')
            zdm_add_blanks(out, indent);
    }
}

void
zdm_add_wrapped(struct zdm_buf *out, const char *text, int indent, int columns)
{
    zdm_add_hanging(out, text, indent, indent, columns);
}

static bool
is_blank_line(const char *line, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (line[i] != ' ' && line[i] != '\t' && line[i] != '\r')
            return false;
    }
    return true;
}

static size_t
line_length(const char *line, const char *end)
{
    const char *newline = memchr(line, '\n', (size_t)(end - line));

    return newline ? (size_t)(newline - line) : (size_t)(end - line);
}

/* Characters of white space that every line begins with. `first`: of the first line; SIZE_MAX when
 * that is not known, as of a text that begins right behind what opens it. */
static size_t
shared_indent(const char *text, const char *end, size_t first)
{
    size_t shared = first;

    for (const char *line = text + line_length(text, end) + 1; line < end;) {
        size_t n = line_length(line, end), blank = 0;
        while (blank < n && (line[blank] == ' ' || line[blank] == '\t'))
            blank++;
        if (!is_blank_line(line, n) && blank < shared)
            shared = blank;
        line += n + 1;
    }
    return shared == SIZE_MAX ? 0 : shared;
}

void
zdm_add_block(struct zdm_buf *out, const char *text, size_t n, int indent, int before)
{
    const char *end = text + n, *line = text;
    size_t empty = 0, blank = 0;

    while (line < end && is_blank_line(line, line_length(line, end)))
        line += line_length(line, end) + 1;
    if (line >= end)
        return;
    while (line[blank] == ' ' || line[blank] == '\t')
        blank++;
    if (line == text)
        blank = before < 0 ? SIZE_MAX : blank + (size_t)before;

    const char *first = line;
    size_t shared = shared_indent(line, end, blank);
    while (line < end) {
        size_t length = line_length(line, end), skip = 0;
        while (skip < length && (line == first || skip < shared) &&
               (line[skip] == ' ' || line[skip] == '\t'))
            skip++;
        if (is_blank_line(line, length)) {
            empty++; /* kept only when another line follows */
        } else {
            for (; empty > 0; empty--)
                zdm_buf_addc(out, '\n');
            size_t used = length;
            while (used > skip && strchr(" \t\r", line[used - 1]))
                used--;
            zdm_add_blanks(out, indent);
            zdm_buf_addn(out, line + skip, used - skip);
            zdm_buf_addc(out, '\n');
        }
        line += length + 1;
    }
}

void
zdm_add_shell_word(struct zdm_buf *out, const char *word)
{
    static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                               "_-./:@%+=,";

    if (*word && strspn(word, safe) == strlen(word)) {
        zdm_buf_add(out, word);
        return;
    }
    /* Double quotes read better; they are safe when nothing in them expands. */
    if (!strpbrk(word, "\"\\$`!")) {
        zdm_buf_addf(out, "\"%s\"", word);
        return;
    }
    zdm_buf_addc(out, '\'');
    for (; *word; word++) {
        if (*word == '\'')
            zdm_buf_add(out, "'\\''");
        else
            zdm_buf_addc(out, *word);
    }
    zdm_buf_addc(out, '\'');
}
