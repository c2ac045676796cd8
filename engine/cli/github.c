/*
 * github.c - zdm check --format github: workflow commands, which GitHub shows beside the lines of a
 * pull request.
 */
#include <string.h>

#include "cli/check_formats.h"
#include "cli/check_rows.h"
#include "cli/render_source.h"

/* What the runner would take for the end of a value is written as %XX. A property ends at more
 * characters than the message does. */
static void
add_escaped(struct zdm_buf *out, const char *s, const char *special)
{
    struct zdm_buf clean = ZDM_BUF_INIT;

    zdm_add_clean(&clean, s, strlen(s), true);
    for (const char *c = clean.s; *c; c++) {
        if (strchr(special, *c))
            zdm_buf_addf(out, "%%%02X", (unsigned)(unsigned char)*c);
        else
            zdm_buf_addc(out, *c);
    }
    zdm_buf_release(&clean);
}

#define IN_MESSAGE  "%\r\n"
#define IN_PROPERTY "%\r\n:,"

static void
annotate(struct zdm_buf *out, const struct zdm_check_row *row)
{
    zdm_buf_addf(out, "::%s file=",
        row->severity == ZDM_SEVERITY_INFO ? "notice" : zdm_severity_name(row->severity));
    add_escaped(out, zdm_check_path(row), IN_PROPERTY);
    if (row->at.line) {
        zdm_buf_addf(out, ",line=%zu", row->at.line);
        if (row->at.end_line > row->at.line)
            zdm_buf_addf(out, ",endLine=%zu", row->at.end_line);
        else if (row->at.column)
            zdm_buf_addf(out, ",col=%zu,endColumn=%zu", row->at.column, row->at.end_column);
    }
    zdm_buf_add(out, ",title=");
    add_escaped(out, row->rule, IN_PROPERTY);
    zdm_buf_add(out, "::");
    add_escaped(out, row->message, IN_MESSAGE);
    if (row->hint) {
        zdm_buf_add(out, "%0A");
        add_escaped(out, row->hint, IN_MESSAGE);
    }
    if (row->finding && row->finding->n_safer) {
        struct zdm_buf safer = ZDM_BUF_INIT;
        zdm_check_safer(&safer, row->finding);
        zdm_buf_add(out, "%0A%0A");
        add_escaped(out, safer.s, IN_MESSAGE);
        zdm_buf_release(&safer);
    }
    zdm_buf_addc(out, '\n');
}

void
zdm_check_github_add(void *self, struct zdm_buf *out, const struct zdm_check_view *view,
    const struct zdm_check_report *report)
{
    struct zdm_check_rows rows;

    (void)self;
    zdm_check_rows_init(&rows, report);
    for (size_t i = 0; i < rows.n; i++) {
        if (!rows.rows[i].allowed)
            annotate(out, &rows.rows[i]);
        zdm_check_emit(out, view);
    }
    zdm_check_rows_release(&rows);
}
