/* Where a finding begins and ends (check_rows.h). */
#include <string.h>

#include "cli/check_rows.h"
#include "cli/layout.h"

void
zdm_check_advance(const char *text, size_t n, size_t *line, size_t *column)
{
    int width;

    for (size_t at = 0; at < n && text[at];) {
        if (text[at] == '\n') {
            ++*line;
            *column = 1;
            at++;
        } else {
            at += zdm_utf8_next(text + at, &width);
            ++*column;
        }
    }
}

static bool
is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || (unsigned char)c >= 0x80;
}

/* The end of the word, name (with dots) or literal that begins at `from`; never behind its line. */
static size_t
token_end(const char *sql, size_t from)
{
    size_t at = from;

    if (!sql[at] || sql[at] == '\n')
        return at;
    for (;;) {
        if (sql[at] == '"' || sql[at] == '\'') {
            char quote = sql[at++];
            while (sql[at] && sql[at] != '\n' && (sql[at] != quote || sql[at + 1] == quote))
                at += sql[at] == quote ? 2 : 1;
            at += sql[at] == quote;
        } else {
            while (is_name_byte(sql[at]))
                at++;
        }
        if (at == from || sql[at] != '.' || !(sql[at + 1] == '"' || is_name_byte(sql[at + 1])))
            break;
        at++;
    }
    return at > from ? at : from + 1;
}

void
zdm_check_place(
    const struct zdm_checked *item, const struct zdm_finding *finding, struct zdm_check_place *out)
{
    const struct zdm_statement *st = item->st;

    *out = (struct zdm_check_place){.line = item->line, .column = item->column};
    /* A finding that points elsewhere is about the statement. */
    if (finding && finding->offset > st->offset && finding->offset - st->offset < strlen(st->sql)) {
        out->from = finding->offset - st->offset;
        zdm_check_advance(st->sql, out->from, &out->line, &out->column);
    }
    out->to = token_end(st->sql, out->from);
    out->end_line = out->line;
    out->end_column = out->column;
    zdm_check_advance(st->sql + out->from, out->to - out->from, &out->end_line, &out->end_column);
    if (!item->line) /* a plan may not know where its SQL stands */
        out->line = out->end_line = 0;
    if (!item->line || !item->column)
        out->column = out->end_column = 0;
}
