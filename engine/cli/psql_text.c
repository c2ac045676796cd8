#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/psql.h"
#include "cli/render_source.h"

void
zdm_psql_comment(struct zdm_buf *out, const char *text)
{
    struct zdm_buf clean = ZDM_BUF_INIT;

    zdm_add_clean(&clean, text, strlen(text), true);
    for (const char *line = clean.s; *line;) {
        size_t n = strcspn(line, "\n");
        zdm_buf_add(out, n ? "-- " : "--");
        zdm_buf_addn(out, line, n);
        zdm_buf_addc(out, '\n');
        line += n + (line[n] == '\n');
    }
    zdm_buf_release(&clean);
}

void
zdm_psql_argument(struct zdm_buf *out, const char *text)
{
    struct zdm_buf clean = ZDM_BUF_INIT;

    zdm_add_clean(&clean, text, strlen(text), false);
    zdm_buf_addc(out, '\'');
    for (const char *c = clean.s; *c; c++) {
        if (*c == '\'' || *c == '\\')
            zdm_buf_addc(out, *c);
        zdm_buf_addc(out, *c);
    }
    zdm_buf_addc(out, '\'');
    zdm_buf_release(&clean);
}

char *
zdm_psql_dollar(const char *text, const char *tag)
{
    char *quote = zdm_strf("$%s$", tag);

    for (unsigned n = 1; strstr(text, quote); n++) {
        free(quote);
        quote = zdm_strf("$%s%u$", tag, n);
    }
    return quote;
}

void
zdm_psql_literal(struct zdm_buf *out, const char *text)
{
    char *quote = zdm_psql_dollar(text, "sql");

    zdm_buf_addf(out, "%s%s%s", quote, text, quote);
    free(quote);
}

char *
zdm_psql_literal_of(const char *text)
{
    struct zdm_buf out = ZDM_BUF_INIT;

    zdm_psql_literal(&out, text);
    return zdm_buf_take(&out);
}

char *
zdm_psql_array(const char *const *texts, size_t n)
{
    struct zdm_buf out = ZDM_BUF_INIT;

    zdm_buf_add(&out, n ? "ARRAY[" : "'{}'::text[]");
    for (size_t i = 0; i < n; i++) {
        zdm_buf_add(&out, i ? ", " : "");
        zdm_psql_literal(&out, texts[i]);
    }
    zdm_buf_add(&out, n ? "]" : "");
    return zdm_buf_take(&out);
}

static const char *
text_of(const struct zdm_psql_word *words, size_t n, const char *name, size_t length)
{
    for (size_t i = 0; i < n; i++)
        if (strlen(words[i].name) == length && strncmp(words[i].name, name, length) == 0)
            return words[i].text;
    zdm_die("a template for psql has a word that nobody knows");
}

void
zdm_psql_fill(struct zdm_buf *out, const char *template, struct zdm_psql_word *words, size_t n)
{
    struct zdm_buf all = ZDM_BUF_INIT;

    for (size_t i = 0; i < n; i++)
        zdm_buf_add(&all, words[i].text);
    char *quote = zdm_psql_dollar(all.s, "zdm");
    for (const char *at = strstr(template, "\nDO ") + 1; *at;) {
        size_t plain = strcspn(at, "@");
        zdm_buf_addn(out, at, plain);
        at += plain;
        if (!*at)
            break;
        size_t length = strcspn(at + 1, "@");
        bool is_quote = length == strlen("quote") && strncmp(at + 1, "quote", length) == 0;
        zdm_buf_add(out, is_quote ? quote : text_of(words, n, at + 1, length));
        at += length + 2;
    }
    free(quote);
    zdm_buf_release(&all);
    for (size_t i = 0; i < n; i++)
        free(words[i].text);
}
