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
