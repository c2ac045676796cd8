/*
 * gcc.c - zdm check --format gcc: "file:line:column: error: message [rule]", which editors and CI
 * systems know from compilers.
 */
#include <string.h>

#include "cli/check_formats.h"
#include "cli/check_rows.h"
#include "cli/render_source.h"

static void
add_line(struct zdm_buf *out, const struct zdm_check_row *row, const char *level, const char *text,
    const char *rule)
{
    zdm_add_clean(out, row->source->path, strlen(row->source->path), false);
    zdm_buf_addf(out, ":%zu:%zu: %s: ", row->at.line ? row->at.line : 1,
        row->at.column ? row->at.column : 1, level);
    zdm_add_clean(out, text, strlen(text), false);
    if (rule)
        zdm_buf_addf(out, " [%s]", rule);
    zdm_buf_addc(out, '\n');
}

void
zdm_check_gcc_add(void *self, struct zdm_buf *out, const struct zdm_check_view *view,
    const struct zdm_check_report *report)
{
    struct zdm_check_rows rows;

    (void)self;
    zdm_check_rows_init(&rows, report);
    for (size_t i = 0; i < rows.n; i++) {
        const struct zdm_check_row *row = &rows.rows[i];
        if (row->allowed)
            continue;
        const char *level =
            row->severity == ZDM_SEVERITY_INFO ? "note" : zdm_severity_name(row->severity);
        add_line(out, row, level, row->message, row->rule);
        if (row->hint)
            add_line(out, row, "note", row->hint, NULL);
        zdm_check_emit(out, view);
    }
    zdm_check_rows_release(&rows);
}
