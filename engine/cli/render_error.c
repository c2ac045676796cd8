#include "cli/render_error.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "cli/layout.h"

/* The line `number` of source without its end; NULL when there is none. */
static const char *
find_line(const char *source, int number, size_t *n)
{
    for (int i = 1; i < number; i++) {
        source = strchr(source, '\n');
        if (!source)
            return NULL;
        source++;
    }
    *n = strcspn(source, "\r\n");
    return source;
}

/* The byte of character `column` (from 1) of a line. */
static size_t
byte_of_column(const char *line, size_t n, int column)
{
    size_t at = 0;
    int width;

    for (int i = 1; i < column && at < n; i++)
        at += zdm_utf8_next(line + at, &width);
    return at < n ? at : n;
}

/* A window of the line that fits `room` columns and holds the byte `at`: moves *from on. */
static void
fit(const char *line, size_t at, size_t *from, int room)
{
    int width, before = 0;
    size_t n;

    for (size_t i = *from; i < at; i += n) {
        n = zdm_utf8_next(line + i, &width);
        before += width;
    }
    /* Keep three quarters of the window in front of the caret. */
    while (before > room * 3 / 4) {
        n = zdm_utf8_next(line + *from, &width);
        *from += n;
        before -= width;
    }
}

static void
render_source(struct zdm_buf *out, const struct zdm_err *err, const char *source)
{
    size_t n, blank = 0;
    const char *line = find_line(source, err->line, &n);
    char gutter[32];

    if (!line || n == 0)
        return;
    while (blank < n && (line[blank] == ' ' || line[blank] == '\t'))
        blank++;

    size_t at = err->column > 0 ? byte_of_column(line, n, err->column) : blank;
    size_t from = blank < at ? blank : at;
    int used = snprintf(gutter, sizeof gutter, "%5d | ", err->line), room = ZDM_COLUMNS - used;
    fit(line, at, &from, room - 6);
    bool cut = from > blank;

    zdm_buf_addf(out, ZDM_DIM "%s" ZDM_PLAIN "%s", gutter, cut ? "..." : "");
    char *rest = zdm_strndup(line + from, n - from);
    zdm_add_cut(out, rest, room - (cut ? 3 : 0));
    free(rest);
    zdm_buf_addc(out, '\n');
    if (err->column <= 0)
        return;

    zdm_buf_addf(out, ZDM_DIM "%*s| " ZDM_PLAIN "%s", used - 2, "", cut ? "   " : "");
    for (size_t i = from; i < at;) {
        int width;
        size_t step = zdm_utf8_next(line + i, &width);
        if (line[i] == '\t')
            zdm_buf_addc(out, '\t'); /* the caret moves as far as the text did */
        else
            zdm_add_blanks(out, width);
        i += step;
    }
    zdm_buf_add(out, ZDM_RED "^" ZDM_PLAIN "\n");
}

static void
render_part(struct zdm_buf *out, const char *label, const char *text)
{
    if (!text)
        return;
    zdm_buf_addf(out, "  " ZDM_CYAN "%s:" ZDM_PLAIN " ", label);
    zdm_add_wrapped(out, text, 4 + (int)strlen(label), ZDM_COLUMNS);
    zdm_buf_addc(out, '\n');
}

void
zdm_render_error(struct zdm_buf *out, const struct zdm_err *err, const char *source)
{
    zdm_buf_add(out, ZDM_BOLD);
    if (err->file && err->line > 0 && err->column > 0)
        zdm_buf_addf(out, "%s:%d:%d: ", err->file, err->line, err->column);
    else if (err->file && err->line > 0)
        zdm_buf_addf(out, "%s:%d: ", err->file, err->line);
    else if (err->file)
        zdm_buf_addf(out, "%s: ", err->file);
    else
        zdm_buf_add(out, "zdm: ");
    zdm_buf_addf(out, ZDM_PLAIN ZDM_RED "error:" ZDM_PLAIN " " ZDM_BOLD "%s" ZDM_PLAIN,
        err->message ? err->message : "unknown error");
    if (*err->sqlstate)
        zdm_buf_addf(out, " (SQLSTATE %s)", err->sqlstate);
    zdm_buf_addc(out, '\n');
    if (source && err->line > 0)
        render_source(out, err, source);
    render_part(out, "detail", err->detail);
    render_part(out, "hint", err->hint);
}

/* Text of a small regular file, owned; NULL when it is none. Only for showing a line of it. */
static char *
read_source(const char *path)
{
    FILE *file = fopen(path, "re");
    struct zdm_buf text = ZDM_BUF_INIT;
    struct stat st;
    char part[4096];
    size_t n;

    if (!file)
        return NULL;
    if (fstat(fileno(file), &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= 1 << 20) {
        while ((n = fread(part, 1, sizeof part, file)) > 0)
            zdm_buf_addn(&text, part, n);
    }
    fclose(file);
    return zdm_buf_take(&text);
}

void
zdm_render_errors(struct zdm_buf *out, const struct zdm_errlist *errors)
{
    const char *file = NULL;
    char *source = NULL;

    for (size_t i = 0; i < errors->count; i++) {
        const struct zdm_err *err = &errors->items[i];
        if (err->file && err->line > 0 && (!file || strcmp(file, err->file) != 0)) {
            free(source);
            file = err->file;
            source = read_source(file);
        }
        zdm_render_error(out, err, err->file && err->line > 0 ? source : NULL);
    }
    if (errors->count > 1)
        zdm_buf_addf(out, "%zu errors\n", errors->count);
    free(source);
}

static int
compare_places(const struct zdm_err *a, const struct zdm_err *b)
{
    int order = strcmp(a->file ? a->file : "", b->file ? b->file : "");

    if (order)
        return order;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    return (a->column > b->column) - (a->column < b->column);
}

void
zdm_errlist_sort(struct zdm_errlist *errors)
{
    /* Insertion: stable, and the list is short and nearly in order. */
    for (size_t i = 1; i < errors->count; i++) {
        struct zdm_err moved = errors->items[i];
        size_t j = i;
        for (; j > 0 && compare_places(&errors->items[j - 1], &moved) > 0; j--)
            errors->items[j] = errors->items[j - 1];
        errors->items[j] = moved;
    }
}

void
zdm_errlist_append(struct zdm_errlist *to, struct zdm_errlist *from)
{
    for (size_t i = 0; i < from->count; i++)
        zdm_err_move(zdm_errlist_add(to), &from->items[i]);
    zdm_errlist_release(from);
}
