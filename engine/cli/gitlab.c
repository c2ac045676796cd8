/*
 * gitlab.c - zdm check --format gitlab: a code quality report.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "cli/check_formats.h"
#include "cli/check_rows.h"
#include "cli/json.h"
#include "cli/json_out.h"

/* Worse than an error is what certainly fails or what nobody can undo. */
static const char *
severity_of(const struct zdm_check_row *row)
{
    switch (row->severity) {
    case ZDM_SEVERITY_ERROR:
        if (row->finding &&
            (row->finding->hazard == ZDM_HAZARD_LOSES ||
                (row->finding->hazard == ZDM_HAZARD_FAILS && row->item->st->fails_with)))
            return "blocker";
        return "critical";
    case ZDM_SEVERITY_WARNING:
        return "minor";
    case ZDM_SEVERITY_INFO:
    case ZDM_SEVERITY_OFF:
        break;
    }
    return "info";
}

static json_t *
issue_of(const struct zdm_check_row *row)
{
    json_t *issue = json_object(), *location = json_object(), *lines = json_object();

    json_object_set_new(
        lines, "begin", json_integer((json_int_t)(row->at.line ? row->at.line : 1)));
    json_object_set_new(location, "path", zdm_json_text(zdm_check_path(row)));
    json_object_set_new(location, "lines", lines);
    if (row->hint) {
        char *text = zdm_strf("%s; %s", row->message, row->hint);
        json_object_set_new(issue, "description", zdm_json_text(text));
        free(text);
    } else {
        json_object_set_new(issue, "description", zdm_json_text(row->message));
    }
    json_object_set_new(issue, "check_name", zdm_json_text(row->rule));
    json_object_set_new(issue, "fingerprint", json_string(row->fingerprint));
    json_object_set_new(issue, "severity", json_string(severity_of(row)));
    json_object_set_new(issue, "location", location);
    return issue;
}

struct document {
    struct zdm_json_out json;
    struct zdm_check_prints prints;
};

void *
zdm_check_gitlab_begin(struct zdm_buf *out, const struct zdm_check_view *view)
{
    struct document *document = zdm_alloc(sizeof *document);

    (void)view;
    document->json.out = out;
    zdm_json_open(&document->json, NULL, '[');
    return document;
}

void
zdm_check_gitlab_add(void *self, struct zdm_buf *out, const struct zdm_check_view *view,
    const struct zdm_check_report *report)
{
    struct document *document = self;
    struct zdm_check_rows rows;

    zdm_check_rows_init(&rows, report);
    zdm_check_fingerprints(&document->prints, &rows);
    for (size_t i = 0; i < rows.n; i++) {
        if (!rows.rows[i].allowed)
            zdm_json_put(&document->json, NULL, issue_of(&rows.rows[i]));
        zdm_check_emit(out, view);
    }
    zdm_check_rows_release(&rows);
}

void
zdm_check_gitlab_end(void *self, struct zdm_buf *out, const struct zdm_check_view *view,
    const struct zdm_check_end *end)
{
    struct document *document = self;

    (void)out, (void)view, (void)end;
    zdm_json_close(&document->json, ']');
    zdm_check_prints_release(&document->prints);
    free(document);
}
